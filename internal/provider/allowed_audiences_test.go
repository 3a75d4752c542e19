package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// blocks are the kinds of blocks with a source of the token. The result of an ephemeral one is echoed.
func blocks() map[string]func(arguments ...string) string {
	return map[string]func(arguments ...string) string{
		"data source": func(arguments ...string) string {
			return block(append(arguments, set("role_arn", roleARN(production)))...)
		},
		"ephemeral resource": func(arguments ...string) string {
			data := block(append(arguments, set("role_arn", roleARN(production)))...)
			return strings.Replace(data, "data \"sts_", "ephemeral \"sts_", 1) + `
provider "echo" {
  data = ephemeral.sts_assume_role_with_web_identity.test
}
resource "echo" "test" {}
`
		},
		"token": echoedToken,
	}
}

// TestAllowedAudiences checks each kind of block with each source of the token, in the block and in the provider block.
// If the audience isn't allowed, no platform is asked and STS isn't called.
func TestAllowedAudiences(t *testing.T) {
	f := newFixture(t)
	variables, requests := f.gitHub(t)
	for name, value := range variables {
		t.Setenv(name, value)
	}
	const others = `allowed_audiences = ["other", "https://vault.example.com"]`
	for name, source := range f.tokenSources(t) {
		for kind, config := range blocks() {
			t.Run(kind+" with "+name, func(t *testing.T) {
				calls := len(f.Requests())
				requests.Store(0)
				if kind != "token" || name != "web_identity_token" {
					at := errorAt(
						name,
						fmt.Sprintf("audience %q. The provider's argument allowed_audiences allows only "+
							`"https://vault.example.com", "other".`, audience),
					)
					if name == "web_identity_token" { // whose line has the token
						at = errorAtBlock("The token of web_identity_token is for the audience")
					}
					runEphemeral(t, resource.TestStep{
						Config: f.provider(
							`allowed_audiences = ["other", "https://vault.example.com"]`,
						) + config(
							source,
						),
						ExpectError: at,
					})
				}
				runEphemeral(t, resource.TestStep{
					Config:      f.provider(others, source) + config(),
					ExpectError: errorAtBlock("The provider block names the source of the token, with " + name),
				})
				if asked, called := requests.Load(), len(f.Requests())-calls; asked != 0 || called != 0 {
					t.Errorf("the platform was asked %d times, and STS was called %d times", asked, called)
				}
			})
		}
	}
}

// TestAllowedAudience checks each kind of block with an audience that is allowed.
func TestAllowedAudience(t *testing.T) {
	f := newFixture(t)
	variables, requests := f.gitHub(t)
	for name, value := range variables {
		t.Setenv(name, value)
	}
	list := fmt.Sprintf("allowed_audiences = [%q, \"other\"]", audience)
	for kind, config := range blocks() {
		calls := len(f.Requests())
		requests.Store(0)
		runEphemeral(t, resource.TestStep{Config: f.provider(list) + config(requestFor(audience))})
		if requests.Load() == 0 || (kind != "token") != (len(f.Requests()) > calls) {
			t.Errorf("%s: %d tokens, %d calls", kind, requests.Load(), len(f.Requests())-calls)
		}
	}
}

// TestAllowedAudiencesOfEnvironment checks the token of a pod.
func TestAllowedAudiencesOfEnvironment(t *testing.T) {
	f := newFixture(t)
	f.AddOIDCProvider(production, f.issuer.URL(), audience)
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", testenv.WriteFile(t, "token", f.token(t, nil)))
	testenv.Refused()
	run(t, resource.TestStep{
		Config: "provider \"sts\" {\n  allowed_audiences = [\"other\"]\n}\n" + block(
			set("role_arn", roleARN(production)),
		),
		ExpectError: errorAtBlock("The token of AWS_WEB_IDENTITY_TOKEN_FILE is for the audience " +
			`"` + audience + `"`),
	})
	if hosts := testenv.Refused(); len(hosts) != 0 {
		t.Errorf("asked for %q", hosts)
	}
}

// TestDefaultAudienceIsCompared checks a request without an audience.
func TestDefaultAudienceIsCompared(t *testing.T) {
	f := newFixture(t)
	variables, requests := f.gitHub(t)
	for name, value := range variables {
		t.Setenv(name, value)
	}
	const request = "web_identity_token_request = { github_actions = {} }"
	runEphemeral(t, resource.TestStep{
		Config: f.provider(`allowed_audiences = ["other"]`) + echoedToken(request),
		ExpectError: errorAt("web_identity_token_request", "web_identity_token_request.github_actions would request a "+
			`token for the audience "sts.amazonaws.com"`),
	})
	if requests.Load() != 0 {
		t.Errorf("%d requests", requests.Load())
	}
	runEphemeral(t, resource.TestStep{
		Config: f.provider(`allowed_audiences = ["sts.amazonaws.com"]`) + echoedToken(request),
		ConfigStateChecks: []statecheck.StateCheck{
			member(knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("sts.amazonaws.com")}), "audience"),
		},
	})
}

// TestFurtherAudienceIsNotAllowed checks tokens with several audiences, with none, and without claims.
func TestFurtherAudienceIsNotAllowed(t *testing.T) {
	f := newFixture(t)
	only := f.provider(fmt.Sprintf("allowed_audiences = [%q]", audience))
	for name, test := range map[string]struct{ token, want string }{
		"a further audience": {
			f.token(t, func(token *emulator.Token) { token.Audience = []string{audience, "further"} }),
			`"further". The provider's argument`,
		},
		"no audience": {
			f.token(t, func(token *emulator.Token) { token.Audience = nil }), "has no audience in its aud claim",
		},
		"no claims": {"an-opaque-token-of-another-kind", "isn't a JWT, so it doesn't show its audience"},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, resource.TestStep{
				Config: only + block(
					set("role_arn", roleARN(production)), set("web_identity_token", test.token),
				),
				ExpectError: errorAtBlock(test.want),
			})
		})
	}
	if calls := len(f.Requests()); calls != 0 {
		t.Errorf("STS was called %d times", calls)
	}
	run(t, resource.TestStep{
		Config: only + block(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil))),
		ConfigStateChecks: []statecheck.StateCheck{
			checkValue(tfjsonpath.New("audience"), knownvalue.StringExact(audience)),
		},
	})
}

func TestInvalidAllowedAudiences(t *testing.T) {
	testenv.Isolate(t)
	for value, want := range map[string]string{
		"[]":     "set must contain at least 1 elements",
		"[null]": "Null Set Value",
		`[""]`:   "An audience is empty. Set it to the audience of a token",
		`[" "]`:  "An audience is empty. Set it to the audience of a token",
		`"text"`: "set of string required",
	} {
		t.Run(value, func(t *testing.T) {
			run(t, resource.TestStep{
				Config:      "provider \"sts\" {\n  allowed_audiences = " + value + "\n}\n" + block(),
				ExpectError: sentencePattern(want),
			})
		})
	}
}
