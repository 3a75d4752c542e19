package emulator_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
)

func TestAssumeRoleAnswersEverything(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	before := time.Now().Truncate(time.Second)
	output := mustAssume(t, f.Server, f.mint(t, emulator.Token{}), func(in *sts.AssumeRoleWithWebIdentityInput) {
		in.DurationSeconds = aws.Int32(900)
	})
	for name, pair := range map[string][2]string{
		"subject":  {aws.ToString(output.SubjectFromWebIdentityToken), subject},
		"audience": {aws.ToString(output.Audience), audience},
		"provider": {aws.ToString(output.Provider), f.issuer.URL()},
		"ARN": {
			aws.ToString(output.AssumedRoleUser.Arn), "arn:aws:sts::123456789012:assumed-role/deploy/terraform",
		},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %q, want %q", name, pair[0], pair[1])
		}
	}
	if id := aws.ToString(
		output.AssumedRoleUser.AssumedRoleId,
	); !strings.HasPrefix(id, "AROA") ||
		!strings.HasSuffix(id, ":terraform") {
		t.Errorf("assumed role ID %q", id)
	}
	if key := aws.ToString(output.Credentials.AccessKeyId); !strings.HasPrefix(key, "ASIA") || len(key) != 20 {
		t.Errorf("access key ID %q", key)
	}
	if left := output.Credentials.Expiration.Sub(before); left < 900*time.Second || left > 960*time.Second {
		t.Errorf("expires in %s, want 15 minutes", left)
	}
	if output.PackedPolicySize != nil || output.SourceIdentity != nil {
		t.Errorf(
			"packed policy size %v, source identity %v: want neither",
			output.PackedPolicySize,
			output.SourceIdentity,
		)
	}
	if size := int(
		aws.ToInt32(output.SessionTokenSize),
	); size != len(*output.Credentials.SessionToken) ||
		aws.ToInt32(output.SessionTokenUtilization) == 0 {
		t.Errorf("session token size %d, utilization %v", size, output.SessionTokenUtilization)
	}
	requests := f.Requests()
	if len(requests) != 1 || requests[0].Action != "AssumeRoleWithWebIdentity" || requests[0].Status != 200 ||
		requests[0].ErrorCode != "" {
		t.Errorf("recorded %v", requests)
	}
}

func TestAssumeRoleTakesEveryAlgorithm(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	for _, algorithm := range []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"} {
		t.Run(algorithm, func(t *testing.T) {
			mustAssume(t, f.Server, f.mint(t, emulator.Token{Algorithm: algorithm}))
		})
	}
}

func TestAssumeRoleHonoursOptionalParameters(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	output := mustAssume(t, f.Server, f.mint(t, emulator.Token{}), func(in *sts.AssumeRoleWithWebIdentityInput) {
		in.MinimumSessionTokenSize = aws.Int32(3000)
		in.Policy = aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
		in.PolicyArns = policyARNs("arn:aws:iam::aws:policy/ReadOnlyAccess")
	})
	if size := aws.ToInt32(output.SessionTokenSize); size < 3000 || int(size) != len(*output.Credentials.SessionToken) {
		t.Errorf("session token size %d, want 3000 or more", size)
	}
	if size := aws.ToInt32(output.PackedPolicySize); size < 1 || size > 100 {
		t.Errorf("packed policy size %d, want a percentage", size)
	}
}

// TestTokenRefusals: each token differs from a good one in one thing.
func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	now := time.Now().Unix()
	cases := map[string]struct {
		token         emulator.Token
		status        int
		code, message string
	}{
		"another audience": {
			token: emulator.Token{Audience: []string{"sts.amazon.com"}}, status: 400, code: "InvalidIdentityToken",
			message: "Incorrect token audience",
		},
		"an issuer without provider": {
			token: claims("iss", "https://example.com"), status: 400, code: "InvalidIdentityToken",
			message: "No OpenIDConnect provider found in your account for https://example.com",
		},
		"an issuer with a slash": {
			token: claims("iss", f.issuer.URL()+"/"), status: 400, code: "InvalidIdentityToken",
			message: "No OpenIDConnect provider found in your account for " + f.issuer.URL() + "/",
		},
		"another subject": {
			token: emulator.Token{Subject: "repo:acme/other"}, status: 403, code: "AccessDenied",
			message: "Not authorized to perform sts:AssumeRoleWithWebIdentity",
		},
		"a subject in another case": {
			token: emulator.Token{Subject: strings.ToUpper(subject)}, status: 403, code: "AccessDenied",
			message: "Not authorized",
		},
		"expired": {
			token: emulator.Token{Lifetime: -6 * time.Minute}, status: 400, code: "ExpiredTokenException",
			message: "Token expired: current date/time ",
		},
		"another key's signature": {
			token: emulator.Token{ForeignKey: true}, status: 400, code: "InvalidIdentityToken", message: "signature",
		},
		"another curve's signature": {
			token: emulator.Token{ForeignKey: true, Algorithm: "ES384"}, status: 400, code: "InvalidIdentityToken",
			message: "signature",
		},
		"an unknown key ID": {
			token: emulator.Token{KeyID: "nobody's"}, status: 400, code: "InvalidIdentityToken",
			message: "Couldn't retrieve verification key from your identity provider",
		},
		"algorithm none": {
			token: emulator.Token{Algorithm: "none"}, status: 400, code: "InvalidIdentityToken", message: "algorithm",
		},
		"algorithm HS256": {
			token: emulator.Token{Algorithm: "HS256"}, status: 400, code: "InvalidIdentityToken",
			message: "algorithm",
		},
		"a fractional expiry": {
			token: claims("exp", float64(now)+300.5), status: 400, code: "InvalidIdentityToken",
			message: "exp must be an integer",
		},
		"an expiry as a float": {
			token: claims("exp", json.RawMessage(strconv.FormatInt(now+300, 10)+".0")), status: 400,
			code: "InvalidIdentityToken", message: "exp must be an integer",
		},
		"an expiry in text": {
			token: claims("exp", strconv.FormatInt(now+300, 10)), status: 400, code: "InvalidIdentityToken",
			message: "exp must be an integer",
		},
		"an issue time as a float": {
			token: claims("iat", json.RawMessage("1.7e9")), status: 400, code: "InvalidIdentityToken",
			message: "iat must be an integer",
		},
		"a start as a float": {
			token: claims("nbf", json.RawMessage("1.7e9")), status: 400, code: "InvalidIdentityToken",
			message: "nbf must be an integer",
		},
		"not valid yet": {
			token: claims("nbf", now+3600), status: 400, code: "InvalidIdentityToken", message: "future",
		},
		"an unregistered azp": {
			token: claims("azp", "somebody"), status: 400, code: "InvalidIdentityToken",
			message: "Incorrect token audience",
		},
		"no subject": {
			token: claims("sub", nil), status: 400, code: "InvalidIdentityToken",
			message: "Missing a required claim: sub",
		},
		"no audience": {
			token: claims("aud", nil), status: 400, code: "InvalidIdentityToken",
			message: "Missing a required claim: aud",
		},
		"no expiry": {
			token: claims("exp", nil), status: 400, code: "InvalidIdentityToken",
			message: "Missing a required claim: exp",
		},
		"no issue time": {
			token: claims("iat", nil), status: 400, code: "InvalidIdentityToken",
			message: "Missing a required claim: iat",
		},
		"no subject, other issuer": {
			token: emulator.Token{Claims: map[string]any{"sub": nil, "iss": "https://example.com"}}, status: 400,
			code: "InvalidIdentityToken", message: "Missing a required claim: sub",
		},
		"tags without the action": {
			token: tags("team", "web"), status: 403, code: "AccessDenied",
			message: "Not authorized to perform sts:TagSession",
		},
		"flat tags without the action": {
			token: claims("https://aws.amazon.com/tags/principal_tags/team", "web"), status: 403,
			code: "AccessDenied", message: "Not authorized to perform sts:TagSession",
		},
		"source identity without the action": {
			token: claims("https://aws.amazon.com/source_identity", "alice"), status: 403, code: "AccessDenied",
			message: "Not authorized to perform sts:SetSourceIdentity",
		},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := assume(f.Server, f.mint(t, test.token))
			wantRefusal(t, err, test.status, test.code, test.message)
		})
	}
}

func TestMalformedTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	good := f.mint(t, emulator.Token{})
	segments := strings.Split(good, ".")
	const notJWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
	for name, test := range map[string]struct{ token, message string }{
		"an opaque token":               {"gho_16C7e42F292c6912E7710c838347Ae178B4a", notJWT},
		"two segments":                  {segments[0] + "." + segments[1], notJWT},
		"a header that isn't JSON":      {"e30x." + segments[1] + "." + segments[2], notJWT},
		"claims that aren't an object":  {segments[0] + ".W10." + segments[2], notJWT},
		"a signature that isn't base64": {segments[0] + "." + segments[1] + ".!!", notJWT},
		"whitespace at the end":         {good + "\n", "Provided Token is not a Login With Amazon token"},
		"another token's claims, signature": {
			segments[0] + "." + strings.Split(f.mint(t, emulator.Token{Subject: "x"}), ".")[1] + "." + segments[2],
			"signature",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := assume(f.Server, test.token)
			wantRefusal(t, err, 400, "InvalidIdentityToken", test.message)
		})
	}
}

func TestTokensThatAreTaken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	for name, token := range map[string]emulator.Token{
		"a little past its expiry":   {Lifetime: -4 * time.Minute},
		"without a start":            claims("nbf", nil),
		"the audience among several": {Audience: []string{"elsewhere", audience}},
		"the audience in azp":        {Audience: []string{"elsewhere"}, Claims: map[string]any{"azp": audience}},
		"claims of every sort besides": {
			Claims: map[string]any{"run": 7, "list": []any{1, "a"}, "nested": map[string]any{"a": nil}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := aws.ToString(mustAssume(t, f.Server, f.mint(t, token)).Audience); got != audience {
				t.Errorf("audience %q, want %q", got, audience)
			}
		})
	}
}

func TestTagsAndSourceIdentity(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	f.addRole(
		t,
		emulator.Role{
			ARN:         roleARN,
			TrustPolicy: f.trust("StringEquals", subject, "sts:TagSession", "sts:SetSourceIdentity"),
		},
	)
	token := tags("team", "web")
	token.Claims["https://aws.amazon.com/source_identity"] = "alice"
	output := mustAssume(t, f.Server, f.mint(t, token))
	if got := aws.ToString(output.SourceIdentity); got != "alice" {
		t.Errorf("source identity %q, want alice", got)
	}
	if aws.ToInt32(output.PackedPolicySize) == 0 {
		t.Error("no packed policy size, though there are tags")
	}

	token = tags("team", strings.Repeat("x", 257))
	_, err := assume(f.Server, f.mint(t, token))
	wantRefusal(t, err, 400, "InvalidIdentityToken", "session tag team")
}

func TestAccessTokens(t *testing.T) {
	t.Parallel()
	server := emulatortest.Start(t, emulator.Options{})
	server.AddAccessToken("www.amazon.com", "Atza|opaque", "app-1", "user-1")
	err := server.AddRole(emulator.Role{ARN: roleARN, TrustPolicy: `{"Version": "2012-10-17", "Statement": {
		"Effect": "Allow", "Principal": {"Federated": "www.amazon.com"}, "Action": "sts:AssumeRoleWithWebIdentity",
		"Condition": {"StringEquals": {"www.amazon.com:app_id": "app-1", "www.amazon.com:user_id": "user-1"}}}}`})
	if err != nil {
		t.Fatal(err)
	}
	provider := func(id string) func(*sts.AssumeRoleWithWebIdentityInput) {
		return func(in *sts.AssumeRoleWithWebIdentityInput) { in.ProviderId = aws.String(id) }
	}
	output := mustAssume(t, server, "Atza|opaque", provider("www.amazon.com"))
	if aws.ToString(output.Provider) != "www.amazon.com" || aws.ToString(output.Audience) != "app-1" {
		t.Errorf("provider %q, audience %q", *output.Provider, *output.Audience)
	}
	_, err = assume(server, "Atza|other", provider("www.amazon.com"))
	wantRefusal(t, err, 400, "InvalidIdentityToken", "Provided Token is not a Login With Amazon token")
	_, err = assume(server, "Atza|opaque", provider("graph.facebook.com"))
	wantRefusal(t, err, 400, "InvalidIdentityToken", "Facebook")
	_, err = assume(server, "Atza|opaque", provider("example.com"))
	wantRefusal(t, err, 400, "InvalidIdentityToken", "Unsupported")
}

func claims(name string, value any) emulator.Token {
	return emulator.Token{Claims: map[string]any{name: value}}
}

func tags(key, value string) emulator.Token {
	return claims("https://aws.amazon.com/tags", map[string]any{
		"principal_tags":      map[string]any{key: []string{value}},
		"transitive_tag_keys": []string{key},
	})
}
