// Command demo shows the provider at work, on a machine that needs nothing but Go, git and make: a real Terraform or
// OpenTofu trades a web identity token for credentials in two accounts, with a local identity provider and a local STS
// that refuse what AWS refuses, and another provider uses the credentials, in one run for longer than they live. It
// leaves nothing behind.
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
	// The folder holds the token and a state with credentials: it goes first, whatever comes next.
	leftover := workspace.Remove()
	switch {
	case ctx.Err() != nil && leftover == nil:
		s.say("\nInterrupted. Nothing was left behind.")
		return interrupted
	case err != nil || leftover != nil:
		s.fail(errors.Join(err, leftover), d.secrets()...)
		return 1
	}
	s.say("%s", d.report().text(s))
	return 0
}
