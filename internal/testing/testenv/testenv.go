// Package testenv makes tests independent of the machine they run on, and keeps them on loopback. Only tests import it.
package testenv

import (
	"go/build"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Isolate takes away what the machine's own AWS, Terraform and proxy setup would add to a test, and gives it a home
// folder and a CLI configuration of its own. The old values come back after the test, which can't be parallel.
func Isolate(t *testing.T) {
	t.Helper()
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if isMachineSetting(name) {
			Unset(t, name)
		}
	}
	pinGoCaches(t)
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(home, "no-config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, "no-credentials"))
	t.Setenv("TF_CLI_CONFIG_FILE", WriteFile(t, "terraform.rc", "disable_checkpoint = true\n"))
}

// IsolateProcess takes the machine's settings out of the environment of the whole process, before the tests. Tests that
// change no variable can then run in parallel. The run against AWS needs the settings, and keeps them.
func IsolateProcess() error {
	if os.Getenv("STS_ACC") != "" {
		return nil
	}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if isMachineSetting(name) {
			if err := os.Unsetenv(name); err != nil {
				return err
			}
		}
	}
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": "/nowhere/config", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials",
		"TF_CLI_CONFIG_FILE": os.DevNull, "CHECKPOINT_DISABLE": "1",
	} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// machineSetting matches the variables of AWS, of Terraform, and of the platforms that give tokens.
var machineSetting = regexp.MustCompile(
	`^(?:AWS|TF|GITHUB|ACTIONS|SYSTEM|BUILDKITE|IDENTITY)_|^(?:GCE_METADATA_HOST|BUILDKITE)$`,
)

// isMachineSetting leaves out TF_ACC_*, which say where the terraform CLI is, and where its files go.
func isMachineSetting(name string) bool {
	return machineSetting.MatchString(name) && !strings.HasPrefix(name, "TF_ACC_")
}

// pinGoCaches keeps what is below the home folder where it is, for tests that build: in another home, nothing is
// compiled yet, and no module there.
func pinGoCaches(t *testing.T) {
	t.Helper()
	t.Setenv("GOPATH", build.Default.GOPATH)
	if os.Getenv("GOCACHE") != "" {
		return
	}
	caches, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", filepath.Join(caches, "go-build"))
}

// Unset removes a variable for the time of the test.
func Unset(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "") // so that the old value comes back
	if err := os.Unsetenv(name); err != nil {
		t.Fatal(err)
	}
}

// WriteFile writes a file into a folder of the test's own, and gives its path in the form that HCL takes.
func WriteFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.ToSlash(path)
}
