package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"
)

// The launcher is this program in the place of a provider. It starts the provider, waits for its end, and notes what it
// has used. The CLI's environment, which a provider inherits, says what to start.
const (
	targetVariable = "STS_BENCH_TARGET" // path of the provider's executable
	usageVariable  = "STS_BENCH_USAGE"  // folder for one file per start
)

// launched is what one start of a provider has used.
type launched struct {
	Provider   time.Duration // CPU time of the provider and of what it has started
	Launcher   time.Duration // CPU time of the launcher itself
	PeakMemory int64         // bytes
}

// launch starts the provider in this one's place, with the same streams, and gives its exit code.
func launch(target string, arguments []string) int {
	// A Ctrl-C on a terminal reaches the CLI too, which ends its providers.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	command := exec.Command(target, arguments...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		fmt.Fprintln(os.Stderr, "bench launcher:", err)
		return 1
	}
	state := command.ProcessState
	used := launched{Provider: state.UserTime() + state.SystemTime(), Launcher: ownCPU(), PeakMemory: peakMemory(state)}
	if err := used.write(os.Getenv(usageVariable)); err != nil {
		fmt.Fprintln(os.Stderr, "bench launcher:", err)
		return 1
	}
	return state.ExitCode()
}

func (l launched) write(folder string) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.json", os.Getpid())), text, 0o600)
}

// readLaunched sums the files of a folder up. The memory is that of the largest process.
func readLaunched(folder string) (launched, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return launched{}, err
	}
	if len(paths) == 0 {
		return launched{}, errors.New("the launcher left no usage behind")
	}
	var sum launched
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return launched{}, err
		}
		var usage launched
		if err := json.Unmarshal(text, &usage); err != nil {
			return launched{}, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		sum.Provider += usage.Provider
		sum.Launcher += usage.Launcher
		sum.PeakMemory = max(sum.PeakMemory, usage.PeakMemory)
	}
	return sum, nil
}
