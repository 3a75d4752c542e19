package guides

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
)

// hubCall is a call of AssumeRole that the policies of the guide have to allow or deny.
type hubCall struct {
	caller  string // the ARN of the calling role
	change  func(*sts.AssumeRoleInput)
	allowed bool
}

const (
	otherARN = "arn:aws:iam::" + account + ":role/other"
	adminARN = "arn:aws:iam::" + payments + ":role/admin"
)

// TestHubPolicies checks that the trust policy of an account allows only the hub, and that the hub can assume only the
// roles of that name.
func TestHubPolicies(t *testing.T) {
	t.Parallel()
	policies := readHubPolicies(t, readGuides(t)[manyAccounts])
	bench := newHub(t, policies, policies.hub, policies.trust)
	for name, call := range map[string]hubCall{
		"the hub":      {caller: hubARN, allowed: true},
		"another role": {caller: otherARN},
		"a role of another name": {caller: hubARN, change: func(in *sts.AssumeRoleInput) {
			in.RoleArn = aws.String(adminARN)
		}},
		"tags":              {caller: hubARN, change: withTags("team", "payments")},
		"a source identity": {caller: hubARN, change: withIdentity("infrastructure")},
	} {
		t.Run(name, func(t *testing.T) { bench.check(t, call) })
	}
}

// TestSessionPolicies checks that the policies for a session with everything allow only the session of the example.
func TestSessionPolicies(t *testing.T) {
	t.Parallel()
	policies := readHubPolicies(t, readGuides(t)[manyAccounts])
	bench := newHub(t, policies, policies.session, policies.sessionTrust)
	session := func(changes ...func(*sts.AssumeRoleInput)) func(*sts.AssumeRoleInput) {
		return func(in *sts.AssumeRoleInput) {
			in.ExternalId = aws.String("example-org-4711")
			for _, change := range append([]func(*sts.AssumeRoleInput){
				withTags("team", "payments", "stage", "production"), transitive("team"), withIdentity("infrastructure"),
			}, changes...) {
				change(in)
			}
		}
	}
	for name, call := range map[string]hubCall{
		"the session":                 {caller: hubARN, change: session(), allowed: true},
		"another role":                {caller: otherARN, change: session()},
		"another external ID":         {caller: hubARN, change: session(withExternalID("example-org-4712"))},
		"no external ID":              {caller: hubARN, change: session(withoutExternalID)},
		"another value of a tag":      {caller: hubARN, change: session(withTags("team", "admin"))},
		"another tag":                 {caller: hubARN, change: session(withTags("team", "payments", "role", "admin"))},
		"another transitive tag":      {caller: hubARN, change: session(transitive("stage"))},
		"another source identity":     {caller: hubARN, change: session(withIdentity("somebody"))},
		"a session with nothing else": {caller: hubARN, change: withExternalID("example-org-4711"), allowed: true},
		"tags without an external ID": {caller: hubARN, change: withTags("team", "payments")},
	} {
		t.Run(name, func(t *testing.T) { bench.check(t, call) })
	}
}

func withTags(pairs ...string) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) {
		in.Tags = nil
		for pair := range slices.Chunk(pairs, 2) {
			in.Tags = append(in.Tags, types.Tag{Key: aws.String(pair[0]), Value: aws.String(pair[1])})
		}
	}
}

func transitive(keys ...string) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) { in.TransitiveTagKeys = keys }
}

func withIdentity(name string) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) { in.SourceIdentity = aws.String(name) }
}

func withExternalID(id string) func(*sts.AssumeRoleInput) {
	return func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String(id) }
}

func withoutExternalID(in *sts.AssumeRoleInput) { in.ExternalId = nil }

// hubBench is an STS with the hub, another role that the token can assume, and two roles in an account.
type hubBench struct {
	exchange stsWithRole
	client   *sts.Client
}

func newHub(t *testing.T, policies hubPolicies, permissions, trust string) hubBench {
	t.Helper()
	platform := trusts[manyAccounts][0]
	server := emulatortest.Start(t, emulator.Options{})
	server.AddOIDCProvider(account, platform.issuer, platform.clients...)
	issuer, err := server.NewIssuer(platform.issuer)
	if err != nil {
		t.Fatal(err)
	}
	roles := append(policies.roles(permissions, trust, payments),
		emulator.Role{ARN: otherARN, TrustPolicy: policies.hubTrust, Permissions: permissions},
		emulator.Role{ARN: adminARN, TrustPolicy: trust},
	)
	for _, role := range roles {
		if err := server.AddRole(role); err != nil {
			t.Fatal(err)
		}
	}
	client := sts.New(sts.Options{
		Region:           emulator.DefaultRegion,
		BaseEndpoint:     aws.String(server.URL()),
		HTTPClient:       &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		RetryMaxAttempts: 1,
	})
	return hubBench{exchange: stsWithRole{client: client, issuer: issuer}, client: client}
}

func (b hubBench) check(t *testing.T, call hubCall) {
	t.Helper()
	b.exchange.roleARN = call.caller
	hub, err := b.exchange.session(t, trusts[manyAccounts][0].admits[0])
	if err != nil {
		t.Fatal(err)
	}
	input := &sts.AssumeRoleInput{RoleArn: aws.String(deployARN(payments)), RoleSessionName: aws.String("test")}
	if call.change != nil {
		call.change(input)
	}
	_, err = b.client.AssumeRole(t.Context(), input, func(options *sts.Options) {
		options.Credentials = credentials.NewStaticCredentialsProvider(
			*hub.AccessKeyId, *hub.SecretAccessKey, *hub.SessionToken)
	})
	if denial, ok := errors.AsType[smithy.APIError](err); err != nil && (!ok || denial.ErrorCode() != "AccessDenied") {
		t.Fatal(err)
	}
	if allowed := err == nil; allowed != call.allowed {
		t.Errorf("allowed: %t (%v), want %t", allowed, err, call.allowed)
	}
}

// stsKeys are the condition keys that AWS documents for each action. The emulator has all keys for each action.
//
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
var stsKeys = map[string][]string{
	"sts:AssumeRole": {
		"sts:ExternalId",
		"sts:SourceIdentity",
		"sts:TransitiveTagKeys",
		"aws:TagKeys",
		"aws:RequestTag",
	},
	"sts:TagSession":        {"sts:TransitiveTagKeys", "aws:TagKeys", "aws:RequestTag"},
	"sts:SetSourceIdentity": {"sts:SourceIdentity"},
}

// TestHubConditionKeys checks that each condition of the guide has a key that AWS has for each action of its statement.
func TestHubConditionKeys(t *testing.T) {
	t.Parallel()
	policies := readHubPolicies(t, readGuides(t)[manyAccounts])
	for _, policy := range []string{policies.hub, policies.trust, policies.sessionTrust, policies.session} {
		var document struct {
			Statement []struct {
				Action    any
				Condition map[string]map[string]any
			}
		}
		if err := json.Unmarshal([]byte(policy), &document); err != nil {
			t.Fatal(err)
		}
		for _, statement := range document.Statement {
			for _, conditions := range statement.Condition {
				for key := range conditions {
					wantKey(t, statement.Action, key)
				}
			}
		}
	}
}

func wantKey(t *testing.T, actions any, key string) {
	t.Helper()
	list, ok := actions.([]any)
	if !ok {
		list = []any{actions}
	}
	name, _, _ := strings.Cut(key, "/")
	for _, action := range list {
		action, _ := action.(string)
		if !slices.Contains(stsKeys[action], name) {
			t.Errorf("AWS has no key %s for %s", key, action)
		}
	}
}

// TestHubConfigurations checks that the HCL of the guide makes the IAM OIDC provider and the policies of the guide.
func TestHubConfigurations(t *testing.T) {
	t.Parallel()
	guide := readGuides(t)[manyAccounts]
	policies := readHubPolicies(t, guide)
	fences := hclFence.FindAllStringSubmatch(guide, -1)
	if len(fences) != 3 {
		t.Fatalf("%d blocks of HCL, want those of the hub, of the account's role, and of the stack set", len(fences))
	}
	url, clients, trust := readIAM(t, fences[0][1])
	want := trusts[manyAccounts][0]
	if url != want.issuer || !slices.Equal(clients, want.clients) {
		t.Errorf("an IAM OIDC provider %s for %q: want %s for %q", url, clients, want.issuer, want.clients)
	}
	wantSamePolicy(t, trust[0], policies.hubTrust)
	wantSamePolicy(t, resourceValue(t, fences[0][1], "aws_iam_role_policy", "policy"), policies.hub)
	_, _, trust = readIAM(t, fences[1][1])
	wantSamePolicy(t, trust[0], policies.trust)

	var template struct {
		Resources map[string]struct {
			Type       string
			Properties struct {
				RoleName                 string
				AssumeRolePolicyDocument json.RawMessage
			}
		}
	}
	body := resourceValue(t, fences[2][1], "aws_cloudformation_stack_set", "template_body")
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&template); err != nil {
		t.Fatal(err)
	}
	role := template.Resources["Deploy"]
	if len(template.Resources) != 1 || role.Type != "AWS::IAM::Role" || role.Properties.RoleName != "deploy" {
		t.Fatalf("the stack set has %+v", template.Resources)
	}
	wantSamePolicy(t, string(role.Properties.AssumeRolePolicyDocument), policies.trust)
}

// resourceValue evaluates an argument of the only resource of a type.
func resourceValue(t *testing.T, text, kind, name string) string {
	t.Helper()
	file, diagnostics := hclsyntax.ParseConfig([]byte(text), "main.tf", hcl.InitialPos)
	if diagnostics.HasErrors() {
		t.Fatal(diagnostics)
	}
	body, _ := file.Body.(*hclsyntax.Body)
	block := blockOf(body, "resource", kind)
	if block == nil {
		t.Fatalf("the HCL has no %s", kind)
	}
	scope := &hcl.EvalContext{
		Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc},
		Variables: map[string]cty.Value{},
	}
	return value(t, block, name, scope).AsString()
}
