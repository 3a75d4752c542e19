package explain_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var update = flag.Bool("update", false, "write the golden files")

// now is when the failures of the golden files happened.
var now = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// answered is a failed exchange: what STS said, and what was different from an ordinary one.
type answered struct {
	status        int
	code, message string
	change        func(*assumerole.Exchange)
}

const (
	denied = "Not authorized to perform sts:"
	notJWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
)

// goldens has, by the names of their files, every row of STS's errors and what claims show.
var goldens = map[string]answered{
	"access_denied":                     {403, "AccessDenied", denied + "AssumeRoleWithWebIdentity", nil},
	"access_denied_elsewhere":           {403, "AccessDenied", "Access denied.", elsewhere},
	"access_denied_no_claims":           {403, "AccessDenied", denied + "AssumeRoleWithWebIdentity", func(e *assumerole.Exchange) { e.Claims, e.Request.ProviderID = nil, "www.amazon.com" }},
	"access_denied_pull_request":        {403, "AccessDenied", denied + "AssumeRoleWithWebIdentity", claim("sub", "repo:example-org/infrastructure:pull_request")},
	"access_denied_set_source_identity": {403, "AccessDenied", denied + "SetSourceIdentity", claim("https://aws.amazon.com/source_identity", "alice")},
	"access_denied_tag_session":         {403, "AccessDenied", denied + "TagSession", claim("https://aws.amazon.com/tags", map[string]any{"principal_tags": map[string]any{"team": "a"}})},
	"expired":                           {400, "ExpiredTokenException", "Token expired: current date/time 1788264000 must be before the expiration date/time1788260400", expired},
	"expired_elsewhere":                 {400, "ExpiredToken", "The token has expired.", both(expired, elsewhere)},
	"expired_too_old":                   {400, "ExpiredTokenException", "Token too old: 1788264000", nil},
	"idp_communication_error":           {400, "IDPCommunicationError", "The request could not be fulfilled because the identity provider could not be reached", nil},
	"idp_rejected_claim":                {403, "IDPRejectedClaim", "The identity provider rejected the claim", nil},
	"invalid_audience":                  {400, "InvalidIdentityToken", "Incorrect token audience", claim("aud", "https://example.com")},
	"invalid_audience_slip":             {400, "InvalidIdentityToken", "Incorrect token audience", claim("aud", "sts.amazon.com")},
	"invalid_elsewhere":                 {400, "InvalidParameterValue", "failed to verify the signature", elsewhere},
	"invalid_login_with_amazon":         {400, "InvalidIdentityToken", "Provided Token is not a Login With Amazon token", func(e *assumerole.Exchange) { e.Request.ProviderID = "www.amazon.com" }},
	"invalid_missing_aud":               {400, "InvalidIdentityToken", "Missing a required claim: aud", claim("aud", nil)},
	"invalid_missing_sub":               {400, "InvalidIdentityToken", "Missing a required claim: sub", claim("sub", nil)},
	"invalid_no_provider":               {400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com", nil},
	"invalid_not_jwt":                   {400, "InvalidIdentityToken", notJWT, func(e *assumerole.Exchange) { e.Claims = nil }},
	"invalid_other":                     {400, "InvalidIdentityToken", "The ID Token provided has an invalid signature", func(e *assumerole.Exchange) { e.Claims.Algorithm = "HS256" }},
	"invalid_thumbprint":                {400, "InvalidIdentityToken", "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint", nil},
	"invalid_verification_key":          {400, "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation", func(e *assumerole.Exchange) { e.Claims.KeyID = "" }},
	"malformed_policy":                  {400, "MalformedPolicyDocument", "Syntax errors in policy.", nil},
	"malformed_policy_elsewhere":        {400, "MalformedPolicyDocument", "invalid policy", elsewhere},
	"packed_policy_too_large":           {400, "PackedPolicyTooLarge", "Packed size of session tags consumes 112% of allotted space.", nil},
	"region_disabled":                   {403, "RegionDisabledException", "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.", nil},
	"throttling":                        {400, "Throttling", "Rate exceeded", nil},
	"throttling_elsewhere":              {503, "SlowDown", "Please reduce your request rate", elsewhere},
	"unknown":                           {400, "SomethingNew", "Something that nobody has heard of", nil},
	"unknown_elsewhere":                 {500, "InternalError", "We encountered an internal error", elsewhere},
	"validation_duration":               {400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", func(e *assumerole.Exchange) { e.Request.DurationSeconds = 7200 }},
	"validation_elsewhere":              {400, "ValidationError", "1 validation error detected: Value 'x' at 'durationSeconds' failed to satisfy constraint", elsewhere},
	"validation_role_arn":               {400, "ValidationError", "Request ARN is invalid", nil},
	"validation_session_name":           {400, "ValidationError", "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2", nil},
	"validation_unknown_field":          {400, "ValidationError", "1 validation error detected", nil},
}

func ordinary() assumerole.Exchange {
	exchange := asked
	exchange.Request.Policy = `{"Version":"2012-10-17","Statement":[]}`
	exchange.Claims = claims(map[string]any{
		"iss": "https://token.actions.githubusercontent.com", "sub": "repo:example-org/infrastructure:environment:production", "aud": "sts.amazonaws.com", "repository_id": "456789",
	})
	return exchange
}

// claims are those of a token that lives for five minutes from now.
func claims(all map[string]any) *webidentity.Claims {
	made := webidentity.Claims{Algorithm: "RS256", KeyID: "key-1", IssuedAt: now, Expiration: now.Add(5 * time.Minute), All: all}
	made.Issuer, _ = all["iss"].(string)
	made.Subject, _ = all["sub"].(string)
	made.AuthorizedParty, _ = all["azp"].(string)
	switch audience := all["aud"].(type) {
	case string:
		made.Audience = []string{audience}
	case []string:
		made.Audience = audience
	}
	return &made
}

// claim replaces one; a nil value removes it.
func claim(name string, value any) func(*assumerole.Exchange) {
	return func(exchange *assumerole.Exchange) {
		all := maps.Clone(exchange.Claims.All)
		all[name] = value
		if value == nil {
			delete(all, name)
		}
		exchange.Claims = claims(all)
	}
}

func expired(exchange *assumerole.Exchange) { exchange.Claims.Expiration = now.Add(-time.Hour) }

func elsewhere(exchange *assumerole.Exchange) {
	exchange.Destination = assumerole.Destination{Host: "minio.example.com", EndpointOrigin: "the provider's argument endpoint"}
}

func both(first, second func(*assumerole.Exchange)) func(*assumerole.Exchange) {
	return func(exchange *assumerole.Exchange) { first(exchange); second(exchange) }
}

func (a answered) err() *assumerole.ServiceError {
	return &assumerole.ServiceError{Code: a.code, Message: a.message, HTTPStatus: a.status, RequestID: "0a1b2c3d-0000-4000-8000-000000000000"}
}

func (a answered) exchange() assumerole.Exchange {
	exchange := ordinary()
	if a.change != nil {
		a.change(&exchange)
	}
	return exchange
}

func (a answered) explanation() explain.Explanation {
	return explain.FailureAt(a.exchange(), a.err(), now)
}

func TestGolden(t *testing.T) {
	for name, answer := range goldens {
		t.Run(name, func(t *testing.T) {
			got := answer.explanation()
			text := fmt.Sprintf("argument: %s\nsummary: %s\n\n%s\n", got.Argument, got.Summary, got.Detail)
			path := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if text != string(want) {
				t.Errorf("it differs from %s (go test -update writes it):\n%s", path, text)
			}
		})
	}
}

// TestGoldenFiles: there is a golden file for each row, with a summary and first cause of its own, and none is left over.
func TestGoldenFiles(t *testing.T) {
	atAWS, elsewhere := map[int]bool{}, map[int]bool{}
	for _, answer := range goldens {
		if answer.exchange().Destination.AWS {
			atAWS[explain.RowAtAWS(answer.err())] = true
		} else {
			elsewhere[explain.RowElsewhere(answer.err())] = true
		}
	}
	rows, _ := explain.Rows()
	for n := range rows {
		if !atAWS[n] {
			t.Errorf("row %d at AWS has no golden file", n)
		}
	}
	if !atAWS[-1] || !elsewhere[-1] {
		t.Error("an unknown code has no golden file")
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if _, known := goldens[strings.TrimSuffix(filepath.Base(file), ".txt")]; !known {
			t.Errorf("%s is left over", file)
		}
	}
}

// TestNoIAMAdviceElsewhere: other servers have no IAM, no CloudTrail and no trust policies.
func TestNoIAMAdviceElsewhere(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(goldens)) {
		answer := goldens[name]
		answer.change = both(func(exchange *assumerole.Exchange) {
			if goldens[name].change != nil {
				goldens[name].change(exchange)
			}
		}, elsewhere)
		got := answer.explanation()
		for _, advice := range []string{"IAM", "CloudTrail", "trust policy", "Federated", "STS doesn't"} {
			_, causes, _ := strings.Cut(got.Detail, "\n\n")
			if strings.Contains(got.Summary+causes, advice) {
				t.Errorf("%s: %q is in:\n%s\n%s", name, advice, got.Summary, got.Detail)
			}
		}
	}
}
