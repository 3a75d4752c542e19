// Command bench measures whole runs of a real Terraform or OpenTofu with this repository's provider, against the same
// runs with a provider that does nothing. It prints a table, and writes it and a plot into the page about performance.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

func main() {
	if target := os.Getenv(targetVariable); target != "" {
		os.Exit(launch(target, os.Args[1:]))
	}
	ctx, stop := terraformcli.Interruptible(context.Background())
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	options, err := parseOptions(os.Args[1:])
	if err != nil {
		return err
	}
	workspace, err := terraformcli.NewWorkspace()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, workspace.Remove()) }()

	b := &bench{options: options, workspace: workspace, progress: os.Stderr}
	defer b.close()
	if err := b.prepare(ctx); err != nil {
		return terraformcli.WithOutput(err)
	}
	report, err := b.measure(ctx)
	if err != nil {
		return terraformcli.WithOutput(err)
	}
	fmt.Print("\n" + report.text())
	return report.publish(options.page)
}
