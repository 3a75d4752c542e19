//go:build unix

package parent_test

import (
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestAwaitEndWithoutReader checks that a process which started after its parent had ended notices by its pipes.
func TestAwaitEndWithoutReader(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), roleVariable+"=child")
	command.Stderr = writer
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(writer.Close(), reader.Close()); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it lives on")
		_ = command.Process.Kill()
	}
}
