// Command examplecheck validates every example with a real Terraform or OpenTofu and this repository's provider, so
// that a name which the provider doesn't know isn't published as documentation. It changes nothing in the tree.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

func main() {
	ctx, stop := terraformcli.Interruptible(context.Background())
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "examplecheck:", err)
		os.Exit(1)
	}
}

// run checks the examples of the tree, and says in its error what went wrong, but for what was printed already.
func run(ctx context.Context) (err error) {
	began := time.Now()
	root, err := terraformcli.SourceRoot()
	if err != nil {
		return err
	}
	workspace, err := terraformcli.NewWorkspace()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, workspace.Remove()) }()

	bench, err := newBench(ctx, workspace, root)
	if err != nil {
		return terraformcli.WithOutput(err)
	}
	if err := bench.chooseAWS(ctx); err != nil {
		return terraformcli.WithOutput(err)
	}
	fmt.Printf("%s %s with %s\n\n", bench.cli.Product, bench.cli.Version, bench.awsNote)
	results, err := bench.checkAll(ctx, os.Stdout, filepath.Join(root, "examples"))
	if err != nil {
		return terraformcli.WithOutput(err)
	}
	fmt.Printf("\n%s, in %.1f s\n", summary(results), time.Since(began).Seconds())
	return verdictOf(results, bench.standIn)
}

// checkAll checks copies of the examples below a folder, one after the other, and writes a line for each.
func (b *bench) checkAll(ctx context.Context, out io.Writer, folder string) ([]result, error) {
	examples, err := findExamples(folder)
	if err != nil {
		return nil, err
	}
	// The tree is copied as a whole: an example may have modules in folders beside it.
	copied := b.workspace.Path("examples")
	if err := terraformcli.CopyConfiguration(folder, copied); err != nil {
		return nil, fmt.Errorf("copying the examples: %w", err)
	}
	results := make([]result, 0, len(examples))
	for _, example := range examples {
		checked, err := b.check(ctx, copied, example)
		if err != nil {
			return results, err
		}
		if _, err := fmt.Fprintln(out, checked.line(filepath.Base(folder))); err != nil {
			return results, err
		}
		results = append(results, checked)
	}
	return results, nil
}
