//go:build unix

package provider_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

const byProfile = `
  shared_config_files = [ephemeral.sts_assume_role_with_web_identity.test.shared_config_file]
  profile             = ephemeral.sts_assume_role_with_web_identity.test.profile
`

// shortLife is the lifetime of the credentials of the tests. The applies wait for longer than two lifetimes.
const (
	shortLife = 4 * time.Second
	longWait  = "9"
)

// shortLived limits the role's sessions to shortLife.
func (f fixture) shortLived(t *testing.T) {
	t.Helper()
	f.addRole(t, emulator.Role{
		ARN: roleARN(
			production,
		),
		TrustPolicy:     emulator.TrustPolicy(production, f.issuer.URL(), map[string]string{"sub": subject}, nil),
		SessionLifetime: shortLife,
	})
}

// longApply has a consumer that calls STS before and after a command. The command has the block's environment, and can
// write into the folder $OUT.
func (f fixture) longApply(tokenArgument, consumer, command string) string {
	return f.ephemeral(set("role_arn", roleARN(production)), tokenArgument, "refreshable = true") + fmt.Sprintf(`
provider "aws" {
  region = "us-east-1"
  %[1]s
  endpoints {
    sts = %[2]q
  }
}
resource "terraform_data" "start" {}
data "aws_caller_identity" "before" {
  depends_on = [terraform_data.start]
}
resource "terraform_data" "wait" {
  depends_on = [data.aws_caller_identity.before]
  provisioner "local-exec" {
    command     = %[3]q
    environment = ephemeral.sts_assume_role_with_web_identity.test.environment
  }
}
data "aws_caller_identity" "after" {
  depends_on = [terraform_data.wait]
}
output "after" {
  value = data.aws_caller_identity.after.arn
}
`, consumer, f.URL(), command)
}

// TestRefreshableDuringLongApply runs one apply that takes longer than several sessions. The same consumer calls STS
// before and after a wait, and the token changes in between. During the wait, no file and no process contains a secret.
func TestRefreshableDuringLongApply(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.shortLived(t)
	first, second := f.token(t, nil), f.token(t, nil)
	tokenFile := testenv.WriteFile(t, "token", first)
	cli := newCLI(
		t,
		f.longApply(set("web_identity_token_file", tokenFile), byProfile, "touch $OUT/waiting; sleep "+longWait),
	)
	out, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	cli.CLI = cli.With("OUT="+out, "TF_LOG=TRACE", "TF_LOG_PATH="+log)

	watched := make(chan struct{})
	go func() {
		defer close(watched)
		waitForFile(t, filepath.Join(out, "waiting"))
		if err := os.WriteFile(tokenFile, []byte(second), 0o600); err != nil {
			t.Error(err)
		}
		secrets := append(f.Secrets(), first, second)
		searchFolder(t, secrets, cli.workspace.Path())
		searchProcesses(t, secrets)
		if len(sessionFolders(t, cli)) == 0 {
			t.Error("there is no folder, so nothing was searched")
		}
	}()
	printed := cli.mustRun(t, "apply", "-no-color", "-auto-approve")
	<-watched

	if got := cli.output(t, "after"); got != "arn:aws:sts::111122223333:assumed-role/deploy/terraform" {
		t.Errorf("it is %q", got)
	}
	tokens := map[string]bool{}
	for _, request := range f.Requests() {
		tokens[request.Form.Get("WebIdentityToken")] = true
	}
	if !tokens[second] {
		t.Error("the token wasn't read again")
	}
	secrets := append(f.Secrets(), first, second)
	searchFor(t, secrets, map[string]string{"what is printed": printed, "the log": read(t, log)})
	searchFolder(t, secrets, cli.workspace.Path())
	if folders := sessionFolders(t, cli); len(folders) > 0 {
		t.Errorf("left behind: %s", folders)
	}
}

// TestStaticKeysExpire checks that the same apply with static keys fails.
func TestStaticKeysExpire(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.shortLived(t)
	cli := newCLI(
		t,
		f.longApply(
			set("web_identity_token_file", testenv.WriteFile(t, "token", f.token(t, nil))),
			staticKeys,
			"sleep "+longWait,
		),
	)
	if output := cli.mustFail(t, "apply", "-no-color", "-auto-approve"); !strings.Contains(output, "ExpiredToken") {
		t.Errorf("it fails otherwise:\n%s", output)
	}
	waitForNoFolder(t, cli) // Terraform doesn't close what it opened when a run fails
}

// TestRefreshableOverridesOtherCredentials checks that the profile overrides keys in the environment, a default
// profile, and the variables of a pod on EKS: for a provider, and for a command.
func TestRefreshableOverridesOtherCredentials(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	credentials := testenv.WriteFile(t, "credentials", "[default]\naws_access_key_id = "+
		"AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = of-the-default-profile\n")
	podToken := testenv.WriteFile(t, "pod-token", f.token(t, nil))
	for name, variables := range map[string][]string{
		"keys in the environment": {
			"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=of-the-environment",
			"AWS_SESSION_TOKEN=of-the-environment",
		},
		"a default profile": {"AWS_SHARED_CREDENTIALS_FILE=" + credentials},
		"a pod's variables": {
			"AWS_WEB_IDENTITY_TOKEN_FILE=" + podToken, "AWS_ROLE_ARN=" + roleARN(staging),
			"AWS_ROLE_SESSION_NAME=pod", "AWS_ENDPOINT_URL_STS=" + f.URL(),
		},
		"a profile named by the environment": {"AWS_PROFILE=default", "AWS_SHARED_CREDENTIALS_FILE=" + credentials},
		"a config file named by a variable": {
			"AWS_CONFIG_FILE=" + testenv.WriteFile(t, "config", "[default]\nregion = eu-west-1\n"),
		},
		"nothing at all": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := newCLI(
				t,
				f.longApply(
					set("web_identity_token_file", testenv.WriteFile(t, "token", f.token(t, nil))),
					byProfile,
					awsCLI(f.URL()),
				),
			)
			out := t.TempDir()
			cli.CLI = cli.With(append(variables, "OUT="+out)...)
			cli.mustRun(t, "apply", "-no-color", "-auto-approve")
			session := "terraform"
			if name == "a pod's variables" {
				session = "pod" // the one thing that is taken of them
			}
			want := "arn:aws:sts::111122223333:assumed-role/deploy/" + session
			if got := cli.output(t, "after"); got != want {
				t.Errorf("the provider is %q", got)
			}
			if _, err := exec.LookPath("aws"); err != nil {
				t.Skip("there is no AWS CLI on the PATH, so what it takes was NOT tested")
			}
			if got := strings.TrimSpace(read(t, filepath.Join(out, "arn"))); got != want {
				t.Errorf("the command is %q", got)
			}
		})
	}
}

// awsCLI calls GetCallerIdentity with the AWS CLI, if it is installed.
func awsCLI(endpoint string) string {
	return "if command -v aws; then aws sts get-caller-identity --output text --query Arn --region us-east-1 " +
		"--endpoint-url " + endpoint + " > $OUT/arn; fi"
}

// credentialProcess runs the profile's command as the SDKs do.
const credentialProcess = `sh -c "$(sed -n 's/^credential_process *= *//p' "$AWS_CONFIG_FILE")" > $OUT/stdout 2> $OUT/stderr`

// TestFailedRefresh checks that the process that asked, the log, and a warning at the end have the reason. It also
// checks the reason for an inline token.
func TestFailedRefresh(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.shortLived(t)
	var calls atomic.Int32
	f.Intercept(func(answer http.ResponseWriter, _ *http.Request) bool {
		isRefresh := calls.Add(1) > 2 // after those of the plan and of the apply
		if isRefresh {
			emulator.WriteError(answer, 400, "ExpiredTokenException", "Token expired: current date/time 2 must be "+
				"before the expiration date/time 1")
		}
		return isRefresh
	})
	token := f.token(t, nil)
	cli := newCLI(t, f.ephemeral(
		set("role_arn", roleARN(production)), set("web_identity_token", token), "refreshable = true",
	)+fmt.Sprintf(`
resource "terraform_data" "wait" {
  provisioner "local-exec" {
    command     = %q
    environment = ephemeral.sts_assume_role_with_web_identity.test.environment
  }
}
`, fmt.Sprintf("sleep %.0f; ", shortLife.Seconds()+1)+credentialProcess+` || echo $? > $OUT/status`))
	out, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	cli.CLI = cli.With("OUT="+out, "TF_LOG=WARN", "TF_LOG_PATH="+log)
	printed := cli.mustRun(t, "apply", "-no-color", "-auto-approve")

	if got := read(t, filepath.Join(out, "status")) + read(t, filepath.Join(out, "stdout")); got != "1\n" {
		t.Errorf("status and output are %q", got)
	}
	for where, text := range map[string]string{
		"its stderr": read(t, filepath.Join(out, "stderr")), "the warning": printed, "the log": read(t, log),
	} {
		for _, want := range []string{
			"The web identity token has expired, and can't be replaced", "web_identity_token_file",
			"ExpiredTokenException",
		} {
			if !sentencePattern(want).MatchString(text) {
				t.Errorf("%q isn't in %s:\n%s", want, where, text)
			}
		}
		searchFor(t, append(f.Secrets(), token), map[string]string{where: text})
	}
}

// newWaitingApply prepares an apply with a refreshable session. The apply makes the file "waiting" in the folder out,
// and then waits.
func newWaitingApply(t *testing.T, wait time.Duration) (cli installedCLI, out string) {
	t.Helper()
	f := startFixture(t)
	out = t.TempDir()
	cli = newCLI(t, f.longApply(
		set("web_identity_token_file", testenv.WriteFile(t, "token", f.token(t, nil))),
		byProfile,
		fmt.Sprintf("touch $OUT/waiting; exec sleep %.0f", wait.Seconds()),
	))
	cli.CLI = cli.With("OUT=" + out)
	return cli, out
}

// TestInterruptedRunLeavesNoFolder interrupts the CLI in the middle of an apply.
func TestInterruptedRunLeavesNoFolder(t *testing.T) {
	t.Parallel()
	cli, out := newWaitingApply(t, 60*time.Second)
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		waitForFile(t, filepath.Join(out, "waiting"))
		if len(sessionFolders(t, cli)) == 0 {
			t.Error("there is no folder that could be left behind")
		}
		interrupt()
	}()
	if _, err := cli.Run(ctx, cli.folder, "apply", "-no-color", "-auto-approve"); err == nil {
		t.Fatal("the run wasn't interrupted")
	}
	waitForNoFolder(t, cli)
}

// TestProviderEndsWithItsParent kills the CLI while a refreshable session is open. The CLI can't end its plugins then.
func TestProviderEndsWithItsParent(t *testing.T) {
	t.Parallel()
	cli, out := newWaitingApply(t, 20*time.Second)
	cli.killWhenReady(t, "OUT="+out, func() {
		waitForFile(t, filepath.Join(out, "waiting"))
		if len(sessionFolders(t, cli)) == 0 {
			t.Fatal("there is no folder")
		}
	}, "apply", "-no-color", "-auto-approve")
	waitForNoFolder(t, cli)
}

// TestProviderWithoutSessionsEndsWithItsParent kills the CLI while a data source waits, without a refreshable session.
func TestProviderWithoutSessionsEndsWithItsParent(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	address, called := startSilentServer(t)
	cli := newCLI(t, providerAt("http://"+address)+
		block(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)), set("timeout", "10m")))
	out := t.TempDir()
	cli.CLI = cli.With("OUT=" + out)
	cli.killWhenReady(t, "OUT="+out, func() { <-called }, "plan", "-no-color")
}

// TestLateProviderEndsWithItsParent kills the CLI before the provider has started.
func TestLateProviderEndsWithItsParent(t *testing.T) {
	t.Parallel()
	executables := clitest.Built(t)
	for name, line := range map[string]string{
		"late":           "sleep 1; exec " + executables.STS,
		"below a shell":  executables.STS + " \"$@\"; exit $?",
		"late and below": "sleep 1; " + executables.STS + " \"$@\"; exit $?",
	} {
		t.Run(name, func(t *testing.T) {
			script, out := filepath.Join(t.TempDir(), "terraform-provider-sts"), t.TempDir()
			if err := os.WriteFile(
				script,
				[]byte("#!/bin/sh\nif [ \"$SLOW\" ]; then "+line+"; else exec "+executables.STS+"; fi\n"),
				0o700,
			); err != nil {
				t.Fatal(err)
			}
			cli := newCLIWith(
				t,
				script,
				block(set("role_arn", roleARN(production)), set("web_identity_token_file", "/nowhere")),
			)
			cli.CLI = cli.With("OUT="+out, "SLOW=1")
			cli.killWhenReady(t, "OUT="+out, func() {
				for len(processesOf(t, "OUT="+out)) == 0 {
					time.Sleep(10 * time.Millisecond)
				}
			}, "plan", "-no-color")
		})
	}
}

// killWhenReady starts a command and kills it after ready has returned. The test fails if a provider continues to run.
// The variable identifies the processes of this run.
func (cli installedCLI) killWhenReady(t *testing.T, variable string, ready func(), arguments ...string) {
	t.Helper()
	if len(processes(t, "cmdline")) == 0 {
		t.Skip("there is no listing of processes, so that the provider ends was NOT tested")
	}
	command := cli.Command(t.Context(), cli.folder, arguments...)
	command.Stdout, command.Stderr = io.Discard, io.Discard
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer endProcesses(t, variable) // of the consumer's, which knows no better
	ready()
	if len(processesOf(t, variable)) == 0 {
		t.Fatal("there is no provider")
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		left := processesOf(t, variable)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d providers live on", len(left))
		}
	}
}

// TestReplacedExecutable checks that a session uses the running program, also after another program has replaced its
// file.
func TestReplacedExecutable(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	for name, replace := range map[string]string{
		"replaced": `printf '#!/bin/sh\ntouch %s/other\n' $OUT > $OUT/new; chmod +x $OUT/new; mv -f $OUT/new $(readlink -f $PROVIDER)`,
		"removed":  `rm -f $(readlink -f $PROVIDER)`,
	} {
		t.Run(name, func(t *testing.T) {
			cli := newInitializedCLI(
				t,
				f.ephemeral(
					set("role_arn", roleARN(production)),
					set("web_identity_token", f.token(t, nil)),
					"refreshable = true",
				)+fmt.Sprintf(
					`
resource "terraform_data" "replace" {
  provisioner "local-exec" {
    command     = %q
    environment = ephemeral.sts_assume_role_with_web_identity.test.environment
  }
}
`,
					replace+"; "+credentialProcess,
				),
			)
			installed, err := filepath.Glob(
				filepath.Join(
					cli.folder,
					".terraform",
					"providers",
					"*",
					"*",
					"sts",
					"*",
					"*",
					"terraform-provider-sts*",
				),
			)
			if err != nil || len(installed) != 1 {
				t.Fatalf("the provider is at %q, %v", installed, err)
			}
			out := t.TempDir()
			cli.CLI = cli.With("OUT="+out, "PROVIDER="+installed[0])
			cli.mustRun(t, "apply", "-no-color", "-auto-approve")
			if got := read(t, filepath.Join(out, "stdout")); !strings.Contains(got, `"AccessKeyId":"ASIA`) {
				t.Errorf("the process prints %d bytes, and %q", len(got), read(t, filepath.Join(out, "stderr")))
			}
			if _, err := os.Stat(filepath.Join(out, "other")); err == nil {
				t.Error("another program was run")
			}
		})
	}
}

// processesOf are the provider processes that have a variable in their environment.
func processesOf(t *testing.T, variable string) []int {
	t.Helper()
	environments := processes(t, "environ")
	var pids []int
	for pid, line := range processes(t, "cmdline") {
		if strings.Contains(line, "terraform-provider-sts") && strings.Contains(environments[pid], variable) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// endProcesses ends what a run with a variable in its environment has left running.
func endProcesses(t *testing.T, variable string) {
	t.Helper()
	for pid, environment := range processes(t, "environ") {
		if strings.Contains(environment, variable) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// processes reads a file of every process: its command line, or its environment. Only Linux has these files.
func processes(t *testing.T, file string) map[int]string {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Log("this system has no /proc, so no process is looked at")
	}
	contents := map[int]string{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if content, err := os.ReadFile("/proc/" + entry.Name() + "/" + file); err == nil {
			contents[pid] = string(content)
		}
	}
	return contents
}

// searchProcesses looks for secrets in a process listing.
func searchProcesses(t *testing.T, secrets []string) {
	t.Helper()
	for _, file := range []string{"cmdline", "environ"} {
		for pid, content := range processes(t, file) {
			searchFor(t, secrets, map[string]string{fmt.Sprintf("the %s of process %d", file, pid): content})
		}
	}
}

// sessionFolders are those that hold a socket.
func sessionFolders(t *testing.T, cli installedCLI) []string {
	t.Helper()
	sockets, err := filepath.Glob(cli.workspace.Path("tmp", "*", "config"))
	if err != nil {
		t.Fatal(err)
	}
	return sockets
}

func waitForNoFolder(t *testing.T, cli installedCLI) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		folders := sessionFolders(t, cli)
		if len(folders) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left behind: %s", folders)
		}
	}
}

// waitForFile waits for a file.
func waitForFile(t *testing.T, path string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
	}
	t.Errorf("%s never came", path)
}
