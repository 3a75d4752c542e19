package terraformcli

import (
	"os"
	"slices"
)

// With is the same CLI with further variables in its environment, each as "NAME=value". They win over those that it
// has.
func (c *CLI) With(variables ...string) *CLI {
	with := *c
	with.environment = append(slices.Clone(c.environment), variables...)
	return &with
}

// In is the same CLI in another workspace, without what With has added. It saves the call that asks the CLI what it is.
func (c *CLI) In(w *Workspace) *CLI {
	in := *c
	in.workspace, in.environment = w, w.environment(os.Environ())
	return &in
}
