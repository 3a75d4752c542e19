package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// tree is a checkout of the repository, and the variables that its commands get beside those of this process.
type tree struct {
	folder    string
	variables []string // NAME=value
}

// run runs a program in the tree and returns its standard output. If it fails, the error has all that it wrote.
func (t tree) run(ctx context.Context, program string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = t.folder
	command.Env = append(os.Environ(), t.variables...)
	var output, everything bytes.Buffer
	command.Stdout, command.Stderr = &output, &everything
	if err := command.Run(); err != nil {
		return "", fmt.Errorf(
			"%s %s: %w\n%s%s",
			filepath.Base(program),
			strings.Join(arguments, " "),
			err,
			output.String(),
			everything.String(),
		)
	}
	return strings.TrimRight(output.String(), "\n"), nil
}

// checkClean returns an error for a tree with changes that aren't committed. A release contains only what is committed.
func (t tree) checkClean(ctx context.Context) error {
	changes, err := t.run(ctx, "git", "status", "--porcelain")
	if err == nil && changes != "" {
		err = errors.New("the tree has changes that aren't committed:\n" + changes)
	}
	return err
}

// clone makes another checkout of the tree's newest commit and of its tags.
func (t tree) clone(ctx context.Context, folder string) (tree, error) {
	_, err := t.run(ctx, "git", "clone", "--quiet", "--no-hardlinks", t.folder, folder)
	return tree{folder: folder, variables: t.variables}, err
}

// goreleaser runs a release of the tag at the newest commit, without a step that leaves the machine. It signs with the
// key that GPG_FINGERPRINT names. It runs syft from the folder of the tools. The files are in the tree's folder dist.
func (t tree) goreleaser(ctx context.Context, tools string, skip ...string) error {
	// The draft and the announcement belong to the workflow.
	skipped := strings.Join(append([]string{"publish", "announce"}, skip...), ",")
	path := "PATH=" + tools + string(filepath.ListSeparator) + os.Getenv("PATH")
	with := tree{t.folder, append(slices.Clone(t.variables), path)}
	_, err := with.run(ctx, filepath.Join(tools, "goreleaser"), "release", "--clean", "--skip="+skipped)
	return err
}
