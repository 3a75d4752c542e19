package trustpolicy_test

import (
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// TestCallerWithoutToken evaluates a call of AssumeRole, whose caller has AWS credentials.
func TestCallerWithoutToken(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::123456789012:role/ci/deploy"
	names := []string{role, "123456789012", "*"}
	for name, test := range map[string]struct {
		principal, condition string
		names                []string
		want                 trustpolicy.Outcome
		failure              string
	}{
		"the role":             {principal: `{"AWS": "` + role + `"}`, names: names, want: allowed},
		"one of several":       {principal: `{"AWS": ["210987654321", "123456789012"]}`, names: names, want: allowed},
		"anyone":               {principal: `"*"`, names: names, want: allowed},
		"anyone of AWS":        {principal: `{"AWS": "*"}`, names: names, want: allowed},
		"anyone, but not here": {principal: `"*"`, names: names[:1], want: denied},
		"another role": {
			principal: `{"AWS": "` + role + `2"}`, names: names, want: denied,
			failure: "The principal is " + role + "2, which doesn't name the caller.",
		},
		"an OIDC provider":    {principal: `{"Federated": "` + gitHubProvider + `"}`, names: names, want: denied},
		"a role, for a token": {principal: `{"AWS": "` + role + `"}`, want: denied},
		"an absent tag of the principal": {
			principal: `"*"`, condition: `"Null": {"aws:PrincipalTag/team": "true"}`, names: names, want: allowed,
		},
		"a tag of the principal": {
			principal: `"*"`, condition: `"StringEquals": {"aws:principaltag/stage": "test"}`, names: names,
			want: allowed,
		},
		"a tag of the principal, for a token": {
			principal: `"*"`, condition: `"Null": {"aws:PrincipalTag/team": "true"}`, want: undetermined,
		},
		"an absent key": {
			principal: `"*"`, condition: `"Null": {"aws:SourceIdentity": "true"}`, names: names, want: allowed,
		},
		"an unknown key": {
			principal: `"*"`, condition: `"Null": {"aws:SourceIp": "true"}`, names: names, want: undetermined,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy := parsed(t, documentOf(`{"Effect": "Allow", "Principal": `+test.principal+`, "Action": "sts:*",
				"Condition": {`+test.condition+`}}`))
			decision := policy.EvaluateAction(trustpolicy.Request{
				Issuer: trustpolicy.GitHub, Principals: test.names,
				Keys: map[string][]string{"aws:PrincipalTag/stage": {"test"}, "aws:SourceIdentity": nil},
			}, "sts:AssumeRole")
			if decision.Outcome != test.want {
				t.Errorf("got %s: %s, want %s", decision.Outcome, decision.Reason, test.want)
			}
			if got := strings.Join(decision.Statements[0].Failures, " "); test.failure != "" && got != test.failure {
				t.Errorf("got %q, want %q", got, test.failure)
			}
		})
	}
}
