package guides

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"

	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// TestTestTrustPolicies runs the module and the tests of the guide "Test trust policies", and then a policy that is too
// wide.
func TestTestTrustPolicies(t *testing.T) {
	t.Parallel()
	workspace := clitest.Workspace(t)
	cli := clitest.Find(t, workspace)
	running, err := version.NewVersion(cli.Version)
	if err != nil {
		t.Fatal(err)
	}
	if running.Core().LessThan(version.Must(version.NewVersion("1.8"))) {
		t.Skipf("%s %s has no functions of providers, or no variables in tests", cli.Product, cli.Version)
	}
	mirrorProviders(t, cli)
	module := filepath.Join(root, "examples", "guides", "test-trust-policies", "trust-policy")
	folder, err := workspace.Folder("trust-policy")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(folder, os.DirFS(module)); err != nil {
		t.Fatal(err)
	}
	run := func(arguments ...string) (string, error) {
		return cli.Run(t.Context(), folder, append(arguments, "-no-color")...)
	}
	if _, err := run("init"); err != nil {
		t.Fatal(err)
	}
	output, err := run("test")
	if err != nil || !strings.Contains(output, "2 passed, 0 failed") {
		t.Errorf("%v\n%s", err, output)
	}
	output, err = run("plan")
	if err != nil || strings.Contains(output, "Check block assertion failed") {
		t.Errorf("%v\n%s", err, output)
	}

	path := filepath.Join(folder, "main.tf")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wide := strings.Replace(string(text), `infrastructure:ref:refs/heads/main"`, `infrastructure:*"`, 1)
	wide = strings.Replace(wide, "StringEquals", "StringLike", 1)
	if err := os.WriteFile(path, []byte(wide), 0o600); err != nil {
		t.Fatal(err)
	}
	const finding = `"repo:example-org/infrastructure:*" matches every branch`
	output, err = run("plan")
	if err != nil || !strings.Contains(strings.Join(strings.Fields(output), " "), finding) {
		t.Errorf("%v\n%s", err, output)
	}
	if output, err = run("test"); err == nil {
		t.Errorf("the tests pass:\n%s", output)
	}

	everyone := strings.Replace(string(text), `infrastructure:ref:refs/heads/main"`, `*"`, 1)
	everyone = strings.Replace(everyone, `"${local.issuer}:repository_id" = "456789"`, "", 1)
	everyone = strings.Replace(everyone, "StringEquals", "StringLike", 1)
	if err := os.WriteFile(path, []byte(everyone), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = run("plan")
	var failed *terraformcli.CommandError
	if !errors.As(err, &failed) || !strings.Contains(failed.Output, "Module output value precondition failed") {
		t.Errorf("the precondition didn't stop the plan: %+v", err)
	}
}
