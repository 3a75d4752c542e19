package guides

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// platforms are the ways in which the platforms of the guides give a token to a job: the variables of the job.
var platforms = map[string]func(t *testing.T, token string) []string{
	"bitbucket":      inVariable("BITBUCKET_STEP_OIDC_TOKEN"),
	"buildkite":      onRequestOfBuildkite,
	"circleci":       inVariable("CIRCLE_OIDC_TOKEN_V2"),
	"github-actions": onRequestOfGitHub,
	"gitlab":         inVariable("AWS_ID_TOKEN"),
	"hcp-terraform":  inVariable("TFC_WORKLOAD_IDENTITY_TOKEN"),
	"spacelift":      inVariable("SPACELIFT_OIDC_TOKEN"),
}

func inVariable(name string) func(*testing.T, string) []string {
	return func(_ *testing.T, token string) []string { return []string{name + "=" + token} }
}

func onRequestOfGitHub(t *testing.T, token string) []string {
	t.Helper()
	return gitHubVariables(answering(t, "value", token, new(atomic.Int32)))
}

func gitHubVariables(url string) []string {
	return []string{
		"ACTIONS_ID_TOKEN_REQUEST_URL=" + url + "/?api-version=2.0",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN=request-token",
	}
}

func onRequestOfBuildkite(t *testing.T, token string) []string {
	t.Helper()
	url := answering(t, "token", token, new(atomic.Int32))
	return []string{
		"BUILDKITE_AGENT_ENDPOINT=" + url,
		"BUILDKITE_JOB_ID=0190046e-e199-453b-a302-a21a4d649d31",
		"BUILDKITE_AGENT_ACCESS_TOKEN=access-token",
	}
}

// answering is the URL of a server that answers every request with the token, in an object's field, and counts them.
func answering(t *testing.T, field, token string, count *atomic.Int32) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		count.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(map[string]string{field: token}); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// phase is a command of a run, and the number of the trust policy, in the guide, of the role that it gets.
type phase struct {
	arguments []string
	trust     int
}

var (
	oneRole = []phase{{arguments: []string{"apply", "-auto-approve"}}}
	// A run of HCP Terraform has a token for each phase.
	twoRoles = []phase{{arguments: []string{"plan", "-out=plan"}}, {arguments: []string{"apply", "plan"}, trust: 1}}
)

var region = regexp.MustCompile(`( +)region += "([^"]+)"\n`)

// TestExamplesApply applies the example of each guide for a platform, with a token as the platform mints it and the
// role of the guide, and wants the lines that the guide promises.
var duration = regexp.MustCompile(`after \d+s`)

func TestExamplesApply(t *testing.T) {
	t.Parallel()
	guides := readGuides(t)
	workspace := clitest.Workspace(t)
	cli := clitest.Find(t, workspace)
	clitest.Need(t, cli, terraformcli.EphemeralResources)
	if cli.Product != "Terraform" {
		t.Skipf("%s %s: the guides have lines of Terraform", cli.Product, cli.Version)
	}
	mirrorProviders(t, cli)
	for name, variables := range platforms {
		t.Run(name, func(t *testing.T) {
			output := applyExample(t, workspace, cli, name, guides[name], variables)
			wantLines(t, output, linesOf(t, guides[name]))
		})
	}
}

func mirrorProviders(t *testing.T, cli *terraformcli.CLI) {
	t.Helper()
	executables := clitest.Built(t)
	clitest.MirrorSTS(t, cli, executables.STS)
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		hashicorp := terraformcli.Address{Host: host, Namespace: "hashicorp", Type: "aws"}
		if err := cli.Mirror(hashicorp, "6.999.0", executables.Consumer); err != nil {
			t.Fatal(err)
		}
	}
	if err := cli.ForbidDownloads(); err != nil {
		t.Fatal(err)
	}
}

// applyExample gives what the CLI has written.
func applyExample(
	t *testing.T,
	workspace *terraformcli.Workspace,
	cli *terraformcli.CLI,
	name, guide string,
	variables func(*testing.T, string) []string,
) string {
	t.Helper()
	folder, err := workspace.Folder(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := terraformcli.CopyConfiguration(filepath.Join(examples, name), folder); err != nil {
		t.Fatal(err)
	}
	server := startServer(t, filepath.Join(folder, "main.tf"))
	cli = cli.With("AWS_ENDPOINT_URL_STS=" + server.URL())
	if _, err := cli.Run(t.Context(), folder, "init", "-no-color"); err != nil {
		t.Fatal(terraformcli.WithOutput(err))
	}
	phases, roles := oneRole, []string{"deploy"}
	if name == "hcp-terraform" {
		phases, roles = twoRoles, []string{"plan", "deploy"}
	}
	tokens := addRoles(t, server, name, guide, roles)
	var outputs strings.Builder
	for _, phase := range phases {
		inPhase := cli.With(variables(t, tokens[phase.trust])...)
		output, err := inPhase.Run(t.Context(), folder, append(phase.arguments, "-no-color")...)
		if err != nil {
			t.Fatal(terraformcli.WithOutput(err))
		}
		outputs.WriteString(output)
	}
	return outputs.String()
}

// startServer has the aws provider of the configuration call the emulator.
func startServer(t *testing.T, path string) *emulator.Server {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	match := region.FindSubmatch(text)
	if match == nil {
		t.Fatalf("%s: no region", path)
	}
	server := emulatortest.Start(t, emulator.Options{Region: string(match[2])})
	text = region.ReplaceAll(text, []byte("${0}${1}endpoints {\n    sts = \""+server.URL()+"\"\n  }\n"))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return server
}

// addRoles makes the guide's roles, and mints a token for each.
func addRoles(t *testing.T, server *emulator.Server, name, guide string, roles []string) []string {
	t.Helper()
	issuer, err := server.NewIssuer(trusts[name][0].issuer)
	if err != nil {
		t.Fatal(err)
	}
	policies := policyFence.FindAllStringSubmatch(guide, -1)
	var tokens []string
	for n, role := range roles {
		tr := trusts[name][n]
		server.AddOIDCProvider(account, tr.issuer, tr.clients...)
		arn := "arn:aws:iam::" + account + ":role/" + role
		if err := server.AddRole(emulator.Role{ARN: arn, TrustPolicy: policies[n][1]}); err != nil {
			t.Fatal(err)
		}
		minted, err := issuer.Mint(tr.admits[0])
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, minted)
	}
	return tokens
}

var textFence = regexp.MustCompile("(?s)## 5\\. [^\n]*\n.*?```text\n(.*?)```")

// linesOf are the lines of an apply that a guide promises.
func linesOf(t *testing.T, guide string) string {
	t.Helper()
	match := textFence.FindStringSubmatch(guide)
	if match == nil {
		t.Fatal("the guide has no lines of an apply")
	}
	return match[1]
}

// wantLines wants every line in the output, in their order.
func wantLines(t *testing.T, output, lines string) {
	t.Helper()
	// How long something took depends on the machine.
	rest := duration.ReplaceAllString(output, "after 0s")
	for line := range strings.Lines(lines) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		_, after, ok := strings.Cut(rest, line)
		if !ok {
			t.Errorf("the output doesn't have %q at its place:\n%s", line, output)
			return
		}
		rest = after
	}
}
