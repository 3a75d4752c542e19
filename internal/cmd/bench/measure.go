package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/stsstub"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// cell is one measurement: what is run, for how many roles, and how long the server takes to answer.
type cell struct {
	kind    kind
	latency time.Duration
	roles   int // 0 for the schema
}

// sample is one run of the CLI.
type sample struct {
	wall   time.Duration
	cpu    time.Duration // of the CLI and of all that it has started
	counts stsstub.Counts
}

// usage is what the processes of one run have used.
type usage struct {
	cli, provider time.Duration // CPU time
	peakMemory    int64         // of the provider, in bytes
}

// command gives the arguments of the CLI.
func (c cell) command() []string {
	if c.kind == schema {
		return []string{"providers", "schema", "-json"}
	}
	return []string{"apply", "-auto-approve", "-input=false", "-no-color", "-var=roles=" + strconv.Itoa(c.roles)}
}

// time runs the CLI with the provider itself.
func (b *bench) time(ctx context.Context, s *subject, c cell) (sample, error) {
	return b.sample(ctx, b.cli, s.timed, c)
}

// usage runs the CLI with the launcher in the provider's place, which takes some milliseconds longer.
func (b *bench) usage(ctx context.Context, s *subject, c cell) (sample, usage, error) {
	folder, err := os.MkdirTemp(b.workspace.Path(), "usage-*")
	if err != nil {
		return sample{}, usage{}, err
	}
	cli := b.cli.With(targetVariable+"="+s.executable, usageVariable+"="+folder)
	run, err := b.sample(ctx, cli, s.launched, c)
	if err != nil {
		return sample{}, usage{}, err
	}
	used, err := readLaunched(folder)
	if err != nil {
		return sample{}, usage{}, err
	}
	return run, usage{
		cli:        run.cpu - used.Provider - used.Launcher,
		provider:   used.Provider,
		peakMemory: used.PeakMemory,
	}, nil
}

// sample runs the CLI without a state from an earlier run.
func (b *bench) sample(ctx context.Context, cli *terraformcli.CLI, folder string, c cell) (sample, error) {
	for _, name := range []string{"terraform.tfstate", "terraform.tfstate.backup"} {
		if err := os.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return sample{}, err
		}
	}
	b.server.Reset(c.latency)
	command := cli.Command(ctx, folder, c.command()...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	began := time.Now()
	err := command.Run()
	wall := time.Since(began)
	if err != nil {
		return sample{}, failure(ctx, command, output.String(), err)
	}
	return sample{
		wall:   wall,
		cpu:    command.ProcessState.UserTime() + command.ProcessState.SystemTime(),
		counts: b.server.Counts(),
	}, nil
}

func failure(ctx context.Context, command *exec.Cmd, output string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &terraformcli.CommandError{Command: fmt.Sprint(command.Args), Output: output, Err: err}
}
