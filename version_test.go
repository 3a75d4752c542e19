package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A release stamps its version, and the executable prints it.
func TestVersionIsPrinted(t *testing.T) {
	executable := filepath.Join(t.TempDir(), "provider.exe")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-X main.version=1.2.3", "-o", executable, ".")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	output, err := exec.CommandContext(t.Context(), executable, "-version").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(output)); got != "1.2.3" {
		t.Errorf("got %q, want 1.2.3", got)
	}
}
