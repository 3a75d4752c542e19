package main

import (
	"path/filepath"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/terraformcli"
)

func TestQuickWritesNoPageUnlessItIsAskedTo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"a full measurement":  {nil, defaultPage},
		"without a page":      {[]string{"-page="}, ""},
		"quick":               {[]string{"-quick"}, ""},
		"quick, and a folder": {[]string{"-quick", "-page=docs"}, "docs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseOptions(test.arguments)
			if err != nil || got.page != test.want {
				t.Errorf("got %q (%v), want %q", got.page, err, test.want)
			}
		})
	}
}

func TestParsePeer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "provider")
	got, err := parsePeer("http@3.6.0=" + path)
	if want := (peer{"http", "3.6.0", path}); err != nil || got != want {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
	for _, value := range []string{"", "http", "http=x", "http@1=", "aws@1=x"} {
		if _, err := parsePeer(value); err == nil {
			t.Errorf("no error for %q", value)
		}
	}
}

func TestHasEphemeralResources(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		product, version string
		want             bool
	}{
		{"Terraform", "1.9.8", false},
		{"Terraform", "1.10.0", true},
		{"OpenTofu", "1.10.6", false},
		{"OpenTofu", "1.11.0-beta1", true},
		{"Terraform", "2.0.0", true},
	} {
		if got := hasEphemeralResources(&terraformcli.CLI{Product: test.product, Version: test.version}); got != test.want {
			t.Errorf("%s %s: got %v", test.product, test.version, got)
		}
	}
}
