package terraformcli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInstallFromMirror installs from the mirror with a real CLI, with and without permission to download. The CLI does
// not start a provider for that, so any file works.
func TestInstallFromMirror(t *testing.T) {
	w := newWorkspace(t)
	cli, err := Find(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	executable := filepath.Join(t.TempDir(), "provider")
	if err := os.WriteFile(executable, []byte("not started"), 0o700); err != nil {
		t.Fatal(err)
	}
	address, err := STSAddress()
	if err != nil {
		t.Fatal(err)
	}
	for _, provider := range []Address{address, ConsumerAddress} {
		if err := cli.Mirror(provider, "1.2.3", executable); err != nil {
			t.Fatal(err)
		}
	}
	configuration := "terraform {\n  required_providers {\n    sts = { source = \"" + address.String() +
		"\" }\n    aws = { source = \"" +
		ConsumerAddress.String() + "\" }\n  }\n}\n"

	tests := map[string]func() error{
		"from the mirror alone": cli.ForbidDownloads,
		"with downloads":        func() error { return cli.AllowDownloads(address, ConsumerAddress) },
	}
	for name, configure := range tests {
		t.Run(name, func(t *testing.T) {
			if err := configure(); err != nil {
				t.Fatal(err)
			}
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "main.tf"), []byte(configuration), 0o600); err != nil {
				t.Fatal(err)
			}
			output, err := cli.Run(t.Context(), folder, "init", "-no-color")
			if err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			for _, want := range []string{address.Type + " v1.2.3", ConsumerAddress.Type + " v1.2.3"} {
				if !strings.Contains(output, want) {
					t.Errorf("doesn't say that it installed %s:\n%s", want, output)
				}
			}
		})
	}
}
