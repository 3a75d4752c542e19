package terraformcli

import "slices"

// With is the same CLI with further variables in its environment, each as "NAME=value". They win over those that it
// has.
func (c *CLI) With(variables ...string) *CLI {
	with := *c
	with.environment = append(slices.Clone(c.environment), variables...)
	return &with
}
