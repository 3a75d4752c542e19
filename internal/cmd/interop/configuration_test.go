package main

import (
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"
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
