package parent_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/parent"
)

// roleVariable makes the test binary play the parent or the child.
const roleVariable = "PARENT_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "parent":
		os.Exit(playParent())
	case "child":
		parent.AwaitEnd()
		fmt.Println("ended") // to nobody in one of the tests
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// playParent starts a child that has the same standard output, and waits to be killed.
func playParent() int {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), roleVariable+"=child")
	child.Stdout = os.Stdout
	if err := child.Start(); err != nil {
		return 1
	}
	fmt.Println("started")
	if err := child.Wait(); err != nil {
		return 1
	}
	return 0
}

func TestAwaitEnd(t *testing.T) {
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), roleVariable+"=parent")
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, len("started\n"))
	if _, err := io.ReadFull(output, first); err != nil || string(first) != "started\n" {
		t.Fatalf("got %q, %v", first, err)
	}
	rest := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(output) // until the child has ended, too
		rest <- string(text)
	}()
	select {
	case text := <-rest:
		t.Fatalf("the child ended before its parent: %q", text)
	case <-time.After(1500 * time.Millisecond):
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	select {
	case text := <-rest:
		if text != "ended\n" {
			t.Errorf("the child says %q", text)
		}
	case <-time.After(10 * time.Second):
		t.Error("the child lives on")
	}
	_ = command.Wait() // it was killed
}
