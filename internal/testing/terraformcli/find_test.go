//go:build unix

package terraformcli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the CLIs answer to the command version.
const (
	terraformAnswer = "Terraform v1.11.4\non linux_amd64\n\nYour version of Terraform is out of date!"
	tofuAnswer      = "OpenTofu v1.12.6\non darwin_arm64"
	oldAnswer       = "Terraform v1.0.11\non linux_amd64"
)

func TestFind(t *testing.T) {
	tests := map[string]struct {
		onPath map[string]string // by the name of the program, what it answers
		named  string            // what the program that TF_ACC_TERRAFORM_PATH names answers
		cached string            // what the program in the user's cache answers
		want   string            // the product, its version and its platform
	}{
		"terraform before tofu": {
			onPath: map[string]string{"terraform": terraformAnswer, "tofu": tofuAnswer},
			want:   "Terraform 1.11.4 linux_amd64",
		},
		"tofu alone": {onPath: map[string]string{"tofu": tofuAnswer}, want: "OpenTofu 1.12.6 darwin_arm64"},
		"a terraform that doesn't run": {
			onPath: map[string]string{"terraform": "", "tofu": tofuAnswer},
			want:   "OpenTofu 1.12.6 darwin_arm64",
		},
		"a terraform that is too old": {
			onPath: map[string]string{"terraform": oldAnswer, "tofu": tofuAnswer},
			want:   "OpenTofu 1.12.6 darwin_arm64",
		},
		"the one that is named before all": {
			onPath: map[string]string{"terraform": terraformAnswer},
			named:  tofuAnswer,
			want:   "OpenTofu 1.12.6 darwin_arm64",
		},
		"one that was downloaded before": {cached: terraformAnswer, want: "Terraform 1.11.4 linux_amd64"},
		"a downloaded one after a real one": {
			onPath: map[string]string{"tofu": tofuAnswer},
			cached: terraformAnswer,
			want:   "OpenTofu 1.12.6 darwin_arm64",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path, cache := t.TempDir(), t.TempDir()
			t.Setenv("PATH", path)
			t.Setenv("HOME", cache)
			t.Setenv("XDG_CACHE_HOME", cache)
			t.Setenv(PathVariable, "")
			for program, answer := range test.onPath {
				program = filepath.Join(path, program)
				writeProgram(t, program, answer)
			}
			if test.named != "" {
				program := filepath.Join(t.TempDir(), "named")
				writeProgram(t, program, test.named)
				t.Setenv(PathVariable, program)
			}
			if test.cached != "" {
				folder, err := os.UserCacheDir()
				if err != nil {
					t.Fatal(err)
				}
				writeProgram(
					t,
					filepath.Join(folder, "terraform-provider-sts", "terraform-"+downloadedVersion, "terraform"),
					test.cached,
				)
			}
			cli, err := Find(t.Context(), newWorkspace(t))
			if err != nil {
				t.Fatal(err)
			}
			if got := cli.Product + " " + cli.Version + " " + cli.Platform; got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if cli.Downloaded {
				t.Error("claims to have downloaded it just now")
			}
		})
	}
}

// TestFindUsesOnlyNamedCLI checks that no other CLI is used if the named one doesn't work.
func TestFindUsesOnlyNamedCLI(t *testing.T) {
	path := t.TempDir()
	writeProgram(t, filepath.Join(path, "terraform"), terraformAnswer)
	t.Setenv("PATH", path)
	for name, answer := range map[string]string{"too old": oldAnswer, "another program": "GNU Make 4.3", "broken": ""} {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "named")
			writeProgram(t, program, answer)
			t.Setenv(PathVariable, program)
			cli, err := Find(t.Context(), newWorkspace(t))
			if err == nil || !strings.Contains(err.Error(), PathVariable) {
				t.Errorf("got %v, %v; want an error that names %s", cli, err, PathVariable)
			}
		})
	}
}

// writeProgram makes a program that answers the command version; one without an answer fails.
func writeProgram(t *testing.T, path, answer string) {
	t.Helper()
	script := "#!/bin/sh\n[ \"$*\" = version ] || exit 2\nprintf '%s\\n' '" + answer + "'\n"
	if answer == "" {
		script = "#!/bin/sh\nexit 1\n"
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
}
