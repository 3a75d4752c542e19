package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestQuickWritesNoPageByDefault(t *testing.T) {
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

// TestInstalledPeer has the folders that Terraform and OpenTofu make.
func TestInstalledPeer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ host, file, want string }{
		"Terraform": {host: "registry.terraform.io", file: "terraform-provider-http_v3.6.0_x5", want: "3.6.0"},
		"OpenTofu":  {host: "registry.opentofu.org", file: "terraform-provider-http_v3.6.0", want: "3.6.0"},
		"nothing":   {host: "registry.terraform.io", file: "README.md"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			folder := filepath.Join(
				root,
				".terraform",
				"providers",
				test.host,
				"hashicorp",
				"http",
				"3.6.0",
				"linux_amd64",
			)
			if err := os.MkdirAll(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(folder, test.file)
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := installedPeer(root, "http")
			if got.version != test.want || (err == nil) != (test.want != "") {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
