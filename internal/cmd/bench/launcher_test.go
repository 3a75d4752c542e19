//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLaunch launches a script that uses some CPU time, twice.
func TestLaunch(t *testing.T) {
	folder := t.TempDir()
	script := filepath.Join(folder, "provider")
	if err := os.WriteFile(
		script,
		[]byte("#!/bin/sh\ni=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit $1\n"),
		0o700,
	); err != nil {
		t.Fatal(err)
	}
	t.Setenv(usageVariable, folder)
	if code := launch(script, []string{"3"}); code != 3 {
		t.Errorf("the exit code is %d", code)
	}
	used, err := readLaunched(folder)
	if err != nil {
		t.Fatal(err)
	}
	if used.Provider <= 0 || used.Launcher <= 0 || used.PeakMemory < 100<<10 {
		t.Errorf("it used %+v", used)
	}
	if _, err := readLaunched(t.TempDir()); err == nil {
		t.Error("no error for a provider that was never started")
	}
}
