package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

func TestChainedParameterRefusals(t *testing.T) {
	t.Parallel()
	f := newChain(t, emulator.Options{})
	caller := f.hub(t, emulator.Token{})
	const invalid, reserved, member = "InvalidParameterValue", "reserved prefix aws:", "Member must have length "
	many := map[string]string{}
	for n := range 51 {
		many[fmt.Sprint("tag", n)] = "x"
	}
	twice := func(first, second string) func(*chainInput) {
		return func(in *chainInput) {
			sessionTags(map[string]string{first: "x"})(in)
			sessionTags(map[string]string{second: "x"})(in)
		}
	}
	for name, test := range map[string]struct {
		change        func(*chainInput)
		code, message string
	}{
		"a role ARN of a user": {
			change: func(in *chainInput) { in.RoleArn = aws.String("arn:aws:iam::210987654321:user/production") },
			code:   "ValidationError", message: "Request ARN is invalid",
		},
		"another partition": {
			change: func(in *chainInput) { in.RoleArn = aws.String("arn:aws-cn:iam::210987654321:role/production") },
			code:   "ValidationError", message: "Request ARN is invalid",
		},
		"two mistakes": {
			change: func(in *chainInput) { in.RoleSessionName, in.DurationSeconds = aws.String("a"), aws.Int32(899) },
			code:   "ValidationError", message: "2 validation errors detected: Value 'a' at 'roleSessionName' failed",
		},
		"an external ID too short": {
			change: func(in *chainInput) { in.ExternalId = aws.String("x") }, code: "ValidationError",
			message: "Value 'x' at 'externalId' failed to satisfy constraint: " + member + "greater than or equal to 2",
		},
		"an external ID too long": {
			change: func(in *chainInput) { in.ExternalId = aws.String(strings.Repeat("x", 1225)) },
			code:   "ValidationError", message: member + "less than or equal to 1224",
		},
		"an external ID with a space": {
			change: func(in *chainInput) { in.ExternalId = aws.String("a b") }, code: "ValidationError",
			message: `Member must satisfy regular expression pattern: [\w+=,.@:\/-]*`,
		},
		"a source identity too short": {
			change: func(in *chainInput) { in.SourceIdentity = aws.String("x") }, code: "ValidationError",
			message: "at 'sourceIdentity' failed to satisfy constraint: " + member + "greater than or equal to 2",
		},
		"a source identity too long": {
			change: func(in *chainInput) { in.SourceIdentity = aws.String(strings.Repeat("x", 65)) },
			code:   "ValidationError", message: member + "less than or equal to 64",
		},
		"a source identity with a colon": {
			change: func(in *chainInput) { in.SourceIdentity = aws.String("a:b") }, code: "ValidationError",
			message: `Member must satisfy regular expression pattern: [\w+=,.@-]*`,
		},
		"an empty tag key": {
			change: sessionTags(map[string]string{"": "x"}), code: "ValidationError",
			message: "Value '' at 'tags.1.member.key' failed to satisfy constraint: " + member,
		},
		"a tag key too long": {
			change: sessionTags(map[string]string{strings.Repeat("x", 129): "x"}), code: "ValidationError",
			message: member + "less than or equal to 128",
		},
		"a tag key with a comma": {
			change: sessionTags(map[string]string{"a,b": "x"}), code: "ValidationError",
			message: `Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
		},
		"a tag value too long": {
			change: sessionTags(map[string]string{"x": strings.Repeat("x", 257)}), code: "ValidationError",
			message: member + "less than or equal to 256",
		},
		"a tag value with a comma": {
			change: sessionTags(map[string]string{"x": "a,b"}), code: "ValidationError",
			message: "Value 'a,b' at 'tags.1.member.value' failed to satisfy constraint: Member must satisfy",
		},
		"51 tags": {
			change: sessionTags(many), code: "ValidationError",
			message: "at 'tags' failed to satisfy constraint: " + member + "less than or equal to 50",
		},
		"51 transitive tag keys": {
			change: func(in *chainInput) { in.TransitiveTagKeys = repeat("x", 51) }, code: "ValidationError",
			message: "at 'transitiveTagKeys' failed to satisfy constraint: " + member + "less than or equal to 50",
		},
		"a transitive tag key with a comma": {
			change: func(in *chainInput) { in.TransitiveTagKeys = []string{"a,b"} }, code: "ValidationError",
			message: "at 'transitiveTagKeys.1.member'",
		},
		"a reserved tag key": {
			change: sessionTags(map[string]string{"aws:team": "x"}), code: invalid, message: reserved,
		},
		"a reserved tag key in another case": {
			change: sessionTags(map[string]string{"AWS:team": "x"}), code: invalid, message: reserved,
		},
		"a tag key in two cases": {
			change: twice("team", "Team"), code: invalid,
			message: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
		},
		"a tag key twice": {change: twice("team", "team"), code: invalid, message: "Duplicate tag keys found."},
		"a transitive key of no tag": {
			change: func(in *chainInput) { in.TransitiveTagKeys = []string{"team"} }, code: invalid,
			message: "The specified transitive tag key must be included in the requested tags.",
		},
		"a policy that isn't JSON": {
			change: func(in *chainInput) { in.Policy = aws.String("{") }, code: "MalformedPolicyDocument",
			message: "invalid Json",
		},
		"a policy with an unknown condition operator": {
			change: func(in *chainInput) {
				in.Policy = aws.String(`{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
					"Condition": {"StringMatches": {"aws:userid": "x"}}}}`)
			},
			code: "MalformedPolicyDocument", message: "Syntax errors in policy.",
		},
		"a policy with a number as its action": {
			change: func(in *chainInput) {
				in.Policy = aws.String(`{"Statement": {"Effect": "Allow", "Action": 1, "Resource": "*"}}`)
			},
			code: "MalformedPolicyDocument", message: "Syntax errors in policy.",
		},
		"the caller's account's policy": {
			change: func(in *chainInput) { in.PolicyArns = policyARNs("arn:aws:iam::123456789012:policy/P") },
			code:   "ValidationError", message: "is not valid",
		},
		"tags that pack badly": {
			change: func(in *chainInput) {
				for n := range 10 {
					sessionTags(map[string]string{fmt.Sprint("tag", n): incompressible(250)})(in)
				}
			},
			code: "PackedPolicyTooLarge", message: "Packed size of session tags consumes ",
		},
		"a policy that packs badly": {
			change: func(in *chainInput) {
				in.Policy = aws.String(fmt.Sprintf(
					`{"Statement":[{"Sid":%q,"Effect":"Allow","Action":"*","Resource":"*"}]}`, incompressible(1900),
				))
			},
			code: "PackedPolicyTooLarge", message: "Packed policy consumes ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := chain(f.Server, caller, test.change)
			wantRefusal(t, err, 400, test.code, test.message)
		})
	}
}

// TestUnexpectedChains: the provider doesn't send these.
func TestUnexpectedChains(t *testing.T) {
	t.Parallel()
	var unexpected messages
	f := newChain(t, emulator.Options{Unexpected: unexpected.add})
	caller := f.hub(t, emulator.Token{})
	provider := "arn:aws:iam::aws:contextProvider/X"
	for name, test := range map[string]struct {
		change  func(*chainInput)
		message string
	}{
		"a token code":    {func(in *chainInput) { in.TokenCode = aws.String("123456") }, `["TokenCode"]`},
		"a serial number": {func(in *chainInput) { in.SerialNumber = aws.String("GAHT12345678") }, `["SerialNumber"]`},
		"a context": {func(in *chainInput) {
			in.ProvidedContexts = []types.ProvidedContext{{ProviderArn: &provider}}
		}, "ProvidedContexts.member.1.ProviderArn"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := chain(f.Server, caller, test.change)
			wantRefusal(t, err, 400, "InvalidQueryParameter", "unknown parameters")
			if got := unexpected.take(); !strings.Contains(got, test.message) {
				t.Errorf("unexpected: got %q, want %q", got, test.message)
			}
		})
	}
	for _, parameter := range []string{
		"WebIdentityToken=x", "Tags=x", "TransitiveTagKeys=x", "Tags.member.0.Key=x", "Tags.member.1.key=x",
		"Tags.member.2.Value=x", "Tags.member.1=x", "TransitiveTagKeys.member.2=x", "TransitiveTagKeys.member.1.Key=x",
		"Tags.member.1.arn=x", "PolicyArns.member.1=x",
	} {
		t.Run(parameter, func(t *testing.T) {
			request, err := http.NewRequest(http.MethodPost, f.URL()+"/",
				strings.NewReader("Action=AssumeRole&Version=2011-06-15&"+parameter))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			status, body := do(t, request)
			name, _, _ := strings.Cut(parameter, "=")
			if status != 400 || !strings.Contains(body, "unknown parameters: "+name+"<") {
				t.Errorf("got %d\n%s", status, body)
			}
			unexpected.take()
		})
	}
}
