package provider_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// blockKinds are the kinds of blocks with a source of the token.
var blockKinds = []string{
	"data.sts_assume_role_with_web_identity", "ephemeral.sts_assume_role_with_web_identity",
	"ephemeral.sts_web_identity_token",
}

// namedBlock is a block of a kind.
func namedBlock(kind, name string, arguments ...string) string {
	mode, resource, _ := strings.Cut(kind, ".")
	if resource != tokenType {
		arguments = append(arguments, set("role_arn", roleARN(production)))
	}
	return fmt.Sprintf("%s %q %q {\n  %s\n}\n", mode, resource, name, strings.Join(arguments, "\n  "))
}

// TestAllowedAudiences checks each kind of block with each source of the token, in the block and in the provider block.
// If the audience isn't allowed, no platform is asked and STS isn't called. No error shows the line of a token.
func TestAllowedAudiences(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	variables, requests := f.gitHub(t)
	token := f.token(t, nil)
	sources := map[string]string{
		"web_identity_token":         set("web_identity_token", token),
		"web_identity_token_file":    set("web_identity_token_file", testenv.WriteFile(t, "token", token)),
		"web_identity_token_env":     set("web_identity_token_env", "JOB_TOKEN"),
		"web_identity_token_request": requestFor(audience),
	}
	const others = `allowed_audiences = ["other", "https://vault.example.com"]`
	config := f.provider(others)
	want := map[string]string{} // the argument that the error points at, by the block's address; empty: the block
	for name, source := range sources {
		config += f.provider(set("alias", name), others, source)
		for _, kind := range blockKinds {
			config += namedBlock(kind, "of_provider_"+name, "provider = sts."+name)
			want[kind+".of_provider_"+name] = ""
			switch {
			case name != "web_identity_token":
				config += namedBlock(kind, name, source)
				want[kind+"."+name] = name
			case kind != "ephemeral.sts_web_identity_token":
				config += namedBlock(kind, name, source)
				want[kind+"."+name] = ""
			}
		}
	}
	cli := newCLI(t, config)
	cli.CLI = cli.With("JOB_TOKEN=" + token)
	for name, value := range variables {
		cli.CLI = cli.With(name + "=" + value)
	}
	printed := cli.mustFail(t, "plan", "-json")
	explained := 0
	for _, found := range errorsIn(printed) {
		argument, ok := want[found.Address]
		if !ok || found.Summary != "The token's audience isn't allowed" {
			t.Errorf("%s: %s", found.Address, found.Summary)
		}
		delete(want, found.Address)
		_, resource, _ := strings.Cut(found.Address, ".")
		resource, _, _ = strings.Cut(resource, ".")
		if line := strings.TrimSpace(found.Snippet.Code); argument != "" && !strings.HasPrefix(line, argument+" =") ||
			argument == "" && !strings.Contains(line, `"`+resource+`"`) {
			t.Errorf("%s: it points at %q, want %q", found.Address, line, argument)
		}
		if strings.Contains(
			found.Detail,
			`audience "`+audience+`". The provider's argument allowed_audiences allows only `+
				`"https://vault.example.com", "other".`,
		) {
			explained++
		} else if !strings.Contains(
			found.Detail,
			"explains this failure",
		) {
			t.Errorf("%s: %s", found.Address, found.Detail)
		}
	}
	if len(want) != 0 || explained < len(sources)*2 {
		t.Errorf("%d errors explain it, and there are none for %v", explained, want)
	}
	if strings.Contains(printed, token) {
		t.Error("the token is printed")
	}
	if requests.Load() != 0 || len(f.Requests()) != 0 {
		t.Errorf("the platform was asked %d times, and STS was called %d times", requests.Load(), len(f.Requests()))
	}
}

// errorsIn are the errors that `terraform plan -json` prints.
func errorsIn(printed string) []diagnostic {
	var all []diagnostic
	for line := range strings.Lines(printed) {
		var message struct{ Diagnostic diagnostic }
		if json.Unmarshal([]byte(line), &message) == nil && message.Diagnostic.Severity == "error" {
			all = append(all, message.Diagnostic)
		}
	}
	return all
}

// TestAllowedAudience checks each kind of block with an audience that is allowed. The block of the token asks for a
// token of its own.
func TestAllowedAudience(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	variables, requests := f.gitHub(t)
	config := f.provider(fmt.Sprintf("allowed_audiences = [%q, \"other\"]", audience), requestFor(audience))
	for _, kind := range blockKinds {
		config += namedBlock(kind, "test")
	}
	cli := newCLI(t, config)
	for name, value := range variables {
		cli.CLI = cli.With(name + "=" + value)
	}
	cli.mustRun(t, "plan", "-no-color")
	if requests.Load() != 2 || len(f.Requests()) != 1 {
		t.Errorf("%d tokens, %d calls", requests.Load(), len(f.Requests()))
	}
}

// TestAllowedAudiencesOfEnvironment checks the token of a pod.
func TestAllowedAudiencesOfEnvironment(t *testing.T) {
	f := newFixture(t)
	f.AddOIDCProvider(production, f.issuer.URL(), audience)
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", testenv.WriteFile(t, "token", f.token(t, nil)))
	testenv.Refused()
	wantError(t, failing{
		config: "provider \"sts\" {\n  allowed_audiences = [\"other\"]\n}\n" +
			block(set("role_arn", roleARN(production))),
		says: `The token of AWS_WEB_IDENTITY_TOKEN_FILE is for the audience "` + audience + `"`,
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
	wantError(t, failing{
		config:   f.provider(`allowed_audiences = ["other"]`) + echoedToken(request),
		argument: "web_identity_token_request",
		says: "web_identity_token_request.github_actions would request a token for the audience " +
			`"sts.amazonaws.com"`,
	})
	if requests.Load() != 0 {
		t.Errorf("%d requests", requests.Load())
	}
	newAttachedCLI(t, f.provider(`allowed_audiences = ["sts.amazonaws.com"]`)+echoedToken(request)).apply(
		t, member(knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("sts.amazonaws.com")}), "audience"),
	)
}

// TestFurtherAudienceIsNotAllowed checks tokens with several audiences, with none, and without claims.
func TestFurtherAudienceIsNotAllowed(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	only := f.provider(fmt.Sprintf("allowed_audiences = [%q]", audience))
	parts := map[string]failing{}
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
		parts[name] = failing{
			config: blockNamed("LABEL", set("role_arn", roleARN(production)), set("web_identity_token", test.token)),
			says:   test.want,
		}
	}
	wantErrors(t, newAttachedCLI, only, parts, "plan")
	if calls := len(f.Requests()); calls != 0 {
		t.Errorf("STS was called %d times", calls)
	}
	newAttachedCLI(t, only+block(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)))).
		apply(t, checkValue(tfjsonpath.New("audience"), knownvalue.StringExact(audience)))
}

func TestInvalidAllowedAudiences(t *testing.T) {
	t.Parallel()
	parts := map[string]failing{}
	for value, want := range map[string]string{
		"[]":     "set must contain at least 1 elements",
		"[null]": "Null Set Value",
		`[""]`:   "An audience is empty. Set it to the audience of a token",
		`[" "]`:  "An audience is empty. Set it to the audience of a token",
		`"text"`: "set of string required",
	} {
		parts[value] = failing{
			config: "provider \"sts-LABEL\" {\n  allowed_audiences = " + value + "\n}\n" +
				blockNamed("LABEL", "provider = sts-LABEL"),
			argument: "allowed_audiences", says: want,
		}
	}
	wantErrors(t, newAttachedCLI, "", parts, "validate")
}
