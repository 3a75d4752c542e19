//go:build unix

package refresh

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func init() {
	roles["cli"] = playCLI
}

// playCLI starts a provider, as Terraform does, and waits to be killed.
func playCLI() int {
	executable, err := os.Executable()
	if err != nil {
		return 1
	}
	provider := exec.Command(executable)
	provider.Env = append(os.Environ(), roleVariable+"=provider")
	provider.Stdout, provider.Stderr = os.Stdout, os.Stderr
	if err := provider.Run(); err != nil {
		return 1
	}
	return 0
}

func TestOrphanedProviderCleansUpAndEnds(t *testing.T) {
	base := makeBase(t)
	process, configs, output := startRole(t, "cli", base)
	for _, config := range configs {
		socket := folder(filepath.Dir(config)).socket()
		if got, err := ask(t.Context(), socket, 10*time.Second); err != nil || number(got) == -1 {
			t.Fatalf("before: got session %d, %v", number(got), err)
		}
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}

	ended := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(output) // the orphan has the other end
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("the orphan lives on")
	}
	_ = process.Wait() // it was killed
	if entries, err := os.ReadDir(base); err != nil || len(entries) > 0 {
		t.Errorf("left in the base folder: %v, %v", entries, err)
	}
}
