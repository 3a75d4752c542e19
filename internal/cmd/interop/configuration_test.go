package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// TestTemplatesAreHCL renders each template in each way, and parses the result.
func TestTemplatesAreHCL(t *testing.T) {
	for _, name := range []string{
		"requirement", "keys", "bucket", "consumer_keys", "consumer_profile", "sdk",
	} {
		for _, refreshable := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "main.tf")
			err := write(path, name+".tf.tmpl", configuration{
				Source: "terraform.local/a/sts", Endpoint: "http://127.0.0.1:1", RoleARN: `a "role"`, HopARN: "hop",
				Refreshable: refreshable, Consumer: consumer{Name: "aws", Source: "hashicorp/aws", Version: "6.0.0"},
				Command: `node $SDKS/javascript-v3.mjs`,
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, problems := hclparse.NewParser().ParseHCLFile(path); problems.HasErrors() {
				t.Errorf("%s, refreshable %v: %v", name, refreshable, problems)
			}
		}
	}
}

func TestParseOutputs(t *testing.T) {
	got, err := parseOutputs(
		`{"arn":{"sensitive":false,"type":"string","value":"a"},"key":{"sensitive":true,"value":"b"}}`,
	)
	if err != nil || got["arn"] != "a" || got["key"] != "b" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := parseOutputs("Warning: no outputs"); err == nil {
		t.Error("text that isn't JSON has outputs")
	}
}

func TestHasEphemeralResources(t *testing.T) {
	for version, want := range map[string]bool{
		"Terraform 1.9.8": false, "Terraform 1.10.0": true, "Terraform 2.0.0": true,
		"OpenTofu 1.10.6": false, "OpenTofu 1.11.0-beta1": true, "OpenTofu x": false,
	} {
		product, number, _ := strings.Cut(version, " ")
		if got := hasEphemeralResources(&terraformcli.CLI{Product: product, Version: number}); got != want {
			t.Errorf("%s: got %v, want %v", version, got, want)
		}
	}
}
