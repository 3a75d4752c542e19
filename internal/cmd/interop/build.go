package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// built is the path of a program that is a Go module. The program is built if bin/interop/ doesn't have the pinned
// version.
func (b *bench) built(ctx context.Context, p pin) (string, error) {
	folder := filepath.Join(b.root, "bin", "interop")
	program := filepath.Join(folder, p.name)
	if moduleVersion(program) == p.source+" "+p.version {
		b.say("using    %s", moduleVersion(program))
		return program, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	b.say("building %s %s, which can take minutes", p.source, p.version)
	if err := b.goCommand(ctx, "", "the module proxy", "install", p.source+"@"+p.version); err != nil {
		return "", err
	}
	b.say("using    %s", moduleVersion(program))
	return program, nil
}

// goCommand runs the go command in a folder. The executables go to bin/interop/. An error means that the program isn't
// available here.
func (b *bench) goCommand(ctx context.Context, folder, source string, arguments ...string) error {
	began := time.Now()
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), "GOBIN="+filepath.Join(b.root, "bin", "interop"))
	output, err := command.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return &unavailableError{
			what:   "`go " + strings.Join(arguments, " ") + "` failed: " + lastLine(string(output)),
			remedy: "Let this machine reach " + source + ", and run the checks again.",
		}
	}
	b.say("built    in %.0f s", time.Since(began).Seconds())
	return nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// moduleVersion is the module and the version that a Go program was built from. It is empty if the file isn't one.
func moduleVersion(program string) string {
	info, err := buildinfo.ReadFile(program)
	if err != nil || info.Main.Path == "" {
		return ""
	}
	return info.Main.Path + " " + info.Main.Version
}

// libraryVersion is the version of a module that a Go program was built with.
func libraryVersion(program, module string) (string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", err
	}
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version, nil
		}
	}
	return "", errors.New(program + " wasn't built with " + module)
}
