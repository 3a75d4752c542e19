package guard

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/stsstub"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m, clitest.RemoveBuilt) }

const (
	roles = 100
	// maxConnections is twice the number of blocks that Terraform reads at once, because Go opens a connection while
	// another one becomes free.
	maxConnections = 2 * 10
	// maxExecutableSize is for an executable without symbols, in bytes. 23,486,729 were measured, for linux_amd64.
	maxExecutableSize = 26_000_000
)

// TestCostOfRun builds the provider as a release does, and has a CLI read many roles with it.
func TestCostOfRun(t *testing.T) {
	t.Parallel()
	workspace, cli, executable := build(t)

	t.Run("the executable is small", func(t *testing.T) {
		file, err := os.Stat(executable)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d bytes", file.Size())
		if file.Size() > maxExecutableSize {
			t.Errorf("it has %d bytes; %d are allowed", file.Size(), maxExecutableSize)
		}
	})

	server := startStub(t)
	log := workspace.Path("stderr")
	plan(t, workspace, cli, withLog(t, workspace, executable, log), server.URL())

	t.Run("each role is one request, over few connections", func(t *testing.T) {
		counts := server.Counts()
		t.Logf("%d requests, %d connections", counts.Requests, counts.Connections)
		if counts.Requests != roles || counts.Connections > maxConnections {
			t.Errorf(
				"%d roles took %d requests over %d connections; %d connections are allowed",
				roles,
				counts.Requests,
				counts.Connections,
				maxConnections,
			)
		}
	})

	t.Run("nothing is logged unless it is asked for", func(t *testing.T) {
		if runtime.GOOS == "windows" {
			t.Skip("there is no shell to redirect the log by")
		}
		written, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if len(written) > 0 {
			t.Errorf("the provider wrote %d bytes to its standard error, which Terraform reads and discards; it "+
				"begins with:\n%.300s", len(written), written)
		}
	})
}

func startStub(t *testing.T) *stsstub.Server {
	t.Helper()
	server, err := stsstub.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// build gives the provider's executable, and a CLI to run it with.
func build(t *testing.T) (*terraformcli.Workspace, *terraformcli.CLI, string) {
	t.Helper()
	workspace := clitest.Workspace(t)
	cli := clitest.Find(t, workspace)
	return workspace, cli, clitest.Built(t).STS
}

// withLog is a script in the provider's place, which writes the provider's standard error to a file.
func withLog(t *testing.T, workspace *terraformcli.Workspace, executable, log string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		return executable
	}
	script := workspace.Path("script")
	text := fmt.Sprintf("#!/bin/sh\nexec %q \"$@\" 2>>%q\n", executable, log)
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return script
}

// plan reads the roles once.
func plan(t *testing.T, workspace *terraformcli.Workspace, cli *terraformcli.CLI, executable, endpoint string) {
	t.Helper()
	clitest.MirrorSTS(t, cli, executable)
	folder, err := workspace.Folder("run")
	if err != nil {
		t.Fatal(err)
	}
	token := testenv.WriteFile(t, "token", stsstub.Token())
	config := []byte(configuration(endpoint, token))
	if err := os.WriteFile(filepath.Join(folder, "main.tf"), config, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"init", "plan"} {
		if _, err := cli.Run(t.Context(), folder, command, "-no-color"); err != nil {
			t.Fatal(terraformcli.WithOutput(err))
		}
	}
}

func configuration(endpoint, tokenFile string) string {
	return fmt.Sprintf(`terraform {
  required_providers {
    sts = { source = %q }
  }
}

provider "sts" {
  endpoint = %q
}

data "sts_assume_role_with_web_identity" "role" {
  for_each                = toset([for n in range(%d) : format("arn:aws:iam::111122223333:role/role-%%d", n)])
  role_arn                = each.value
  role_session_name       = "guard"
  web_identity_token_file = %q
}
`, provider.Address, endpoint, roles, tokenFile)
}
