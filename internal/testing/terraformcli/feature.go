package terraformcli

import (
	"fmt"

	"github.com/hashicorp/go-version"
)

// Feature is something that old CLIs don't have.
type Feature struct {
	name   string            // in the plural
	oldest map[string]string // the first version with it, by the product
}

// The features of the CLIs that parts of the provider need.
var (
	EphemeralResources = Feature{"ephemeral resources", map[string]string{"Terraform": "1.10", "OpenTofu": "1.11"}}
	ProviderFunctions  = Feature{"functions of providers", map[string]string{"Terraform": "1.8", "OpenTofu": "1.7"}}
)

// Lacks says why the CLI can't use a feature. It is empty if the CLI can. The error is for a product or a version that
// isn't known.
func (c *CLI) Lacks(f Feature) (string, error) {
	oldest := f.oldest[c.Product]
	since, err := version.NewVersion(oldest)
	if err != nil {
		return "", fmt.Errorf("%s has no known version with %s: %w", c.Product, f.name, err)
	}
	running, err := version.NewVersion(c.Version)
	if err != nil {
		return "", fmt.Errorf("the version of %s: %w", c.Product, err)
	}
	if running.Core().LessThan(since) { // the core, because a feature is in the alphas and betas, too
		return fmt.Sprintf("%s %s has no %s. %s %s was the first with them",
			c.Product, c.Version, f.name, c.Product, oldest), nil
	}
	return "", nil
}

// Has reports whether the CLI is known to have a feature.
func (c *CLI) Has(f Feature) bool {
	reason, err := c.Lacks(f)
	return reason == "" && err == nil
}
