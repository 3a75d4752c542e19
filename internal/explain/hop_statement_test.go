package explain_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// TestHopStatements pastes the statements of a denial into the two policies. The same call then succeeds, and a call
// with something else doesn't.
func TestHopStatements(t *testing.T) {
	const hub = "arn:aws:iam::111122223333:role/ci/hub"
	inherited := map[string]any{
		"https://aws.amazon.com/source_identity": "alice",
		"https://aws.amazon.com/tags": map[string]any{
			"principal_tags": map[string]any{"project": []string{"web"}}, "transitive_tag_keys": []string{"project"},
		},
	}
	for name, test := range map[string]struct {
		claims map[string]any
		hop    assumerole.Hop
		others []func(*assumerole.Hop) // calls that the statements don't allow
	}{
		"a hop": {hop: assumerole.Hop{}},
		"a hop with everything": {
			hop: assumerole.Hop{
				ExternalID: "acme-4711", Tags: map[string]string{"team": "platform", "stage": "production"},
				TransitiveTagKeys: []string{"team"}, SourceIdentity: "pipeline",
			},
			others: []func(*assumerole.Hop){
				func(hop *assumerole.Hop) { hop.ExternalID = "acme-0815" },
				func(hop *assumerole.Hop) {
					hop.Tags, hop.TransitiveTagKeys = map[string]string{"admin": "true"}, nil
				},
				func(hop *assumerole.Hop) { hop.SourceIdentity = "root" },
			},
		},
		"a hop that inherits": {claims: inherited, hop: assumerole.Hop{}},
		"a hop that inherits and adds": {
			claims: inherited, hop: assumerole.Hop{Tags: map[string]string{"team": "platform"}},
			others: []func(*assumerole.Hop){
				func(hop *assumerole.Hop) { hop.Tags = map[string]string{"admin": "true"} },
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			testenv.Isolate(t)
			server := emulatortest.Start(t, emulator.Options{})
			issuer, err := server.NewIssuer("")
			if err != nil {
				t.Fatal(err)
			}
			server.AddOIDCProvider("111122223333", issuer.URL(), "sts.example.com")
			token, err := issuer.Mint(emulator.Token{
				Subject: "job", Audience: []string{"sts.example.com"}, Claims: test.claims,
			})
			if err != nil {
				t.Fatal(err)
			}
			roles := func(permissions, trust string) {
				for _, role := range []emulator.Role{
					{
						ARN: hub, Permissions: policyOf(permissions), TrustPolicy: emulator.TrustPolicy(
							"111122223333", issuer.URL(), map[string]string{"sub": "job"}, nil, "sts:TagSession",
							"sts:SetSourceIdentity",
						),
					},
					{ARN: spokeRole, TrustPolicy: policyOf(trust), HidesReason: true},
				} {
					if err := server.AddRole(role); err != nil {
						t.Fatal(err)
					}
				}
			}
			call := func(hop assumerole.Hop) (assumerole.Exchange, error) {
				hop.RoleARN, hop.RoleSessionName = spokeRole, "test"
				client, err := assumerole.NewClient(t.Context(), assumerole.Settings{Endpoint: server.URL()})
				if err != nil {
					t.Fatal(err)
				}
				return client.Exchange(t.Context(), assumerole.Request{
					RoleARN: hub, RoleSessionName: "test", Token: webidentity.Inline{Value: secret.New(token)},
					Timeout: 30 * time.Second, Hops: []assumerole.Hop{hop},
				})
			}
			roles(
				`{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}`,
				`{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity"}`,
			)
			exchange, err := call(test.hop)
			if err == nil {
				t.Fatal("it isn't denied")
			}
			exchange.Destination.AWS = true // as it would be at AWS
			both := statementsIn(explain.Failure(exchange, err).Detail)
			if len(both) != 2 {
				t.Fatalf("there are %d proposals", len(both))
			}
			roles(both[0], both[1])
			if _, err := call(test.hop); err != nil {
				t.Errorf("with the statements, it is denied: %v\n%s\n%s", err, both[0], both[1])
			}
			for n, change := range test.others {
				hop := test.hop
				change(&hop)
				if _, err := call(hop); err == nil {
					t.Errorf("call %d of another kind is allowed, too, by\n%s", n, both[1])
				}
			}
		})
	}
}

func policyOf(statements string) string {
	return `{"Version": "2012-10-17", "Statement": [` + statements + `]}`
}

var proposal = regexp.MustCompile(`(?m)^  \{\n(?:  .*\n)+`)

// statementsIn are the proposals in a text. Each is one statement, or several with commas between them.
func statementsIn(detail string) []string {
	var found []string
	for _, match := range proposal.FindAllString(detail+"\n", -1) {
		found = append(found, strings.TrimSpace(match))
	}
	return found
}
