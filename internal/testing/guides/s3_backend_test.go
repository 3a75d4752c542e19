//go:build unix

package guides

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/mototest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

const (
	stateBucket = "example-org-terraform-state"
	stateARN    = "arn:aws:iam::" + account + ":role/terraform-state"
	// installed is the path of the executable in the guides.
	installed = "/usr/local/bin/terraform-provider-sts"
)

var (
	pythonFence = regexp.MustCompile("(?s)```python\n(.*?)```")
	initFence   = regexp.MustCompile("(?s)## 4\\. [^\n]*\n.*?```text\n(.*?)```")
)

// stateBench is a fresh folder with the configuration of the guide, an STS, an S3, and a job of GitHub Actions.
type stateBench struct {
	cli        *terraformcli.CLI
	workspace  *terraformcli.Workspace
	server     *emulator.Server
	executable string
	folder     string
	token      string
	variables  []string // of the job
}

func newStateBench(t *testing.T) *stateBench {
	t.Helper()
	mototest.Program(t, "moto_server")
	workspace := clitest.Workspace(t)
	cli := findForEphemeral(t, workspace)
	mirrorProviders(t, cli)
	bench := &stateBench{workspace: workspace, executable: clitest.Built(t).STS}
	bench.folder = bench.example(t, "s3-backend/command")
	bench.server = startServer(t, filepath.Join(bench.folder, "main.tf"))
	guide := readGuides(t)["github-actions"]
	bench.token = addRoles(t, bench.server, "github-actions", guide, []string{"deploy"})[0]
	trust := policyFence.FindStringSubmatch(guide)[1]
	if err := bench.server.AddRole(emulator.Role{ARN: stateARN, TrustPolicy: trust}); err != nil {
		t.Fatal(err)
	}
	bench.variables = append(onRequestOfGitHub(t, bench.token),
		"AWS_ENDPOINT_URL_S3="+mototest.Start(t, stateBucket), "AWS_ENDPOINT_URL_STS="+bench.server.URL(),
		"AWS_EC2_METADATA_DISABLED=true",
		// Neither the backend nor the command must use them.
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=of-somebody-else",
	)
	bench.cli = cli.With(bench.variables...)
	return bench
}

// example copies an example into a folder of its own. The command is in another place than on the reader's machine.
func (b *stateBench) example(t *testing.T, name string) string {
	t.Helper()
	folder, err := b.workspace.Folder(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := terraformcli.CopyConfiguration(filepath.Join(examples, filepath.FromSlash(name)), folder); err != nil {
		t.Fatal(err)
	}
	if path := filepath.Join(folder, "aws.config"); fileExists(path) {
		replaceInFile(t, path, installed+" credentials", b.executable+" credentials")
	}
	return folder
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func replaceInFile(t *testing.T, path, before, after string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), before) {
		t.Fatalf("%s doesn't have %q", path, before)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), before, after)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (b *stateBench) run(t *testing.T, folder string, arguments ...string) string {
	t.Helper()
	output, err := b.cli.Run(t.Context(), folder, append(arguments, "-no-color")...)
	if err != nil {
		t.Fatal(terraformcli.WithOutput(err))
	}
	return output
}

// program runs another program than Terraform in the folder, with the variables of the job.
func (b *stateBench) program(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), mototest.Program(t, name), arguments...)
	command.Dir = b.folder
	command.Env = append([]string{
		"PATH=" + filepath.Dir(b.executable) + ":" + os.Getenv("PATH"), "HOME=" + b.workspace.Path("home"),
		"NO_PROXY=127.0.0.1", "AWS_CONFIG_FILE=aws.config",
	}, b.variables...)
	output, err := command.CombinedOutput()
	if strings.Contains(string(output), "No module named 'boto3'") {
		t.Skip("SKIPPED, so this isn't tested here: python3 has no boto3")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return string(output)
}

// exchanges counts the calls for a role.
func (b *stateBench) exchanges(roleARN string) (count int) {
	for _, request := range b.server.Requests() {
		if request.Action == "AssumeRoleWithWebIdentity" && request.Form.Get("RoleArn") == roleARN {
			count++
		}
	}
	return count
}

// TestS3BackendGuide applies the configuration of the guide with the profile of the guide. Then it reads the state in
// the ways of the guide.
func TestS3BackendGuide(t *testing.T) {
	t.Parallel()
	guide := readGuides(t)["s3-backend"]
	bench := newStateBench(t)
	// The name of a bucket isn't a host on loopback.
	output := bench.run(t, bench.folder, "init", "-backend-config=use_path_style=true")
	wantLines(t, output, strings.ReplaceAll(initFence.FindStringSubmatch(guide)[1], "Terraform", bench.cli.Product))
	for _, arguments := range [][]string{{"plan"}, {"apply", "-auto-approve"}} {
		before := bench.exchanges(stateARN)
		bench.run(t, bench.folder, arguments...)
		if bench.exchanges(stateARN) == before {
			t.Errorf("%s made no exchange for the backend", arguments[0])
		}
	}
	if got, err := bench.cli.Run(t.Context(), bench.folder, "state", "list"); err != nil ||
		strings.TrimSpace(got) != "data.aws_caller_identity.deploy" {
		t.Errorf("%v: the state has %q", err, got)
	}
	t.Run("remote state", func(t *testing.T) { bench.readRemoteState(t) })
	t.Run("AWS CLI", func(t *testing.T) {
		mototest.Program(t, "aws")
		before := bench.exchanges(stateARN)
		listed := bench.program(t, "sh", "-c", blockWith(t, shellFence, guide, "aws --profile"))
		if !strings.Contains(listed, " terraform.tfstate") {
			t.Errorf("the bucket has %q", listed)
		}
		if count := bench.exchanges(stateARN) - before; count != 1 {
			t.Errorf("%d exchanges, want 1", count)
		}
	})
	t.Run("boto3", func(t *testing.T) {
		listed := bench.program(t, "python3", "-c", blockWith(t, pythonFence, guide, "boto3"))
		if strings.TrimSpace(listed) != "infrastructure/terraform.tfstate" {
			t.Errorf("the bucket has %q", listed)
		}
	})
	bench.wantNoSecrets(t)
	t.Run("errors", bench.failInTheWaysOfTheGuide)
}

// blockWith is the first block of a guide that has a text.
func blockWith(t *testing.T, fence *regexp.Regexp, guide, text string) string {
	t.Helper()
	for _, match := range fence.FindAllStringSubmatch(guide, -1) {
		if strings.Contains(match[1], text) {
			return match[1]
		}
	}
	t.Fatalf("the guide has no block with %q", text)
	return ""
}

// readRemoteState applies the second configuration of the guide, with a copy of the profile.
func (b *stateBench) readRemoteState(t *testing.T) {
	t.Helper()
	folder := b.example(t, "s3-backend/remote-state")
	if err := os.Link(filepath.Join(b.folder, "aws.config"), filepath.Join(folder, "aws.config")); err != nil {
		t.Fatal(err)
	}
	const line = `    profile             = "state"` + "\n"
	replaceInFile(t, filepath.Join(folder, "main.tf"), line, line+"    use_path_style = true\n")
	b.run(t, folder, "init")
	b.run(t, folder, "apply", "-auto-approve")
	if got := strings.TrimSpace(b.run(t, folder, "output", "-raw", "account")); got != account {
		t.Errorf("the output is %q, want %s", got, account)
	}
}

// wantNoSecrets searches all files that the programs can have written.
func (b *stateBench) wantNoSecrets(t *testing.T) {
	t.Helper()
	secrets := append(b.server.Secrets(), b.token)
	read := 0
	for _, folder := range []string{"s3-backend", "home", "tmp"} {
		err := filepath.WalkDir(b.workspace.Path(folder), func(path string, entry fs.DirEntry, err error) error {
			// The providers themselves are links into the mirror.
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			read++
			content, err := os.ReadFile(path)
			for _, secret := range secrets {
				if strings.Contains(string(content), secret) {
					t.Errorf("a secret is in %s", path)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	if read < 5 {
		t.Errorf("only %d files were searched", read)
	}
}

// failInTheWaysOfTheGuide has a profile that doesn't work, in each way that the guide explains.
func (b *stateBench) failInTheWaysOfTheGuide(t *testing.T) {
	profile := filepath.Join(b.folder, "aws.config")
	for _, c := range []struct {
		before, after string
		want          []string
	}{
		{"role/terraform-state", "role/another", []string{
			"denied the exchange. ", "Check first: ", "Error: No valid credential sources found",
			"error in credential_process: exit status 1",
		}},
		{"--github-actions", "--github-action", []string{
			"Did you mean --github-actions?", "error in credential_process: exit status 2",
		}},
		{b.executable, filepath.Join(b.folder, "main.tf"), []string{"error in credential_process: exit status 126"}},
		{b.executable, "/a folder" + b.executable, []string{"error in credential_process: exit status 127"}},
		{"[profile state]", "[profile stat]", []string{"failed to get shared config profile, state"}},
	} {
		replaceInFile(t, profile, c.before, c.after)
		_, err := b.cli.Run(t.Context(), b.folder, "plan", "-no-color")
		if err == nil {
			t.Fatalf("%s: the plan succeeds", c.after)
		}
		text := strings.Join(strings.Fields(terraformcli.WithOutput(err).Error()), " ")
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q isn't in:\n%s", c.after, want, text)
			}
		}
		replaceInFile(t, profile, c.after, c.before)
	}
}

// TestOutsideARun has the AWS CLI use each profile of the guide, and runs the commands that send a token.
func TestOutsideARun(t *testing.T) {
	t.Parallel()
	guides := readGuides(t)
	bench := newStateBench(t)
	bench.folder = bench.example(t, outsideARun)
	policies := readHubPolicies(t, guides[manyAccounts])
	for _, role := range policies.roles(policies.session, policies.sessionTrust, payments) {
		if role.ARN == hubARN {
			role.TrustPolicy = policyFence.FindStringSubmatch(guides["github-actions"])[1]
		}
		if err := bench.server.AddRole(role); err != nil {
			t.Fatal(err)
		}
	}
	command := blockWith(t, shellFence, guides[outsideARun], "aws --profile deploy")
	for name, want := range map[string]string{
		"deploy": deploySession(account, "terraform"), "payments": deploySession(payments, "infrastructure"),
	} {
		t.Run("profile "+name, func(t *testing.T) {
			mototest.Program(t, "aws")
			got := bench.program(t, "sh", "-c", strings.Replace(command, "deploy", name, 1))
			if !strings.Contains(got, `"`+want+`"`) {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
	for host, want := range map[string]sent{
		"https://vault.example.com": {path: "/v1/auth/jwt/login", role: "deploy", jwt: bench.token},
		"https://api.example.com":   {path: "/deployments", header: "Bearer " + bench.token},
	} {
		t.Run(host, func(t *testing.T) {
			command := blockWith(t, shellFence, guides[outsideARun], host)
			if got := bench.send(t, command, host); got != want {
				t.Errorf("the request for %q isn't the one that the receiver needs", got.path)
			}
		})
	}
}

// sent is what a receiver of a token gets.
type sent struct{ path, header, role, jwt string }

// send runs a command that sends a token to a host, with a server on loopback in the host's place.
func (b *stateBench) send(t *testing.T, command, host string) (got sent) {
	t.Helper()
	mototest.Program(t, "curl")
	mototest.Program(t, "jq")
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body struct{ Role, JWT string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		got = sent{r.URL.Path, r.Header.Get("Authorization"), body.Role, body.JWT}
	}))
	t.Cleanup(receiver.Close)
	b.program(t, "sh", "-c", strings.ReplaceAll(command, host+"/", receiver.URL+"/"))
	return got
}
