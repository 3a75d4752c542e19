package clitest

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// Find finds or installs the CLI for a workspace. All tests of a process share the search, because it runs the CLI.
func Find(t *testing.T, workspace *terraformcli.Workspace) *terraformcli.CLI {
	t.Helper()
	finding.Lock()
	defer finding.Unlock()
	searched := os.Getenv(terraformcli.PathVariable) + "\x00" + os.Getenv("PATH")
	if found[searched] == nil {
		cli, err := terraformcli.Find(t.Context(), workspace)
		if err != nil {
			t.Fatal(err)
		}
		found[searched] = cli
	}
	return found[searched].In(workspace)
}

// found has the CLIs by what decides which one is found.
var (
	finding sync.Mutex
	found   = map[string]*terraformcli.CLI{}
)

// Need skips a test if the CLI lacks a feature.
func Need(t *testing.T, cli *terraformcli.CLI, feature terraformcli.Feature) {
	t.Helper()
	reason, err := cli.Lacks(feature)
	if err != nil {
		t.Fatal(err)
	}
	if reason != "" {
		t.Skip(reason)
	}
}

// Built builds the providers once for all tests of a process. TestMain removes them with RemoveBuilt.
func Built(t *testing.T) terraformcli.Executables {
	t.Helper()
	executables, err := built()
	if err != nil {
		t.Fatal(terraformcli.WithOutput(err))
	}
	return executables
}

// RemoveBuilt removes what Built has built.
func RemoveBuilt() error { return removeBuilt() }

var (
	removeBuilt = func() error { return nil }
	built       = sync.OnceValues(func() (terraformcli.Executables, error) {
		root, err := terraformcli.SourceRoot()
		if err != nil {
			return terraformcli.Executables{}, err
		}
		workspace, err := terraformcli.NewWorkspace()
		if err != nil {
			return terraformcli.Executables{}, err
		}
		removeBuilt = workspace.Remove
		cli, err := terraformcli.Find(context.Background(), workspace)
		if err != nil {
			return terraformcli.Executables{}, err
		}
		return cli.Build(context.Background(), root)
	})
)

// MirrorSTS puts an executable into the CLI's mirror as this repository's provider.
func MirrorSTS(t *testing.T, cli *terraformcli.CLI, executable string) {
	t.Helper()
	address, err := terraformcli.STSAddress()
	if err != nil {
		t.Fatal(err)
	}
	if err := cli.Mirror(address, terraformcli.ProviderVersion, executable); err != nil {
		t.Fatal(err)
	}
}
