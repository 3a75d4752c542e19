package main

import (
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

func TestWhyLeftOut(t *testing.T) {
	tests := map[string]struct {
		product, version, system string
		want                     string // in the reason; empty: it isn't left out
	}{
		"the oldest Terraform that can": {"Terraform", "1.10.0", "linux", ""},
		"a beta of it":                  {"Terraform", "1.10.0-beta1", "linux", ""},
		"a Terraform that can't":        {"Terraform", "1.9.8", "linux", "Terraform 1.9.8 has no ephemeral resources: they came with Terraform 1.10"},
		"the oldest OpenTofu that can":  {"OpenTofu", "1.11.0", "darwin", ""},
		"an OpenTofu that can't":        {"OpenTofu", "1.10.7", "darwin", "they came with OpenTofu 1.11"},
		"the next major version":        {"Terraform", "2.0.0", "linux", ""},
		"Windows":                       {"Terraform", "1.11.4", "windows", "on Windows"},
		"both reasons":                  {"Terraform", "1.9.8", "windows", "no ephemeral resources"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := whyLeftOut(&terraformcli.CLI{Product: test.product, Version: test.version}, test.system)
			if err != nil || (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		})
	}
	if _, err := whyLeftOut(&terraformcli.CLI{Product: "Another", Version: "1.11.4"}, "linux"); err == nil {
		t.Error("no error for a product that nothing is known of")
	}
}
