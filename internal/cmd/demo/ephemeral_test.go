package main

import (
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

func TestSkipReason(t *testing.T) {
	tests := map[string]struct {
		product, version, system string
		want                     string // in the reason; empty: it isn't left out
	}{
		"the oldest Terraform that can": {product: "Terraform", version: "1.10.0", system: "linux"},
		"a beta of it":                  {product: "Terraform", version: "1.10.0-beta1", system: "linux"},
		"a Terraform that can't": {
			product: "Terraform", version: "1.9.8", system: "linux",
			want: "Terraform 1.9.8 has no ephemeral resources. Terraform 1.10",
		},
		"the oldest OpenTofu that can": {product: "OpenTofu", version: "1.11.0", system: "darwin"},
		"an OpenTofu that can't": {
			product: "OpenTofu", version: "1.10.7", system: "darwin", want: "OpenTofu 1.11 was the first",
		},
		"the next major version": {product: "Terraform", version: "2.0.0", system: "linux"},
		"Windows": {
			product: "Terraform", version: "1.11.4", system: "windows", want: "on Windows",
		},
		"both reasons": {
			product: "Terraform", version: "1.9.8", system: "windows", want: "no ephemeral resources",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := skipReason(&terraformcli.CLI{Product: test.product, Version: test.version}, test.system)
			if err != nil || (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			}
		})
	}
	if _, err := skipReason(&terraformcli.CLI{Product: "Another", Version: "1.11.4"}, "linux"); err == nil {
		t.Error("no error for a product that nothing is known of")
	}
}
