package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// installed is the path of a program on the PATH. The arguments make it print its version, which is printed once.
func (b *bench) installed(ctx context.Context, name, remedy string, arguments ...string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", &unavailableError{what: name + " isn't on the PATH", remedy: remedy}
	}
	return path, b.tellVersion(ctx, name, remedy, arguments...)
}

// tellVersion runs a program that prints its version, and prints the same. An error means that the program doesn't run.
func (b *bench) tellVersion(ctx context.Context, program, remedy string, arguments ...string) error {
	call := program + " " + strings.Join(arguments, " ")
	if b.told[call] {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	output, err := exec.CommandContext(limited, program, arguments...).CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return &unavailableError{
			what:   fmt.Sprintf("%s doesn't run (%v): %s", program, err, lastLine(string(output))),
			remedy: remedy,
		}
	}
	b.told[call] = true
	b.say("using    %s", strings.Join(strings.Fields(string(output)), " "))
	return nil
}
