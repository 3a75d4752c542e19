package assumerole

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// TestRequestIDs holds which IDs of an answer are kept: those of a known form that aren't made of a secret.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOmV4YW1wbGUifQ.dGhpcyBpcyBhIHNpZ25hdHVyZQ"
	text := newServerText(Exchange{}, secret.New(token))
	asHex := hex.EncodeToString([]byte(token))
	backwards := []byte(token[30:46])
	slices.Reverse(backwards)
	uuid := func(digits string) string {
		return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:32]
	}
	for name, test := range map[string]struct {
		id   string
		kept bool
	}{
		"AWS's":                         {"c6104cbe-af31-11e0-8154-cbc7ccf896c7", true},
		"MinIO's":                       {"17A3F9C2B1D4E586", true},
		"Ceph's":                        {"tx00000c8f2d7f3a4b5c6d7-0065a1b2c3-4f5a-default", true},
		"Ceph's of another zone":        {"tx00000c8f2d7f3a4b5c6d7-0065a1b2c3-4f5a-eujhbgcioija", false},
		"none":                          {"", true},
		"of the token":                  {uuid(asHex), false},
		"of the token's middle":         {uuid(asHex[61:]), false},
		"of the token, backwards":       {uuid(hex.EncodeToString(backwards)), false},
		"of the token, in capitals":     {strings.ToUpper(asHex[20:36]), false},
		"Ceph's, with a part":           {"tx" + asHex[:21] + "-" + asHex[21:31] + "-4f5a-default", false},
		"Ceph's, with more after it":    {"tx00000c8f2d7f3a4b5c6d7-0065a1b2c3-" + asHex[:39] + "g", false},
		"a text":                        {"request-one", false},
		"the token":                     {token, false},
		"a part of it":                  {token[:20], false},
		"longer than those of any form": {strings.Repeat("0", 64), false},
	} {
		if got := text.requestID(test.id); (got == test.id) != test.kept {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// TestNamesOfTheRequest holds that a token in the place of an argument doesn't count as a name that may be shown.
func TestNamesOfTheRequest(t *testing.T) {
	t.Parallel()
	for _, misplaced := range []string{
		"x7Gh2Qz9aB", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "d41d8cd98f00b204e9800998ecf8427e",
	} {
		for name, request := range map[string]Request{
			"role_arn":    {RoleARN: misplaced},
			"provider_id": {ProviderID: misplaced},
			"policy_arns": {PolicyARNs: []string{misplaced}},
		} {
			text := newServerText(Exchange{Request: request}, secret.New("an.opaque.token"))
			if got := text.plain("no such thing: " + misplaced); strings.Contains(got, misplaced[:6]) {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
	text := newServerText(
		Exchange{Request: Request{RoleARN: "arn:aws:iam::111122223333:role/x7Gh2Qz9aB"}},
		secret.New("an.opaque.token"),
	)
	for _, message := range []string{
		"The role arn:aws:iam::111122223333:role/x7Gh2Qz9aB is unknown", "The role role/x7Gh2Qz9aB is unknown",
	} {
		if got := text.plain(message); got != message {
			t.Errorf("got %q", got)
		}
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	text := newServerText(Exchange{}, secret.New("an.opaque.token"))
	for code, want := range map[string]string{
		"ExpiredTokenException": "ExpiredTokenException",
		"AccessDenied":          "AccessDenied",
		"an opaque token":       "[15 characters left out]",
		"x7Gh2Qz9aB":            "[10 characters left out]",
		"AccessDenied.Token":    "[18 characters left out]",
	} {
		if got := text.code(code); got != want {
			t.Errorf("%s: got %q", code, got)
		}
	}
}

// TestLongMessages holds that the long messages of AWS and of Go stay as they are.
func TestLongMessages(t *testing.T) {
	t.Parallel()
	text := newServerText(Exchange{
		Request: Request{RoleARN: "arn:aws:iam::123456789012:role/x7Gh2Qz9", RoleSessionName: "s1"},
		Claims: &webidentity.Claims{
			Issuer: "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
		},
	}, secret.New("an.opaque.token"))
	for _, message := range []string{
		"Not authorized to perform sts:AssumeRoleWithWebIdentity with an explicit deny in a VPC endpoint policy",
		"User: arn:aws:sts::111122223333:assumed-role/hub/terraform is not authorized to perform: sts:AssumeRole on " +
			"resource: arn:aws:iam::123456789012:role/x7Gh2Qz9 because no identity-based policy allows the " +
			"sts:AssumeRole action",
		"No OpenIDConnect provider found in your account for " +
			"https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
		"Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity " +
			"documentation for requirements",
		"1 validation error detected: Value 's1' at 'roleSessionName' failed to satisfy constraint: Member must have " +
			"length greater than or equal to 2",
		"The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
		"STS is not activated in this region for account:123456789012. Your account administrator can activate STS " +
			"in this region using the IAM Console.",
		"x509: certificate has expired or is not yet valid: current time 2026-11-24T12:00:00Z is after " +
			"2025-01-01T00:00:00Z",
		"1 validation error detected: Value 's1' at 'roleSessionName' failed to satisfy constraint: Member must " +
			"satisfy regular expression pattern: [\\w+=,.@-]*",
	} {
		if got := text.plain(message); got != message {
			t.Errorf("\n got %q\nwant %q", got, message)
		}
	}
}
