//go:build unix

package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// The tests of this file run AWS SDKs as commands of local-exec, on a runner that has other identities in every
// variable and file at once. A program must take the session's credentials or fail, and never take the runner's.

// program prints which credentials an SDK takes: the access key ID and the session token, or the ARN of their owner.
type program struct {
	command string
	needs   func() error // why it can't run here; nil if it can
}

const sdkFolder = "internal/provider/testdata/sdks"

// programs are those that can be installed here. $SDKS is sdkFolder, $GO_SDKS the program in it that is written in Go,
// and $STS the emulator.
var programs = map[string]program{
	"AWS CLI":       {`aws sts get-caller-identity --output text --query Arn --endpoint-url $STS`, onPath("aws")},
	"boto3":         {`python3 $SDKS/boto3_session.py`, canRun("python3", "-c", "import boto3")},
	"Go v1":         {`$GO_SDKS 1`, goSDKs},
	"Go v2":         {`$GO_SDKS 2`, goSDKs},
	"JavaScript v2": {`node $SDKS/javascript-v2.cjs`, nodeModules},
	"JavaScript v3": {`node $SDKS/javascript-v3.mjs`, nodeModules},
}

func onPath(name string) func() error {
	return func() error {
		_, err := exec.LookPath(name)
		return err
	}
}

func canRun(name string, arguments ...string) func() error {
	return func() error { return exec.Command(name, arguments...).Run() }
}

// nodeModules are installed by `make test`, which needs npm for it.
func nodeModules() error {
	if _, err := exec.LookPath("node"); err != nil {
		return err
	}
	root, err := terraformcli.SourceRoot()
	if err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(root, sdkFolder, "node_modules"))
	return err
}

func goSDKs() error {
	_, err := builtSDKs()
	return err
}

// builtSDKs is the path of the program that is written in Go.
var builtSDKs = sync.OnceValues(func() (string, error) {
	root, err := terraformcli.SourceRoot()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "sdks-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "sdks")
	removeSDKs = func() error { return os.RemoveAll(folder) }
	build := exec.Command("go", "-C", filepath.Join(root, sdkFolder, "go"), "build", "-o", path, ".")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, output)
	}
	return path, nil
})

// otherIdentities sets other credentials wherever an SDK looks for some: in the variables that it returns, and in the
// files of the home folder.
func otherIdentities(t *testing.T, home string) []string {
	t.Helper()
	profiles := func(section, name string) string {
		return fmt.Sprintf("[%s]\naws_access_key_id = AKIA%s\naws_secret_access_key = of-the-runner\n", section, name)
	}
	aws := filepath.Join(home, ".aws")
	if err := os.MkdirAll(aws, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{
		filepath.Join(aws, "config"): profiles("default", "HOMECONFIGDEFAULT") + profiles(
			"profile other", "HOMECONFIGOTHER",
		),
		filepath.Join(aws, "credentials"): profiles("default", "HOMEDEFAULT") + profiles("other", "HOMEOTHER"),
		filepath.Join(home, ".boto"):      profiles("Credentials", "HOMEBOTO"),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(
			w,
			`{"AccessKeyId":"AKIAMACHINE%d","SecretAccessKey":"x","Token":"of-the-machine","Expiration":"2099-01-01T00:00:00Z"}`,
			len(r.URL.Path),
		)
	}))
	t.Cleanup(machine.Close)
	return []string{
		"AWS_ACCESS_KEY_ID=AKIAENVIRONMENT",
		"AWS_SECRET_ACCESS_KEY=of-the-runner",
		"AWS_SESSION_TOKEN=of-the-runner",
		"AWS_SECURITY_TOKEN=of-the-runner",
		"AWS_ACCESS_KEY=AKIALEGACY",
		"AWS_SECRET_KEY=of-the-runner",
		"AMAZON_ACCESS_KEY_ID=AKIAAMAZON",
		"AMAZON_SECRET_ACCESS_KEY=of-the-runner",
		"AWS_CREDENTIAL_EXPIRATION=2020-01-01T00:00:00Z",
		"AWS_CREDENTIAL_SCOPE=of-the-runner",
		"AWS_ACCOUNT_ID=999999999999",
		"AWS_PROFILE=other",
		"AWS_DEFAULT_PROFILE=other",
		"AWS_SDK_LOAD_CONFIG=1",
		"AWS_CONFIG_FILE=" + testenv.WriteFile(
			t,
			"config",
			profiles("default", "CONFIGDEFAULT")+profiles("profile other", "CONFIGOTHER"),
		),
		"AWS_SHARED_CREDENTIALS_FILE=" + testenv.WriteFile(
			t,
			"credentials",
			profiles("default", "SHAREDDEFAULT")+profiles("other", "SHAREDOTHER"),
		),
		"AWS_CREDENTIAL_FILE=" + testenv.WriteFile(
			t,
			"file",
			"AWSAccessKeyId=AKIACREDENTIALFILE\nAWSSecretKey=of-the-runner\n",
		),
		"BOTO_CONFIG=" + testenv.WriteFile(t, "boto", profiles("Credentials", "BOTO")),
		"AWS_WEB_IDENTITY_TOKEN_FILE=" + testenv.WriteFile(
			t,
			"pod-token",
			"of.the.pod",
		),
		"AWS_ROLE_ARN=" + roleARN(staging),
		"AWS_ROLE_SESSION_NAME=pod",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=" + machine.URL + "/container",
		"AWS_EC2_METADATA_SERVICE_ENDPOINT=" + machine.URL,
		"AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1",
	}
}

// usedIdentities runs the programs in an apply, with a block's environment and after a command, and gives what each
// printed: an access key ID and a token, or "failed".
func (f fixture) usedIdentities(t *testing.T, before string, arguments ...string) map[string]string {
	t.Helper()
	script := before + "\n"
	for name, program := range programs {
		if err := program.needs(); err != nil {
			t.Run(name, func(t *testing.T) { t.Skipf("it isn't here, so what it takes was NOT tested: %v", err) })
			continue
		}
		script += fmt.Sprintf("taken=$(%s 2>> $OUT/stderr) || taken=failed; echo \"%s: ${taken:-failed}\" >> "+
			"$OUT/identities\n", program.command, name)
	}
	path := testenv.WriteFile(t, "programs", script)
	cli := newCLI(t, f.ephemeral(append(arguments, set("role_arn", roleARN(production)))...)+`
resource "terraform_data" "programs" {
  provisioner "local-exec" {
    command     = "sh `+path+`"
    environment = ephemeral.sts_assume_role_with_web_identity.test.environment
  }
}
`)
	root, err := terraformcli.SourceRoot()
	if err != nil {
		t.Fatal(err)
	}
	sdks, _ := builtSDKs()
	out := t.TempDir()
	cli.CLI = cli.With(
		append(
			otherIdentities(t, cli.workspace.Path("home")),
			"OUT="+out,
			"SDKS="+filepath.Join(root, sdkFolder),
			"GO_SDKS="+sdks,
			"STS="+f.URL(),
		)...)
	cli.mustRun(t, "apply", "-no-color", "-auto-approve")
	output := read(t, filepath.Join(out, "stderr"))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what the programs said: %s", output)
		}
	})
	taken := map[string]string{}
	for line := range strings.Lines(read(t, filepath.Join(out, "identities"))) {
		name, identity, _ := strings.Cut(strings.TrimSpace(line), ": ")
		taken[name] = identity
	}
	return taken
}

// isSession reports whether what a program printed are credentials that the emulator gave for the role.
func (f fixture) isSession(identity string) bool {
	// the session's name is the one thing taken of the runner's
	if identity == "arn:aws:sts::111122223333:assumed-role/deploy/pod" {
		return true
	}
	keyID, token, _ := strings.Cut(identity, " ")
	return strings.HasPrefix(keyID, "ASIA") && slices.Contains(f.Secrets(), token)
}

// TestSDKsUseSessionKeys checks that the keys of a session override all other credentials of the runner.
func TestSDKsUseSessionKeys(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	for name, identity := range f.usedIdentities(t, ":", set("web_identity_token", f.token(t, nil))) {
		if name == "JavaScript v3" { // no value helps: the guide says what to do
			if !strings.HasPrefix(identity, "AKIASHAREDOTHER") {
				t.Errorf("%s takes %q, which the guide doesn't say", name, identity)
			}
			continue
		}
		if !f.isSession(identity) {
			t.Errorf("%s takes %q", name, identity)
		}
	}
}

// TestSDKsUseSessionKeysWithoutProfile checks the guide's instruction for JavaScript v3.
func TestSDKsUseSessionKeysWithoutProfile(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	for name, identity := range f.usedIdentities(t, "unset AWS_PROFILE", set("web_identity_token", f.token(t, nil))) {
		if !f.isSession(identity) {
			t.Errorf("%s takes %q", name, identity)
		}
	}
}

// TestSDKsUseProfile checks that a refreshable session overrides all other credentials of the runner.
func TestSDKsUseProfile(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := set("web_identity_token", f.token(t, nil))
	for name, identity := range f.usedIdentities(t, ":", token, "refreshable = true") {
		if !f.isSession(identity) {
			t.Errorf("%s takes %q", name, identity)
		}
	}
}

// TestSDKsFailWithExpiredProfile checks that an expired session that can't be refreshed is an error. No SDK may use the
// credentials of the container or the machine instead.
func TestSDKsFailWithExpiredProfile(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.shortLived(t)
	file := testenv.WriteFile(t, "token", f.token(t, nil))
	for name, identity := range f.usedIdentities(
		t, "rm "+file+"; sleep 5", set("web_identity_token_file", file), "refreshable = true",
	) {
		if identity != "failed" {
			t.Errorf("%s takes %q", name, identity)
		}
	}
}
