package terraformcli

import (
	"strings"
	"testing"
)

func TestFeatures(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Terraform 1.9.8": false, "Terraform 1.10.0-beta1": true, "Terraform 1.10.0": true, "Terraform 2.0.0": true,
		"OpenTofu 1.10.6": false, "OpenTofu 1.11.0-beta1": true, "OpenTofu x": false, "Other 1.11.0": false,
	} {
		product, version, _ := strings.Cut(name, " ")
		cli := &CLI{Product: product, Version: version}
		if got := cli.Has(EphemeralResources); got != want {
			t.Errorf("%s has ephemeral resources: %v, want %v", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"Terraform 1.7.5": "Terraform 1.7.5 has no functions of providers. Terraform 1.8 was the first with them",
		"Terraform 1.8.0": "", "OpenTofu 1.6.3": "OpenTofu 1.6.3 has no functions", "OpenTofu 1.7.0": "",
	} {
		product, version, _ := strings.Cut(name, " ")
		got, err := (&CLI{Product: product, Version: version}).Lacks(ProviderFunctions)
		if err != nil || !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}
