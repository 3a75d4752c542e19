package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/testing/noop"
	"github.com/webidentity/terraform-provider-sts/internal/testing/stsstub"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// bench is one series of measurements.
type bench struct {
	options   options
	workspace *terraformcli.Workspace
	progress  io.Writer

	cli      *terraformcli.CLI
	server   *stsstub.Server
	subjects []*subject
	missing  []string // what couldn't be compared, and why
}

// The names of subjects, as the table has them.
const (
	stsName  = "sts"
	noopName = "no-op"
)

func (b *bench) close() {
	if b.server != nil {
		b.server.Close()
	}
}

// prepare builds and installs all that is measured.
func (b *bench) prepare(ctx context.Context) (err error) {
	if b.cli, err = terraformcli.Find(ctx, b.workspace); err != nil {
		return err
	}
	if b.server, err = stsstub.Start(); err != nil {
		return err
	}
	root, err := terraformcli.SourceRoot()
	if err != nil {
		return err
	}
	b.tell("building the providers")
	if err := b.addNoop(ctx, root); err != nil {
		return err
	}
	if err := b.addSTS(ctx, root); err != nil {
		return err
	}
	return b.addPeers(ctx)
}

func (b *bench) tell(format string, arguments ...any) {
	_, _ = fmt.Fprintf(b.progress, format+"\n", arguments...)
}

// keywords are how a configuration begins a block of each kind that the CLI has.
func (b *bench) keywords() map[kind]string {
	keywords := map[kind]string{dataSource: "data"}
	if b.cli.Has(terraformcli.EphemeralResources) {
		keywords[ephemeralResource] = "ephemeral"
	} else {
		b.missing = append(
			b.missing,
			fmt.Sprintf("ephemeral resources, which %s %s doesn't have", b.cli.Product, b.cli.Version),
		)
	}
	return keywords
}

func (b *bench) addSTS(ctx context.Context, root string) error {
	executables, err := b.cli.Build(ctx, root)
	if err != nil {
		return err
	}
	address, err := terraformcli.STSAddress()
	if err != nil {
		return err
	}
	if err := b.mirror(address, executables.STS); err != nil {
		return err
	}
	tokenFile := b.workspace.Path("token")
	if err := os.WriteFile(tokenFile, []byte(stsstub.Token()), 0o600); err != nil {
		return err
	}
	for kind, keyword := range b.keywords() {
		s := subject{name: stsName, kind: kind, executable: executables.STS, asksServer: true}
		if err := b.add(ctx, s, address, stsBlock(keyword, b.server.URL(), filepath.ToSlash(tokenFile))); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) addNoop(ctx context.Context, root string) error {
	executable, err := b.buildNoop(ctx, root)
	if err != nil {
		return err
	}
	address, err := terraformcli.ParseAddress(noop.Address)
	if err != nil {
		return err
	}
	if err := b.mirror(address, executable); err != nil {
		return err
	}
	for kind, keyword := range b.keywords() {
		if err := b.add(
			ctx,
			subject{name: noopName, kind: kind, executable: executable},
			address,
			noopBlock(keyword),
		); err != nil {
			return err
		}
	}
	return nil
}

// buildNoop builds the no-op provider by the flags that the provider is built by.
func (b *bench) buildNoop(ctx context.Context, root string) (string, error) {
	goos, goarch, _ := strings.Cut(b.cli.Platform, "_")
	executable := b.workspace.Path("build", "terraform-provider-noop")
	if runtime.GOOS == "windows" {
		executable += ".exe"
	}
	command := exec.CommandContext(
		ctx,
		"go",
		"build",
		"-mod=readonly",
		"-trimpath",
		"-ldflags",
		"-s -w",
		"-o",
		executable,
		"./internal/testing/noop/terraform-provider-noop",
	)
	command.Dir = root
	command.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch)
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the no-op provider: %w\n%s", err, output)
	}
	return executable, nil
}
