package terraformcli

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestCopyConfigurationOmitsCLIFiles(t *testing.T) {
	source, target := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	for _, name := range []string{
		"main.tf", "modules/role/main.tf", ".terraform.lock.hcl", "terraform.tfstate", "terraform.tfstate.backup",
		".terraform/providers/a",
		"modules/role/.terraform/b",
	} {
		path := filepath.Join(source, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := CopyConfiguration(source, target); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, pattern := range []string{"*", "*/*", "*/*/*", "*/*/*/*"} {
		paths, err := filepath.Glob(filepath.Join(target, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if text, err := os.ReadFile(path); err == nil {
				got = append(got, string(text))
			}
		}
	}
	if want := []string{"main.tf", "modules/role/main.tf"}; !slices.Equal(got, want) {
		t.Errorf("copied %q, want %q", got, want)
	}
}
