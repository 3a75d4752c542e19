package consumer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// isolate takes away what the machine's own AWS and Terraform setup would add to a test: without it, a test that hands
// over no credentials passes for whoever has some.
func isolate(t *testing.T) {
	t.Helper()
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		// TF_ACC_* say where terraform is and where its files go.
		if strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "TF_ACC") {
			unsetenv(t, name)
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(home, "absent-config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, "absent-credentials"))
	t.Setenv("TF_CLI_CONFIG_FILE", writeFile(t, "terraform.rc", "disable_checkpoint = true\n"))
}

func unsetenv(t *testing.T, name string) {
	t.Helper()
	t.Setenv(name, "") // Puts the old value back after the test.
	if err := os.Unsetenv(name); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.ToSlash(path)
}
