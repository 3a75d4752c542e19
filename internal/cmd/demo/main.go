// Command demo shows the provider at work, on a machine that needs only Go, git and make. A real Terraform or OpenTofu
// exchanges a web identity token for credentials in two accounts. The role in the second account assumes a role in a
// third account. A local identity provider and a local STS reject what AWS rejects. Another provider uses the
// credentials in one run for longer than they are valid. The demo removes all of its files.
package main

import (
	"context"
	"errors"
	"os"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// interrupted is what a shell expects of a program that ended by Ctrl-C.
const interrupted = 130

func main() {
	ctx, stop := terraformcli.Interruptible(context.Background())
	code := run(ctx, newScreen(os.Stdout))
	stop()
	os.Exit(code)
}

func run(ctx context.Context, s *screen) int {
	workspace, err := terraformcli.NewWorkspace()
	if err != nil {
		s.fail(err)
		return 1
	}
	d := &demo{screen: s, workspace: workspace}
	err = d.perform(ctx)
	// The folder contains the token and a state with credentials, so it is removed first.
	leftover := workspace.Remove()
	switch {
	case ctx.Err() != nil && leftover == nil:
		s.say("\nInterrupted. The temporary folder is deleted.")
		return interrupted
	case err != nil || leftover != nil:
		s.fail(errors.Join(err, leftover), d.secrets()...)
		return 1
	}
	s.say("%s", d.report().text(s))
	return 0
}
