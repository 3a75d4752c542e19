package provider_test

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/webidentity/terraform-provider-sts/internal/emulator"
)

// TestRefusedTokens holds that a token which AWS would refuse is refused here, and that its claims are in the error.
func TestRefusedTokens(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*emulator.Token)
		want   string
	}{
		"wrong audience": {
			func(token *emulator.Token) { token.Audience = []string{"sts.amazon.com"} },
			`STS answered InvalidIdentityToken: Incorrect token audience`,
		},
		"wrong subject": {
			func(token *emulator.Token) { token.Subject = "repo:example/platform:pull_request" },
			`STS answered AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity`,
		},
		"expired":               {func(token *emulator.Token) { token.Lifetime = -6 * time.Minute }, `STS answered ExpiredTokenException: Token expired`},
		"another key's":         {func(token *emulator.Token) { token.ForeignKey = true }, `STS answered InvalidIdentityToken`},
		"alg none":              {func(token *emulator.Token) { token.Algorithm = "none" }, `STS answered InvalidIdentityToken`},
		"alg HS256":             {func(token *emulator.Token) { token.Algorithm = "HS256" }, `STS answered InvalidIdentityToken`},
		"a key ID from nowhere": {func(token *emulator.Token) { token.KeyID = "nowhere" }, `STS answered InvalidIdentityToken`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			run(t, resource.TestStep{
				Config:      w.config(set("role_arn", roleARN(production)), set("web_identity_token", w.token(t, test.change))),
				ExpectError: shows(test.want),
			})
		})
	}
}

func TestTokenOfAnotherIssuerIsRefused(t *testing.T) {
	w := newWorld(t)
	stranger, err := w.NewIssuer("https://stranger.example.com")
	if err != nil {
		t.Fatal(err)
	}
	token, err := stranger.Mint(emulator.Token{Subject: subject, Audience: []string{audience}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, resource.TestStep{
		Config:      w.config(set("role_arn", roleARN(production)), set("web_identity_token", token)),
		ExpectError: shows("No OpenIDConnect provider found in your account for https://stranger.example.com"),
	})
}

// TestRefusalSaysWhatWasAskedAndClaimed holds what every refusal tells beside the service's words.
func TestRefusalSaysWhatWasAskedAndClaimed(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	token := w.token(t, func(token *emulator.Token) { token.Subject = "repo:example/other" })
	cli := newWhole(t, w.config(set("role_arn", roleARN(staging)), set("role_session_name", "job-7"), set("web_identity_token", token)))
	output := cli.fails(t, "plan", "-no-color")
	for _, want := range []string{
		`role "` + roleARN(staging) + `"`,
		`session name "job-7"`,
		`token from web_identity_token`,
		`named by the provider's argument endpoint`,
		`issuer "https://ci.example.com"`,
		`subject "repo:example/other"`,
		`audience "` + audience + `"`,
		`algorithm "RS256"`,
		`expires at 2`,
		`HTTP status 403, request ID`,
	} {
		if !shows(want).MatchString(output) {
			t.Errorf("%q isn't in:\n%s", want, output)
		}
	}
}
