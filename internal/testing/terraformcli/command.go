package terraformcli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// endTimeout is how long a command may take to end once it was asked to. Terraform stops its providers in that time.
const endTimeout = 15 * time.Second

// CommandError is a command that failed, with everything that it wrote.
type CommandError struct {
	Command string // the program's name and its first argument, such as "terraform plan"
	Output  string // standard output and standard error, as they came
	Err     error
}

// Error names the command. The output isn't in it: it may hold secrets, see Scrubbed.
func (e *CommandError) Error() string { return fmt.Sprintf("%s: %v", e.Command, e.Err) }

// Unwrap gives what os/exec or the context said.
func (e *CommandError) Unwrap() error { return e.Err }

// WithOutput adds what the command wrote, scrubbed, if it was a command that failed.
func WithOutput(err error) error {
	failure, ok := errors.AsType[*CommandError](err)
	if !ok {
		return err
	}
	return fmt.Errorf("%w\n%s", err, strings.TrimSpace(Scrubbed(failure.Output)))
}

// Run runs the CLI in a folder and answers its standard output. It never asks for input. The error is a *CommandError.
// When ctx ends, the CLI is interrupted as by Ctrl-C, so that it can end its providers; what is left after that is
// killed.
func (c *CLI) Run(ctx context.Context, folder string, arguments ...string) (string, error) {
	return run(ctx, folder, c.environment, c.Path, arguments...)
}

func run(
	ctx context.Context,
	folder string,
	environment []string,
	program string,
	arguments ...string,
) (string, error) {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = folder
	command.Env = environment
	command.WaitDelay = endTimeout

	var everything transcript
	var output bytes.Buffer
	command.Stdout = tee{&everything, &output}
	command.Stderr = &everything
	separate(command)

	err := command.Run()
	if err == nil {
		return output.String(), nil
	}
	endGroup(command)
	if ctx.Err() != nil {
		err = ctx.Err() // rather than "signal: interrupt"
	}
	name := strings.TrimSuffix(filepath.Base(program), ".exe")
	if len(arguments) > 0 {
		name += " " + arguments[0]
	}
	return output.String(), &CommandError{Command: name, Output: everything.String(), Err: err}
}

// transcript collects both streams of a command, each written by a goroutine of its own.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

type tee struct {
	transcript *transcript
	output     *bytes.Buffer
}

func (t tee) Write(p []byte) (int, error) {
	_, _ = t.output.Write(p) // a buffer never fails
	return t.transcript.Write(p)
}

// Command is the CLI as a command in a folder, for a caller that wants to run it otherwise than Run does.
func (c *CLI) Command(ctx context.Context, folder string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, c.Path, arguments...)
	command.Dir = folder
	command.Env = c.environment
	return command
}
