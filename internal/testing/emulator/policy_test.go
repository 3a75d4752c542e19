package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
)

const namedIssuer = "https://token.actions.githubusercontent.com"

// TestTrustPolicies compares each policy with the same token. The tests of trustpolicy have the other conditions.
func TestTrustPolicies(t *testing.T) {
	t.Parallel()
	server := emulatortest.Start(t, emulator.Options{})
	issuer, err := server.NewIssuer(namedIssuer)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{Server: server, issuer: issuer}
	f.AddOIDCProvider(account, namedIssuer, audience)
	token := f.mint(t, emulator.Token{Claims: map[string]any{
		"repository_id": "42",
	}})

	statement := func(effect, condition string) string {
		return fmt.Sprintf(`{
			"Effect": %q, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {%s},
			"Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}
		}`, effect, strings.ReplaceAll(condition, "ISS", "token.actions.githubusercontent.com"))
	}
	cases := map[string]struct {
		statement string
		allowed   bool
	}{
		"no condition": {statement: statement("Allow", ``), allowed: true},
		"the subject": {
			statement: statement("Allow", `"StringEquals": {"ISS:sub": "`+subject+`"}`),
			allowed:   true,
		},
		"another subject": {statement: statement("Allow", `"StringEquals": {"ISS:sub": "repo:acme/other"}`)},
		"the audience": {
			statement: statement("Allow", `"StringEquals": {"ISS:aud": "`+audience+`"}`),
			allowed:   true,
		},
		"the repository ID": {
			statement: statement("Allow", `"StringEquals": {"ISS:repository_id": "42"}`),
			allowed:   true,
		},
		"the session name": {
			statement: statement(
				"Allow",
				`"StringEquals": {"sts:RoleSessionName": "${ISS:repository_id}"}`,
			),
			allowed: true,
		},
		"another session name": {statement: statement("Allow", `"StringEquals": {"sts:RoleSessionName": "43"}`)},
		"the provider": {
			statement: statement("Allow", `"ArnLike": {"aws:FederatedProvider": "arn:aws:iam::*:oidc-provider/ISS"}`),
			allowed:   true,
		},
		"an address, which the emulator doesn't compare": {
			statement: statement("Allow", `"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}`),
		},
		"an allowance and a denial": {statement: statement("Allow", ``) + "," + statement("Deny", ``)},
		"another account's provider": {
			statement: strings.Replace(statement("Allow", ``), "123456789012", "210987654321", 1),
		},
	}
	n := 0
	for name, test := range cases {
		n++
		role := fmt.Sprintf("arn:aws:iam::123456789012:role/case-%d", n)
		t.Run(name, func(t *testing.T) {
			f.addRole(
				t,
				emulator.Role{
					ARN:         role,
					TrustPolicy: `{"Version": "2012-10-17", "Statement": [` + test.statement + `]}`,
				},
			)
			_, err := assume(f.Server, token, func(in *sts.AssumeRoleWithWebIdentityInput) {
				in.RoleArn, in.RoleSessionName = aws.String(role), aws.String("42")
			})
			if test.allowed {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantRefusal(t, err, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
		})
	}
}

func TestUnknownRolesAreDeniedAlike(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	f.AddOIDCProvider("210987654321", f.issuer.URL(), audience)
	for name, test := range map[string]struct{ arn, code, message string }{
		"another name": {
			arn: "arn:aws:iam::123456789012:role/ci/other", code: "AccessDenied", message: "Not authorized",
		},
		"without its path": {
			arn: "arn:aws:iam::123456789012:role/deploy", code: "AccessDenied", message: "Not authorized",
		},
		"another account": {
			arn: "arn:aws:iam::210987654321:role/ci/deploy", code: "AccessDenied", message: "Not authorized",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := assume(f.Server, f.mint(t, emulator.Token{}), func(in *sts.AssumeRoleWithWebIdentityInput) {
				in.RoleArn = aws.String(test.arn)
			})
			wantRefusal(t, err, 403, test.code, test.message)
		})
	}
}

func TestAddRoleRefuses(t *testing.T) {
	t.Parallel()
	server := emulatortest.Start(t, emulator.Options{})
	good := emulator.TrustPolicy(account, namedIssuer, nil, map[string]string{"sub": "repo:acme/app:*"})
	for name, test := range map[string]struct{ arn, policy, message string }{
		"no ARN":            {arn: "deploy", policy: good, message: "arn: invalid prefix"},
		"a user's ARN":      {arn: "arn:aws:iam::123456789012:user/x", policy: good, message: "role/NAME"},
		"a short account":   {arn: "arn:aws:iam::1234:role/x", policy: good, message: "12 digits"},
		"another partition": {arn: "arn:aws-cn:iam::123456789012:role/x", policy: good, message: "partition"},
		"an empty policy":   {arn: roleARN, message: "isn't valid JSON"},
		"a resource": {
			arn: roleARN, policy: strings.Replace(good, `"Effect"`, `"Resource": "*", "Effect"`, 1),
			message: "Resource",
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := server.AddRole(emulator.Role{ARN: test.arn, TrustPolicy: test.policy})
			if err == nil || !strings.Contains(err.Error(), test.message) {
				t.Errorf("got %v, want %q", err, test.message)
			}
		})
	}
}
