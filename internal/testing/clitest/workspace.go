// Package clitest prepares a real CLI for a test. Only tests import it.
package clitest

import (
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// Workspace makes a workspace for a CLI, for the time of the test.
func Workspace(t *testing.T) *terraformcli.Workspace {
	t.Helper()
	workspace, err := terraformcli.NewWorkspace()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := workspace.Remove(); err != nil {
			t.Error(err)
		}
	})
	return workspace
}
