package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// provider is a provider block at the world's endpoint.
func (f fixture) provider(arguments ...string) string { return f.providerNamed("sts", arguments...) }

func (f fixture) providerNamed(name string, arguments ...string) string {
	return fmt.Sprintf("provider %q {\n  endpoint = %q\n  %s\n}\n", name, f.URL(), strings.Join(arguments, "\n  "))
}

func isSubject(want string) []statecheck.StateCheck {
	return []statecheck.StateCheck{
		checkValue(tfjsonpath.New("subject_from_web_identity_token"), knownvalue.StringExact(want)),
	}
}

func TestTokenInVariable(t *testing.T) {
	f := newFixture(t)
	t.Setenv("JOB_TOKEN", f.token(t, nil)+"\n")
	newAttachedCLI(t, f.config(set("role_arn", roleARN(production)), set("web_identity_token_env", "JOB_TOKEN"))).
		apply(t, isSubject(subject)...)
}

// gitHub is the endpoint of GitHub Actions where a job asks for tokens.
func (f fixture) gitHub(t *testing.T) (variables map[string]string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		requests.Add(1)
		if request.Header.Get("Authorization") != "Bearer of-the-job" {
			t.Errorf("the bearer is wrong")
		}
		minted, err := f.issuer.Mint(
			emulator.Token{Subject: subject, Audience: []string{request.URL.Query().Get("audience")}},
		)
		if err != nil {
			t.Error(err)
		}
		_, _ = fmt.Fprintf(answer, `{"count": 1, "value": %q}`, minted)
	}))
	t.Cleanup(server.Close)
	return map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL":   server.URL + "/?api-version=2.0",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job",
	}, requests
}

// inGitHub makes this process a job of GitHub Actions.
func (f fixture) inGitHub(t *testing.T) {
	t.Helper()
	variables, _ := f.gitHub(t)
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

func TestTokenOfPlatform(t *testing.T) {
	f := newFixture(t)
	f.inGitHub(t)
	newAttachedCLI(t, f.config(set("role_arn", roleARN(production)), requestFor(audience))).
		apply(t, isSubject(subject)...)
}

// TestDefaultAudience checks the default audience of the platforms that let a job choose, and that a role in aws-cn has
// no default.
func TestDefaultAudience(t *testing.T) {
	f := newFixture(t)
	f.inGitHub(t)
	f.AddOIDCProvider(production, f.issuer.URL(), "sts.amazonaws.com")
	f.addRole(
		t,
		emulator.Role{
			ARN:         roleARN(production),
			TrustPolicy: emulator.TrustPolicy(production, f.issuer.URL(), map[string]string{"sub": subject}, nil),
		},
	)
	const request = "web_identity_token_request = { github_actions = {} }"
	newAttachedCLI(t, f.config(set("role_arn", roleARN(production)), request)).apply(
		t, checkValue(tfjsonpath.New("audience"), knownvalue.StringExact("sts.amazonaws.com")),
	)
	wantError(t, failing{
		config: f.config(set("role_arn", "arn:aws-cn:iam::111122223333:role/deploy"), request),
		says:   "is in the partition aws-cn, where IAM OIDC providers are registered with different audiences",
	})
}

// TestIdentityOfProviderBlock checks that the provider block has the default for blocks, and that a block overrides it.
func TestIdentityOfProviderBlock(t *testing.T) {
	f := newFixture(t)
	f.addRole(
		t,
		emulator.Role{
			ARN: roleARN(staging),
			TrustPolicy: emulator.TrustPolicy(
				staging,
				f.issuer.URL(),
				map[string]string{"sub": "repo:example/other"},
				nil,
			),
		},
	)
	other := f.token(t, func(token *emulator.Token) { token.Subject = "repo:example/other" })
	t.Setenv("JOB_TOKEN", f.token(t, nil))
	f.inGitHub(t)
	// The environment's come after the provider block's.
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere")
	t.Setenv("AWS_ROLE_SESSION_NAME", "environment")
	config, checks := "", []statecheck.StateCheck{}
	for name, argument := range map[string]string{
		"web_identity_token":         set("web_identity_token", f.token(t, nil)),
		"web_identity_token_file":    set("web_identity_token_file", testenv.WriteFile(t, "token", f.token(t, nil))),
		"web_identity_token_env":     set("web_identity_token_env", "JOB_TOKEN"),
		"web_identity_token_request": requestFor(audience),
	} {
		providerName := "sts-" + label(name)
		config += f.providerNamed(providerName, argument, set("role_session_name", "provider")) +
			blockNamed(name, "provider = "+providerName, set("role_arn", roleARN(production))) +
			blockNamed(
				name+"_own", "provider = "+providerName, set("role_arn", roleARN(staging)),
				set("web_identity_token", other), set("role_session_name", "block"),
			)
		is := func(block, attribute string, value knownvalue.Check) {
			checks = append(checks, statecheck.ExpectKnownValue(
				"data."+typeName+"."+block, tfjsonpath.New(attribute), value,
			))
		}
		is(name, "subject_from_web_identity_token", knownvalue.StringExact(subject))
		is(name, "role_session_name", knownvalue.StringExact("provider"))
		is(name, "web_identity_token", knownvalue.Null())
		is(name+"_own", "subject_from_web_identity_token", knownvalue.StringExact("repo:example/other"))
		is(name+"_own", "role_session_name", knownvalue.StringExact("block"))
	}
	newAttachedCLI(t, config).apply(t, checks...)
}

func TestTwoTokensInProviderBlock(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	wantError(t, failing{
		config: f.provider(set("web_identity_token", f.token(t, nil)), set("web_identity_token_env", "JOB_TOKEN")) +
			block(set("role_arn", roleARN(production))),
		argument: "web_identity_token_env",
		says:     `Attribute "web_identity_token" cannot be specified when "web_identity_token_env" is specified`,
	})
}

func TestErrorNamesTokenOfProviderBlock(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	wantError(t, failing{
		config: f.provider(set("web_identity_token_file", "/nowhere")) + block(set("role_arn", roleARN(production))),
		says:   "The provider block names the source of the token, with web_identity_token_file",
	})
}

// TestUnknownIdentityOfProviderBlock checks that a block doesn't use the environment instead, and that a block with
// its own identity works.
func TestUnknownIdentityOfProviderBlock(t *testing.T) {
	f := newFixture(t)
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", testenv.WriteFile(t, "token", f.token(t, nil)))
	t.Setenv("AWS_ROLE_ARN", roleARN(production))
	parts, owns, checks := map[string]failing{}, "", []statecheck.StateCheck{}
	for argument, test := range map[string]struct{ value, input string }{
		"web_identity_token": {"terraform_data.LABEL.output", f.token(t, nil)},
		"web_identity_token_request": {
			"{ github_actions = { audience = terraform_data.LABEL.output } }", "an-audience",
		},
		"role_session_name": {"terraform_data.LABEL.output", "later"},
	} {
		config := fmt.Sprintf("resource \"terraform_data\" \"LABEL\" { input = %q }\n", test.input) +
			f.providerNamed("sts-LABEL", argument+" = "+test.value)
		arguments := []string{"provider = sts-LABEL", set("role_arn", roleARN(production))}
		parts[argument] = failing{
			config: config + blockNamed("LABEL", arguments...),
			says: "The value of " + argument + " in the provider block isn't known before the apply, but this " +
				"block might be read in the plan. Set it in this block instead",
		}
		owns += strings.ReplaceAll(config+blockNamed("LABEL", append(
			arguments, set("web_identity_token", f.token(t, nil)), set("role_session_name", "own"),
		)...), "LABEL", label(argument))
		checks = append(checks, statecheck.ExpectKnownValue(
			"data."+typeName+"."+label(argument), tfjsonpath.New("subject_from_web_identity_token"),
			knownvalue.StringExact(subject),
		))
	}
	wantErrors(t, newAttachedCLI, "", parts, "plan")
	newAttachedCLI(t, owns).apply(t, checks...)
}

func TestAllowedAccountIDs(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	only := f.provider(fmt.Sprintf("allowed_account_ids = [%q]", production))
	token := set("web_identity_token", f.token(t, nil))
	newAttachedCLI(t, only+block(set("role_arn", roleARN(production)), token)).apply(t, isSubject(subject)...)
	requestCount := len(f.Requests())
	parts := map[string]failing{}
	for name, role := range map[string]string{
		"another account": roleARN(staging), "no role": "", "a role without an account": "arn:minio:iam:::role/x",
	} {
		parts[name] = failing{
			config: blockNamed("LABEL", set("role_arn", role), token), argument: "role_arn",
			says: "isn't in an account that the provider's argument allowed_account_ids lists: 111122223333",
		}
	}
	wantErrors(t, newAttachedCLI, only, parts, "plan")
	if len(f.Requests()) != requestCount {
		t.Error("something was sent")
	}
}

// TestDataSourceWithEphemeralToken configures the provider block with an ephemeral value. The token of the data source
// is then neither in the state nor in the plan.
func TestDataSourceWithEphemeralToken(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := f.token(t, nil)
	cli := newAttachedCLI(t, `
variable "token" {
  type      = string
  ephemeral = true
}
`+f.provider("web_identity_token = var.token")+block(set("role_arn", roleARN(production)))+`
output "subject" { value = data.sts_assume_role_with_web_identity.test.subject_from_web_identity_token }
`)
	cli.CLI = cli.With("TF_VAR_token=" + token)
	cli.mustRun(t, "plan", "-no-color", "-out=plan")
	cli.mustRun(t, "apply", "-no-color", "plan")
	if got := cli.output(t, "subject"); got != subject {
		t.Errorf("the subject is %q", got)
	}
	searchFolder(t, []string{token}, cli.folder)
}

// TestManyRoles checks that many roles need one token request and one call each, and that many blocks for the same role
// need one call. An STS that throttles makes the run slower, but the run succeeds.
func TestManyRoles(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	variables, tokens := f.gitHub(t)
	const roles = 500
	for i := range roles {
		f.addRole(t, emulator.Role{
			ARN:         fmt.Sprintf("arn:aws:iam::%s:role/r%d", production, i),
			TrustPolicy: emulator.TrustPolicy(production, f.issuer.URL(), map[string]string{"sub": subject}, nil),
		})
	}
	request := fmt.Sprintf("web_identity_token_request = { github_actions = { audience = %q } }", audience)
	for name, test := range map[string]struct {
		role  string
		calls int
	}{
		"different roles": {fmt.Sprintf(`"arn:aws:iam::%s:role/r${each.key}"`, production), roles},
		"the same role":   {fmt.Sprintf("%q", roleARN(production)), 1},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(f.Requests())
			tokens.Store(0)
			cli := newCLI(t, f.provider(request)+block(fmt.Sprintf("for_each = toset([for i in range(%d) : "+
				"tostring(i)])", roles), "role_arn = "+test.role))
			for name, value := range variables {
				cli.CLI = cli.With(name + "=" + value)
			}
			cli.mustRun(t, "plan", "-no-color", "-parallelism=50")
			calls := f.Requests()[before:]
			if len(calls) != test.calls || tokens.Load() != 1 {
				t.Errorf("%d calls, want %d; %d requests of a token, want 1", len(calls), test.calls, tokens.Load())
			}
			connections := map[string]bool{}
			for _, call := range calls {
				connections[call.SourceAddr] = true
			}
			if len(connections) > 50 {
				t.Errorf("%d connections for 50 calls at a time", len(connections))
			}
		})
	}
}

// TestSameFailureIsExplainedOnce checks that the error of one block explains what all blocks have in common.
func TestSameFailureIsExplainedOnce(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	cli := newAttachedCLI(t, f.provider(set("web_identity_token", f.token(t, nil)))+`
data "sts_assume_role_with_web_identity" "many" {
  count    = 20
  role_arn = "arn:aws:iam::111122223333:role/nowhere-${count.index}"
}
`)
	printed := cli.mustFail(t, "plan", "-no-color")
	for text, want := range map[string]int{
		"Error: ": 20, "Check first:": 1, "explains this failure.": 19,
	} {
		if got := strings.Count(printed, text); got != want {
			t.Errorf("%q is there %d times, want %d, in:\n%s", text, got, want, printed)
		}
	}
}
