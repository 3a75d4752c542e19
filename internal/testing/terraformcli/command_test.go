//go:build unix

package terraformcli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestRunErrorHasAllOutput(t *testing.T) {
	output, err := run(t.Context(), t.TempDir(), nil, "/bin/sh", "-c", "echo to standard output; echo to standard "+
		"error >&2; exit 3")
	failure, ok := errors.AsType[*CommandError](err)
	if !ok {
		t.Fatalf("got %v, want a *CommandError", err)
	}
	if output != "to standard output\n" {
		t.Errorf("standard output: got %q", output)
	}
	for _, want := range []string{"to standard output\n", "to standard error\n"} {
		if !strings.Contains(failure.Output, want) {
			t.Errorf("the error's output is %q: want %q in it", failure.Output, want)
		}
	}
	if got, want := failure.Error(), "sh -c: exit status 3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRunEndsChildProcesses runs a command that ends at the interrupt and leaves a process behind, like a killed
// Terraform leaves its providers.
func TestRunEndsChildProcesses(t *testing.T) {
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for !exists(filepath.Join(folder, "started")) && ctx.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
	}()
	script := `trap 'echo interrupted; exit 1' INT
/bin/sleep 300 >/dev/null 2>&1 & echo $! > child; : > started
while :; do /bin/sleep 0.02; done`
	_, err := run(ctx, folder, nil, "/bin/sh", "-c", script)
	failure, ok := errors.AsType[*CommandError](err)
	if !ok || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want a *CommandError for the end of the context", err)
	}
	if failure.Output != "interrupted\n" {
		t.Errorf("the command wrote %q: want it to be interrupted, not killed", failure.Output)
	}
	text, err := os.ReadFile(filepath.Join(folder, "child"))
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if !ends(child) {
		_ = syscall.Kill(child, syscall.SIGKILL)
		t.Error("what the command started lives on")
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// ends waits for the end of a process that isn't a child of this one. A zombie, which nobody has asked after, has
// ended.
func ends(pid int) bool {
	for range 200 {
		if syscall.Kill(pid, 0) != nil {
			return true
		}
		if stat, err := os.ReadFile(
			"/proc/" + strconv.Itoa(pid) + "/stat",
		); err == nil &&
			strings.Contains(string(stat), ") Z ") {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}
