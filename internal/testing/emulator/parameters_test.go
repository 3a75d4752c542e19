package emulator_test

import (
	"crypto/rand"
	"fmt"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
)

func policyARNs(arns ...string) []types.PolicyDescriptorType {
	list := []types.PolicyDescriptorType{}
	for _, arn := range arns {
		list = append(list, types.PolicyDescriptorType{Arn: aws.String(arn)})
	}
	return list
}

func policy(text string) func(*sts.AssumeRoleWithWebIdentityInput) {
	return func(in *sts.AssumeRoleWithWebIdentityInput) { in.Policy = aws.String(text) }
}

func TestParameterRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	f.addRole(
		t,
		emulator.Role{
			ARN:                "arn:aws:iam::123456789012:role/long",
			TrustPolicy:        f.trust("StringEquals", subject),
			MaxSessionDuration: 12 * time.Hour,
		},
	)
	f.addRole(
		t,
		emulator.Role{
			ARN:         "arn:aws:iam::123456789012:role/tags",
			TrustPolicy: f.trust("StringEquals", subject, "sts:*"),
		},
	)
	type input = sts.AssumeRoleWithWebIdentityInput
	bigPolicy := fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":[{"Sid":%q,"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		incompressible(1900),
	)
	cases := map[string]struct {
		change        func(*input)
		code, message string
	}{
		"no role": {
			change: func(in *input) { in.RoleArn = aws.String("") }, code: "ValidationError",
			message: "1 validation error detected: Value '' at 'roleArn' failed to satisfy constraint: Member must " +
				"have length greater than or equal to 20",
		},
		"a role ARN too long": {
			change:  func(in *input) { in.RoleArn = aws.String(roleARN + strings.Repeat("x", 2048)) },
			code:    "ValidationError",
			message: "at 'roleArn' failed to satisfy constraint: Member must have length less than or equal to 2048",
		},
		"a role ARN of a user": {
			change: func(in *input) { in.RoleArn = aws.String("arn:aws:iam::123456789012:user/deploy") },
			code:   "ValidationError", message: "Request ARN is invalid",
		},
		"a role ARN of another STS": {
			change: func(in *input) { in.RoleArn = aws.String("arn:minio:iam:::role/dummy-internal") },
			code:   "ValidationError", message: "Request ARN is invalid",
		},
		"another partition": {
			change: func(in *input) { in.RoleArn = aws.String("arn:aws-cn:iam::123456789012:role/deploy") },
			code:   "ValidationError", message: "Request ARN is invalid",
		},
		"a session name with a space": {
			change:  func(in *input) { in.RoleSessionName = aws.String("a b") },
			code:    "ValidationError",
			message: `1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`,
		},
		"a session name of one character": {
			change: func(in *input) { in.RoleSessionName = aws.String("a") }, code: "ValidationError",
			message: "Member must have length greater than or equal to 2",
		},
		"a session name of 65 characters": {
			change: func(in *input) { in.RoleSessionName = aws.String(strings.Repeat("a", 65)) },
			code:   "ValidationError", message: "Member must have length less than or equal to 64",
		},
		"two mistakes": {
			change: func(in *input) { in.RoleSessionName, in.DurationSeconds = aws.String("ab!"), aws.Int32(899) },
			code:   "ValidationError", message: "2 validation errors detected: Value 'ab!' at 'roleSessionName' failed",
		},
		"a token too short": {
			change: func(in *input) { in.WebIdentityToken = aws.String("abc") }, code: "ValidationError",
			message: "Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than " +
				"or equal to 4",
		},
		"a token too long": {
			change: func(in *input) { in.WebIdentityToken = aws.String(strings.Repeat("a", 20001)) },
			code:   "ValidationError",
			message: "Value at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or " +
				"equal to 20000",
		},
		"a provider ID too short": {
			change: func(in *input) { in.ProviderId = aws.String("abc") }, code: "ValidationError",
			message: "at 'providerId'",
		},
		"a duration too short": {
			change: func(in *input) { in.DurationSeconds = aws.Int32(899) }, code: "ValidationError",
			message: "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater " +
				"than or equal to 900",
		},
		"a duration too long": {
			change: func(in *input) { in.DurationSeconds = aws.Int32(43201) }, code: "ValidationError",
			message: "Member must have value less than or equal to 43200",
		},
		"a duration over the role's": {
			change: func(in *input) { in.DurationSeconds = aws.Int32(3601) }, code: "ValidationError",
			message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
		},
		"a session token too big": {
			change: func(in *input) { in.MinimumSessionTokenSize = aws.Int32(4097) }, code: "ValidationError",
			message: "at 'minimumSessionTokenSize'",
		},
		"an empty policy": {
			change: policy(""), code: "ValidationError",
			message: "Value '' at 'policy' failed to satisfy constraint: Member must have length greater than or " +
				"equal to 1",
		},
		"a policy too long": {
			change: policy(`{"Statement":"` + strings.Repeat("x", 2048) + `"}`), code: "ValidationError",
			message: "at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048",
		},
		"a policy beyond Latin-1": {
			change:  policy(`{"Statement":"→"}`),
			code:    "ValidationError",
			message: `at 'policy' failed to satisfy constraint: Member must satisfy regular expression pattern: [\u0009`,
		},
		"a policy that isn't JSON": {
			change: policy(`{"Statement":`), code: "MalformedPolicyDocument", message: "invalid Json",
		},
		"a policy that is an array": {
			change: policy(`[]`), code: "MalformedPolicyDocument", message: "invalid Json",
		},
		"a policy without statements": {
			change: policy(`{"Version":"2012-10-17"}`), code: "MalformedPolicyDocument", message: "Statement",
		},
		"a policy without actions": {
			change: policy(`{"Statement":{"Effect":"Allow","Resource":"*"}}`), code: "MalformedPolicyDocument",
			message: "actions",
		},
		"a policy without resources": {
			change: policy(`{"Statement":{"Effect":"Allow","Action":"*"}}`), code: "MalformedPolicyDocument",
			message: "resources",
		},
		"a policy with a principal": {
			change: policy(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}}`),
			code:   "MalformedPolicyDocument", message: "principal",
		},
		"a policy of another version": {
			change: policy(`{"Version":"2020-01-01","Statement":[]}`), code: "MalformedPolicyDocument",
			message: "version",
		},
		"a policy that packs badly": {
			change: policy(bigPolicy), code: "PackedPolicyTooLarge", message: "allotted space",
		},
		"tags that pack badly": {
			change: func(in *input) {
				in.RoleArn = aws.String("arn:aws:iam::123456789012:role/tags")
				token := claims("https://aws.amazon.com/tags", map[string]any{"principal_tags": manyTags()})
				in.WebIdentityToken = aws.String(f.mint(t, token))
			},
			code: "PackedPolicyTooLarge", message: "Packed size of session tags consumes ",
		},
		"eleven policy ARNs": {
			change:  func(in *input) { in.PolicyArns = policyARNs(repeat("arn:aws:iam::aws:policy/P", 11)...) },
			code:    "ValidationError",
			message: "at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10",
		},
		"a policy ARN too short": {
			change: func(in *input) { in.PolicyArns = policyARNs("arn:aws") }, code: "ValidationError",
			message: "at 'policyArns.1.member.arn'",
		},
		"another account's policy": {
			change: func(in *input) { in.PolicyArns = policyARNs("arn:aws:iam::210987654321:policy/P") },
			code:   "ValidationError", message: "is not valid",
		},
		"a policy ARN of a function": {
			change: func(in *input) { in.PolicyArns = policyARNs("arn:aws:lambda:us-east-1:123456789012:function:f") },
			code:   "ValidationError", message: "is not valid",
		},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := assume(f.Server, f.mint(t, emulator.Token{}), test.change)
			wantRefusal(t, err, 400, test.code, test.message)
		})
	}
	t.Run("a duration the role allows", func(t *testing.T) {
		mustAssume(t, f.Server, f.mint(t, emulator.Token{}), func(in *input) {
			in.RoleArn, in.DurationSeconds = aws.String("arn:aws:iam::123456789012:role/long"), aws.Int32(43200)
		})
	})
	t.Run("an empty list of policy ARNs", func(t *testing.T) {
		mustAssume(t, f.Server, f.mint(t, emulator.Token{}), func(in *input) { in.PolicyArns = policyARNs() })
	})
}

func repeat(text string, times int) []string {
	list := make([]string, times)
	for n := range list {
		list[n] = text
	}
	return list
}

func manyTags() map[string]any {
	tags := map[string]any{}
	for n := range 10 {
		tags[fmt.Sprint("tag", n)] = []string{incompressible(250)}
	}
	return tags
}

func incompressible(length int) string {
	var text strings.Builder
	for text.Len() < length {
		text.WriteString(rand.Text())
	}
	return text.String()[:length]
}

func TestValidationErrorsDontQuoteTheToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	_, err := assume(f.Server, strings.Repeat("secret", 4000))
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestMissingParameters(t *testing.T) {
	t.Parallel()
	server := emulatortest.Start(t, emulator.Options{})
	request, err := http.NewRequest(http.MethodPost, server.URL()+"/",
		strings.NewReader("Action=AssumeRoleWithWebIdentity&Version=2011-06-15"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body := do(t, request)
	const null = "failed to satisfy constraint: Member must not be null"
	want := "3 validation errors detected: Value null at 'roleArn' " + null +
		"; Value null at 'roleSessionName' " + null + "; Value null at 'webIdentityToken' " + null
	if got := html.UnescapeString(body); status != 400 || !strings.Contains(got, want) {
		t.Errorf("got %d\n%s\nwant %s", status, got, want)
	}
}
