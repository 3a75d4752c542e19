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

// TestTrustPolicies asks each policy about the same token.
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
		"repository_id": "42", "amr": []string{"authenticated", "cognito"}, "fork": false, "odd": "a*b",
	}})

	const principal = `{"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}`
	const action = `"sts:AssumeRoleWithWebIdentity"`
	allow := func(principal, action, condition string) string {
		return fmt.Sprintf(
			`{"Effect": "Allow", "Principal": %s, "Action": %s, "Condition": {%s}}`,
			principal,
			action,
			condition,
		)
	}
	when := func(condition string) string {
		return allow(principal, action, strings.ReplaceAll(condition, "ISS", "token.actions.githubusercontent.com"))
	}
	cases := map[string]struct {
		statement string
		allowed   bool
	}{
		"no condition": {when(``), true},
		"anyone":       {allow(`"*"`, action, ``), true},
		"principals in an array": {
			allow(
				`{"Federated": ["www.amazon.com", "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]}`,
				action,
				``,
			),
			true,
		},
		"another issuer's provider": {
			allow(`{"Federated": "arn:aws:iam::123456789012:oidc-provider/example.com"}`, action, ``),
			false,
		},
		"another account's provider": {
			allow(
				`{"Federated": "arn:aws:iam::210987654321:oidc-provider/token.actions.githubusercontent.com"}`,
				action,
				``,
			),
			false,
		},
		"the provider with a slash": {
			allow(
				`{"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com/"}`,
				action,
				``,
			),
			false,
		},
		"a principal of another kind": {allow(`{"AWS": "arn:aws:iam::123456789012:root"}`, action, ``), false},
		"every action of STS":         {allow(principal, `["sts:*"]`, ``), true},
		"the action in another case":  {allow(principal, `"STS:assumerolewithwebidentity"`, ``), true},
		"AssumeRole alone":            {allow(principal, `"sts:AssumeRole"`, ``), false},
		"the subject":                 {when(`"StringEquals": {"ISS:sub": "` + subject + `"}`), true},
		"the subject among several":   {when(`"StringEquals": {"ISS:sub": ["x", "` + subject + `"]}`), true},
		"a key in another case":       {when(`"StringEquals": {"ISS:SUB": "` + subject + `"}`), true},
		"a key with a scheme":         {when(`"StringEquals": {"https://ISS:sub": "` + subject + `"}`), false},
		"a subject in another case": {
			when(`"StringEquals": {"ISS:sub": "` + strings.ToUpper(subject) + `"}`),
			false,
		},
		"any case": {
			when(`"StringEqualsIgnoreCase": {"ISS:sub": "` + strings.ToUpper(subject) + `"}`),
			true,
		},
		"a wildcard under StringEquals":   {when(`"StringEquals": {"ISS:sub": "repo:acme/app:*"}`), false},
		"a wildcard under StringLike":     {when(`"StringLike": {"ISS:sub": "repo:acme/app:*"}`), true},
		"wildcards in the middle":         {when(`"StringLike": {"ISS:sub": "repo:*/app:ref:*/m?in"}`), true},
		"a wildcard that comes too early": {when(`"StringLike": {"ISS:sub": "repo:*/app"}`), false},
		"StringLike in another case":      {when(`"StringLike": {"ISS:sub": "Repo:*"}`), false},
		"an escaped wildcard":             {when(`"StringLike": {"ISS:odd": "a${*}b"}`), true},
		"an escaped wildcard, other text": {when(`"StringLike": {"ISS:sub": "repo${*}"}`), false},
		"a literal wildcard under equals": {when(`"StringEquals": {"ISS:odd": "a*b"}`), true},
		"a policy variable": {
			when(`"StringEquals": {"sts:RoleSessionName": "${ISS:repository_id}"}`),
			true,
		},
		"a variable that isn't there": {when(`"StringLike": {"ISS:sub": "*${ISS:absent}"}`), false},
		"a variable with a default": {
			when(`"StringEquals": {"sts:RoleSessionName": "${ISS:absent, '42'}"}`),
			true,
		},
		"not another subject": {when(`"StringNotEquals": {"ISS:sub": "x"}`), true},
		"not this subject":    {when(`"StringNotLike": {"ISS:sub": "repo:*"}`), false},
		"two keys, one wrong": {
			when(`"StringEquals": {"ISS:sub": "` + subject + `", "ISS:aud": "x"}`),
			false,
		},
		"a key that isn't there":       {when(`"StringEquals": {"ISS:absent": "x"}`), false},
		"a key that needn't be there":  {when(`"StringEqualsIfExists": {"ISS:absent": "x"}`), true},
		"not a value of an absent key": {when(`"StringNotEquals": {"ISS:absent": "x"}`), true},
		"a key must be absent":         {when(`"Null": {"ISS:absent": "true"}`), true},
		"a key must be present":        {when(`"Null": {"ISS:absent": false}`), false},
		"a boolean claim has no key":   {when(`"Bool": {"ISS:fork": "false"}`), false},
		"any value of several":         {when(`"ForAnyValue:StringLike": {"ISS:amr": "auth*"}`), true},
		"any value of an absent key":   {when(`"ForAnyValue:StringNotLike": {"ISS:absent": "x"}`), false},
		"all values":                   {when(`"ForAllValues:StringLike": {"ISS:amr": "auth*"}`), false},
		"all values of an absent key":  {when(`"ForAllValues:StringEquals": {"ISS:absent": "x"}`), true},
		"the session name":             {when(`"StringEquals": {"sts:RoleSessionName": "42"}`), true},
		"another session name":         {when(`"StringEquals": {"sts:RoleSessionName": "43"}`), false},
		"an allowance and a denial":    {when(``) + `,` + strings.Replace(when(``), "Allow", "Deny", 1), false},
		"a denial that doesn't apply": {
			strings.Replace(when(`"StringEquals": {"ISS:sub": "x"}`), "Allow", "Deny", 1) + `,` + when(``),
			true,
		},
		"the second of two statements":         {when(`"StringEquals": {"ISS:sub": "x"}`) + `,` + when(``), true},
		"the repository's ID, a further claim": {when(`"StringEquals": {"ISS:repository_id": "42"}`), true},
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
		"an empty policy":   {arn: roleARN, message: "EOF"},
		"no statement": {
			arn: roleARN, policy: `{"Version": "2012-10-17", "Statement": []}`, message: "no statement",
		},
		"two documents": {arn: roleARN, policy: good + good, message: "after the document's end"},
		"another version": {
			arn: roleARN, policy: strings.Replace(good, "2012", "2013", 1), message: "version",
		},
		"another effect": {
			arn: roleARN, policy: strings.Replace(good, "Allow", "Permit", 1), message: "effect",
		},
		"an unknown operator": {
			arn: roleARN, policy: strings.Replace(good, "StringLike", "StringMatches", 1),
			message: `condition operator "StringMatches"`,
		},
		"an unknown set operator": {
			arn: roleARN, policy: strings.Replace(good, "StringLike", "ForSomeValue:StringLike", 1),
			message: "unknown",
		},
		"a resource": {
			arn: roleARN, policy: strings.Replace(good, `"Effect"`, `"Resource": "*", "Effect"`, 1),
			message: "Resource",
		},
		"a wildcard principal": {
			arn: roleARN,
			policy: strings.Replace(
				good, "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", "*", 1,
			),
			message: "principal",
		},
		"a principal with a scheme": {
			arn: roleARN, policy: strings.Replace(good, "oidc-provider/", "oidc-provider/https://", 1),
			message: "principal",
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
