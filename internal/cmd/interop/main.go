// Command interop runs the provider with servers and clients that aren't this project's: MinIO, moto, another provider,
// and SDKs. The versions are in tools/interop, or come from the programs on the PATH, and are printed. A check whose
// programs aren't here is skipped, and its line says how to get them. Servers listen only on loopback.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// The exit statuses. interrupted is what a shell expects of a program that ended by Ctrl-C.
const (
	failure     = 1
	wrongUsage  = 2
	interrupted = 130
)

func main() {
	ctx, stop := terraformcli.Interruptible(context.Background())
	code := run(ctx, os.Args[1:], os.Stdout)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, arguments []string, out io.Writer) int {
	o, err := parseOptions(os.Stderr, arguments)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(os.Stderr, "interop:", err)
		return wrongUsage
	case runtime.GOOS == "windows":
		fmt.Fprintln(os.Stderr, "interop: the checks need a Unix shell, and sockets that Windows doesn't have")
		return failure
	}
	began := time.Now()
	outcomes, err := perform(ctx, o, out)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(out, "\nInterrupted. The servers are stopped, and the temporary folder is deleted.")
		return interrupted
	case err != nil:
		fmt.Fprintln(out, terraformcli.WithOutput(err))
		return failure
	}
	fmt.Fprintf(out, "\n%s, in %.0f s\n", summary(outcomes), time.Since(began).Seconds())
	return exitStatus(outcomes, o.require)
}

// perform runs the checks. The error is for what no check can do without.
func perform(ctx context.Context, o options, out io.Writer) (outcomes []outcome, err error) {
	b, err := newBench(ctx, o, out)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	for _, c := range o.selected(b.checks()) {
		outcomes = append(outcomes, b.try(ctx, c))
		if ctx.Err() != nil {
			return outcomes, ctx.Err()
		}
	}
	return outcomes, nil
}
