package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

const tokenType = "sts_web_identity_token"

// tokenBlock is a block of the token itself.
func tokenBlock(arguments ...string) string {
	return "ephemeral \"sts_web_identity_token\" \"test\" {\n  " + strings.Join(arguments, "\n  ") + "\n}\n"
}

// echoedToken is tokenBlock with its result in the state of another resource.
func echoedToken(arguments ...string) string {
	return tokenBlock(arguments...) + `
provider "echo" {
  data = {
    block    = ephemeral.sts_web_identity_token.test
    function = provider::sts::decode_web_identity_token(ephemeral.sts_web_identity_token.test.token)
  }
}
resource "echo" "test" {}
`
}

// member is a member of the echoed result.
func member(value knownvalue.Check, names ...string) statecheck.StateCheck {
	path := tfjsonpath.New("data").AtMapKey("block")
	for _, name := range names {
		path = path.AtMapKey(name)
	}
	return statecheck.ExpectKnownValue("echo.test", path, value)
}

// TestTokenSchema checks the attributes. There must never be a data source, because it would store the token.
func TestTokenSchema(t *testing.T) {
	server, err := providerserver.NewProtocol6WithError(provider.New("test")())()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if schemas.DataSourceSchemas[tokenType] != nil || schemas.ResourceSchemas[tokenType] != nil {
		t.Error("Terraform would store the token")
	}
	var arguments, results []string
	for _, attribute := range schemas.EphemeralResourceSchemas[tokenType].Block.Attributes {
		if attribute.Sensitive != (attribute.Name == "token") {
			t.Errorf("%s: sensitive is %v", attribute.Name, attribute.Sensitive)
		}
		if attribute.Computed {
			results = append(results, attribute.Name)
		}
		if attribute.Optional {
			arguments = append(arguments, attribute.Name)
		}
		if strings.Contains(attribute.Description, "provider_id") {
			t.Errorf("%s: the description names an argument that isn't there", attribute.Name)
		}
	}
	want := []string{"web_identity_token_env", "web_identity_token_file", "web_identity_token_request"}
	if !slices.Equal(arguments, want) {
		t.Errorf("the arguments are %q", arguments)
	}
	if want := []string{
		"audience",
		"claims",
		"expiration",
		"issuer",
		"subject",
		"token",
	}; !slices.Equal(
		results,
		want,
	) {
		t.Errorf("the results are %q", results)
	}
}

func TestTokenEveryAttribute(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := f.token(t, func(token *emulator.Token) {
		token.Audience = []string{audience, "https://vault.example.com"}
		token.Claims = map[string]any{
			"repository": "example/platform", "nested": map[string]any{"list": []any{"a", 7, true, nil}},
			"exp": 4102444800,
		}
	})
	text := knownvalue.StringExact
	runEphemeral(t, resource.TestStep{
		Config: echoedToken(set("web_identity_token_file", testenv.WriteFile(t, "token", " "+token+"\n"))),
		ConfigStateChecks: []statecheck.StateCheck{
			member(text(token), "token"),
			member(text(f.issuer.URL()), "issuer"),
			member(text(subject), "subject"),
			member(
				knownvalue.ListExact([]knownvalue.Check{text(audience), text("https://vault.example.com")}),
				"audience",
			),
			member(text("2100-01-01T00:00:00Z"), "expiration"),
			member(text("example/platform"), "claims", "repository"),
			member(knownvalue.ListExact([]knownvalue.Check{
				text("a"), knownvalue.Int64Exact(7), knownvalue.Bool(true), knownvalue.Null(),
			}), "claims", "nested", "list"),
			member(knownvalue.Null(), "web_identity_token_env"),
			member(knownvalue.Null(), "web_identity_token_request"),
			statecheck.CompareValuePairs(
				"echo.test", tfjsonpath.New("data").AtMapKey("block").AtMapKey("claims"),
				"echo.test", tfjsonpath.New("data").AtMapKey("function").AtMapKey("claims"), same{},
			),
		},
	})
}

// same compares values of any type.
type same struct{}

func (same) CompareValues(values ...any) error {
	if first, second := fmt.Sprint(values[0]), fmt.Sprint(values[1]); first != second || first == "<nil>" {
		return fmt.Errorf("%s isn't %s", first, second)
	}
	return nil
}

// TestTokenNullMembers checks that what a token lacks is null.
func TestTokenNullMembers(t *testing.T) {
	f := newFixture(t)
	bare := f.token(t, func(token *emulator.Token) {
		token.Audience = nil
		token.Claims = map[string]any{"iss": nil, "sub": nil, "exp": nil, "iat": nil, "nbf": nil, "jti": "only"}
	})
	t.Setenv("JOB_TOKEN", bare)
	checks := []statecheck.StateCheck{
		member(knownvalue.StringExact(bare), "token"),
		member(knownvalue.MapExact(map[string]knownvalue.Check{"jti": knownvalue.StringExact("only")}), "claims"),
	}
	for _, name := range []string{"issuer", "subject", "audience", "expiration"} {
		checks = append(checks, member(knownvalue.Null(), name))
	}
	newAttachedCLI(t, echoedToken(set("web_identity_token_env", "JOB_TOKEN"))).apply(t, checks...)
}

func requestFor(audience string) string {
	return fmt.Sprintf("web_identity_token_request = { github_actions = { audience = %q } }", audience)
}

// TestTokenSources checks each source, in the block and in the provider block. The block's own comes first.
func TestTokenSources(t *testing.T) {
	f := newFixture(t)
	f.inGitHub(t)
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere")
	of := func(subject string) string {
		return f.token(t, func(token *emulator.Token) { token.Subject = subject })
	}
	t.Setenv("JOB_TOKEN", of("variable"))
	file := set("web_identity_token_file", testenv.WriteFile(t, "token", of("file")))
	const variable = `web_identity_token_env = "JOB_TOKEN"`
	const kind = "ephemeral.sts_web_identity_token"
	config := namedBlock(kind, "file", file) + namedBlock(kind, "variable", variable) +
		namedBlock(kind, "request", requestFor(audience))
	subjects := map[string]string{"file": "file", "variable": "variable", "request": subject} // by the block's name
	own := set("web_identity_token_file", testenv.WriteFile(t, "own", of("own")))
	for source, test := range map[string]struct{ argument, subject string }{
		"text": {set("web_identity_token", of("text")), "text"}, "file": {file, "file"},
		"variable": {variable, "variable"}, "request": {requestFor(audience), subject},
	} {
		config += f.providerNamed("sts-"+source, test.argument) +
			namedBlock(kind, "default_"+source, "provider = sts-"+source) +
			namedBlock(kind, "own_"+source, "provider = sts-"+source, own)
		subjects["default_"+source], subjects["own_"+source] = test.subject, "own"
	}
	members, checks := "", []statecheck.StateCheck{}
	for name, subject := range subjects {
		members += fmt.Sprintf("    %[1]s = ephemeral.sts_web_identity_token.%[1]s.subject\n", name)
		checks = append(checks, statecheck.ExpectKnownValue(
			"echo.test", tfjsonpath.New("data").AtMapKey(name), knownvalue.StringExact(subject),
		))
	}
	config += "provider \"echo\" {\n  data = {\n" + members + "  }\n}\nresource \"echo\" \"test\" {}\n"
	newAttachedCLI(t, config).apply(t, checks...)
	if calls := len(f.Requests()); calls != 0 {
		t.Errorf("STS was called %d times", calls)
	}
}

// TestTokenOfEnvironmentIsNoDefault checks that the token of a pod, which is meant for AWS, isn't returned, unless its
// file is named.
func TestTokenOfEnvironmentIsNoDefault(t *testing.T) {
	f := newFixture(t)
	file := testenv.WriteFile(t, "token", f.token(t, nil))
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", file)
	wantError(t, failing{
		config: echoedToken(),
		says: "- web_identity_token_env: the name of an environment variable with the token - " +
			"web_identity_token_request: the platform that Terraform runs on Or set one of the web_identity_token… " +
			"arguments in the provider block. The file of the environment variable AWS_WEB_IDENTITY_TOKEN_FILE isn't " +
			"a default here. Its token is meant for AWS, and this resource passes tokens to others. To use it " +
			"anyway, set web_identity_token_file to its path.",
	})
	newAttachedCLI(t, echoedToken(set("web_identity_token_file", file))).
		apply(t, member(knownvalue.StringExact(subject), "subject"))
}

// TestTokenNeedsNoSTS checks that variables for another STS don't stop a token, which isn't for STS.
func TestTokenNeedsNoSTS(t *testing.T) {
	f := newFixture(t)
	file := testenv.WriteFile(t, "token", f.token(t, nil))
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": "http://minio.example", "AWS_REGION": "aws-global", "AWS_MAX_ATTEMPTS": "-1",
	} {
		t.Setenv(name, value)
	}
	newAttachedCLI(t, echoedToken(set("web_identity_token_file", file))).
		apply(t, member(knownvalue.StringExact(subject), "subject"))
}

// TestTokenErrors checks where each error points. None of them shows a token.
func TestTokenErrors(t *testing.T) {
	f := newFixture(t)
	f.inGitHub(t)
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
	t.Setenv("OPAQUE", "an-opaque-token-of-the-job")
	const kind = "ephemeral.sts_web_identity_token"
	ofProvider := func(argument string) string {
		return f.providerNamed("sts-LABEL", argument) + namedBlock(kind, "LABEL", "provider = sts-LABEL")
	}
	wantErrors(t, newAttachedCLI, "", map[string]failing{
		"no file": {
			config:   namedBlock(kind, "LABEL", set("web_identity_token_file", "/nowhere")),
			argument: "web_identity_token_file", says: "The file \"/nowhere\" doesn't exist",
		},
		"no variable": {
			config:   namedBlock(kind, "LABEL", set("web_identity_token_env", "NO_TOKEN")),
			argument: "web_identity_token_env", says: "NO_TOKEN isn't set, or is empty",
		},
		"no JWT": {
			config:   namedBlock(kind, "LABEL", set("web_identity_token_env", "OPAQUE")),
			argument: "web_identity_token_env", says: "OPAQUE doesn't contain a JWT",
		},
		"no permission": {
			config:   namedBlock(kind, "LABEL", requestFor(audience)),
			argument: "web_identity_token_request", says: "The job can't request a token",
		},
		"no platform": {
			config:   namedBlock(kind, "LABEL", "web_identity_token_request = {}"),
			argument: "web_identity_token_request", says: "Set exactly one of azure_devops",
		},
		"two arguments": {
			config: namedBlock(kind, "LABEL",
				set("web_identity_token_file", "/nowhere"), set("web_identity_token_env", "NO_TOKEN")),
			argument: "web_identity_token_env",
			says: `Attribute "web_identity_token_file" cannot be specified when "web_identity_token_env" is ` +
				"specified",
		},
		"a file and a platform": {
			config:   namedBlock(kind, "LABEL", set("web_identity_token_file", "/nowhere"), requestFor(audience)),
			argument: "web_identity_token_request",
			says: `Attribute "web_identity_token_file" cannot be specified when "web_identity_token_request" is ` +
				"specified",
		},
		"the provider block's file": {
			config: ofProvider(set("web_identity_token_file", "/nowhere")),
			says:   "The provider block names the source of the token, with web_identity_token_file",
		},
		"the provider block's text": {
			config: ofProvider(set("web_identity_token", "an-opaque-token-of-the-job")),
			says:   "It must be the token itself: a JWT from your identity provider",
		},
	}, "validate", "plan")
	// The CLI stops at this one.
	wantErrors(t, newAttachedCLI, "", map[string]failing{
		"the token as an argument": {
			config:   namedBlock(kind, "LABEL", set("web_identity_token", f.token(t, nil))),
			argument: "web_identity_token", says: `An argument named "web_identity_token" is not expected here`,
		},
	}, "validate")
}

// TestTokenConflictIsReportedOnce counts the errors of all three arguments together.
func TestTokenConflictIsReportedOnce(t *testing.T) {
	t.Parallel()
	cli := newAttachedCLI(t, tokenBlock(set("web_identity_token_file", "/nowhere"), set("web_identity_token_env", "T")))
	printed := cli.mustFail(t, "validate", "-no-color")
	if got := strings.Count(printed, "Error: "); got != 1 {
		t.Errorf("%d errors:\n%s", got, printed)
	}
}

// TestUnknownProviderArgumentsOfToken checks that a block doesn't go on with a provider block that isn't known.
func TestUnknownProviderArgumentsOfToken(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	file := set("web_identity_token_file", testenv.WriteFile(t, "token", f.token(t, nil)))
	const kind = "ephemeral.sts_web_identity_token"
	const later = "resource \"terraform_data\" \"later\" { input = \"later\" }\n"
	parts := map[string]failing{}
	for argument, test := range map[string]struct{ value, own string }{
		"web_identity_token": {"terraform_data.later.output", ""},
		"allowed_audiences":  {"[terraform_data.later.output]", file},
	} {
		parts[argument] = failing{
			config: f.providerNamed("sts-LABEL", argument+" = "+test.value) +
				namedBlock(kind, "LABEL", "provider = sts-LABEL", test.own),
			says: "The value of " + argument + " in the provider block isn't known before the apply",
		}
	}
	wantErrors(t, newAttachedCLI, later, parts, "plan")

	config := later
	for _, argument := range []string{"web_identity_token", "role_session_name"} {
		config += strings.ReplaceAll(f.providerNamed("sts-LABEL", argument+" = terraform_data.later.output")+
			namedBlock(kind, argument, "provider = sts-LABEL", file), "LABEL", label(argument))
	}
	newAttachedCLI(t, config+`
provider "echo" {
  data = [
    ephemeral.sts_web_identity_token.web_identity_token.subject,
    ephemeral.sts_web_identity_token.role_session_name.subject,
  ]
}
resource "echo" "test" {}
`).apply(t, statecheck.ExpectKnownValue("echo.test", tfjsonpath.New("data"), knownvalue.TupleExact(
		[]knownvalue.Check{knownvalue.StringExact(subject), knownvalue.StringExact(subject)},
	)))
}

// unreliable is the endpoint of GitHub Actions that fails a number of times first, and records the tokens it gives.
type unreliable struct {
	*httptest.Server
	mutex    sync.Mutex
	requests int
	tokens   []string
}

func (f fixture) unreliable(t *testing.T, failures int) *unreliable {
	t.Helper()
	u := &unreliable{}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.mutex.Lock()
		defer u.mutex.Unlock()
		if u.requests++; u.requests <= failures {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		token := f.token(t, func(token *emulator.Token) { token.Audience = []string{r.URL.Query().Get("audience")} })
		u.tokens = append(u.tokens, token)
		_, _ = fmt.Fprintf(w, `{"value": %q}`, token)
	}))
	t.Cleanup(u.Close)
	return u
}

// given are the requests and the tokens so far.
func (u *unreliable) given() (requests int, tokens []string) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	return u.requests, slices.Clone(u.tokens)
}

func (u *unreliable) variables() []string {
	return []string{"ACTIONS_ID_TOKEN_REQUEST_URL=" + u.URL, "ACTIONS_ID_TOKEN_REQUEST_TOKEN=of-the-job"}
}

// TestTokenRetries checks that a platform's failure that might pass doesn't fail the block.
func TestTokenRetries(t *testing.T) {
	f := newFixture(t)
	platform := f.unreliable(t, 1)
	for _, variable := range platform.variables() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	newAttachedCLI(t, echoedToken(requestFor(audience))).apply(t, member(knownvalue.StringExact(subject), "subject"))
	if requests, tokens := platform.given(); len(tokens) == 0 || requests != len(tokens)+1 {
		t.Errorf("%d requests for %d tokens", requests, len(tokens))
	}
}

// TestTokenIsNewAndStaysSecret runs plan and apply with a saved plan and the most detailed log. Two blocks with the
// same request ask for a token each, in the plan and again in the apply. Each token reaches its command. No part of a
// token is in the state, the plan, the log, or the printed text.
func TestTokenIsNewAndStaysSecret(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	platform := f.unreliable(t, 0)
	results := t.TempDir()
	config := f.provider(requestFor(audience), `allowed_audiences = ["`+audience+`"]`)
	for _, name := range []string{"first", "second"} {
		config += strings.Replace(tokenBlock(), `"test"`, `"`+name+`"`, 1) + fmt.Sprintf(`
resource "terraform_data" %[1]q {
  provisioner "local-exec" {
    command     = "printf %%s \"$TOKEN\" > %[2]s"
    environment = { TOKEN = ephemeral.sts_web_identity_token.%[1]s.token }
  }
}
`, name, filepath.Join(results, name))
	}
	cli := newCLI(t, config)
	log := filepath.Join(t.TempDir(), "log")
	cli.CLI = cli.With(append(platform.variables(), "TF_LOG=TRACE", "TF_LOG_PATH="+log)...)

	printed := cli.mustRun(t, "plan", "-no-color", "-out=plan")
	_, planned := platform.given()
	printed += cli.mustRun(t, "apply", "-no-color", "plan")
	_, tokens := platform.given()
	if len(planned) != 2 || len(tokens) != 4 {
		t.Errorf("%d tokens in the plan, %d in all", len(planned), len(tokens))
	}
	first, second := read(t, filepath.Join(results, "first")), read(t, filepath.Join(results, "second"))
	if first == second || !slices.Contains(tokens[2:], first) || !slices.Contains(tokens[2:], second) {
		t.Error("the commands don't have the tokens of the apply")
	}
	var secrets []string
	for _, token := range tokens {
		segments := strings.Split(token, ".")
		secrets = append(secrets, token, segments[1], segments[2])
	}
	logged := read(t, log)
	if !strings.Contains(logged, "Web identity token") ||
		!strings.Contains(logged, "web_identity_token_request.github_actions") {
		t.Error("the log doesn't tell of the token")
	}
	searchFor(t, secrets, map[string]string{"what is printed": printed, "the log": logged})
	searchFolder(t, secrets, cli.folder)
	if len(f.Requests()) != 0 {
		t.Error("STS was called")
	}
}

// TestFailedTokenStaysSecret checks the printed text and the log if a token isn't allowed.
func TestFailedTokenStaysSecret(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := f.token(t, nil)
	file := testenv.WriteFile(t, "token", token)
	for name, config := range map[string]string{
		"a file": f.provider(`allowed_audiences = ["other"]`) + tokenBlock(set("web_identity_token_file", file)),
		"the provider block's text": f.provider(`allowed_audiences = ["other"]`, set("web_identity_token", token)) +
			tokenBlock(),
	} {
		t.Run(name, func(t *testing.T) {
			cli := newCLI(t, config)
			log := filepath.Join(t.TempDir(), "log")
			cli.CLI = cli.With("TF_LOG=TRACE", "TF_LOG_PATH="+log)
			printed := cli.mustFail(t, "plan", "-no-color")
			if !strings.Contains(printed, "The token's audience isn't allowed") {
				t.Errorf("it says:\n%s", printed)
			}
			segments := strings.Split(token, ".")
			secrets := []string{token, segments[1], segments[2]}
			searchFor(t, secrets, map[string]string{"what is printed": printed, "the log": read(t, log)})
			if err := os.Remove(filepath.Join(cli.folder, "main.tf")); err != nil {
				t.Fatal(err)
			}
			searchFolder(t, secrets, cli.folder)
		})
	}
}
