package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// bench has what the checks share. It starts a server when the first check needs it.
type bench struct {
	options   options
	out       io.Writer
	root      string // of the source tree
	pins      map[string]pin
	workspace *terraformcli.Workspace
	cli       *terraformcli.CLI
	address   terraformcli.Address // of this project's provider
	servers   []*server
	told      map[string]bool // the versions that were printed
	known     []secret.Text
	runs      int // how many configurations were applied

	account     once[*account]
	dex         once[*issuer]
	zitadel     once[*issuer]
	minioBinary once[string]
	minios      map[string]*once[*minio] // by the name of the issuer
	moto        once[string]
	consumers   map[string]*once[consumer]
}

// newBench finds a CLI, and builds this project's provider for it.
func newBench(ctx context.Context, o options, out io.Writer) (*bench, error) {
	b := &bench{
		options: o, out: out, told: map[string]bool{},
		minios:    map[string]*once[*minio]{},
		consumers: map[string]*once[consumer]{},
	}
	var err error
	if b.root, err = terraformcli.SourceRoot(); err != nil {
		return nil, err
	}
	if b.pins, err = readPins(b.root); err != nil {
		return nil, err
	}
	if b.workspace, err = terraformcli.NewWorkspace(); err != nil {
		return nil, err
	}
	if err := b.prepare(ctx); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *bench) prepare(ctx context.Context) (err error) {
	if b.cli, err = terraformcli.Find(ctx, b.workspace); err != nil {
		return err
	}
	b.say("using    %s %s", b.cli.Product, b.cli.Version)
	if b.address, err = terraformcli.STSAddress(); err != nil {
		return err
	}
	executables, err := b.cli.Build(ctx, b.root)
	if err != nil {
		return err
	}
	if err := b.cli.Mirror(b.address, terraformcli.ProviderVersion, executables.STS); err != nil {
		return err
	}
	mirrored := []terraformcli.Address{b.address}
	for _, name := range []string{awsutilsPin, awsPin} {
		if path := b.options.given[name]; path != "" {
			address := givenAddress(name)
			if err := b.cli.Mirror(address, b.pins[name].version, path); err != nil {
				return err
			}
			mirrored = append(mirrored, address)
		}
	}
	return b.cli.AllowDownloads(mirrored...)
}

// close ends the servers and removes the workspace.
func (b *bench) close() error {
	for _, s := range b.servers {
		s.stop()
	}
	if account := b.account.value; account != nil {
		account.server.Close()
	}
	return b.workspace.Remove()
}

// checks are all checks, in the order in which they run.
func (b *bench) checks() []check {
	var all []check
	all = append(all, b.minioChecks()...)
	all = append(all, b.motoChecks()...)
	all = append(all, b.consumerChecks()...)
	return append(all, b.sdkChecks()...)
}

// secrets are what no output may show.
func (b *bench) secrets() []secret.Text {
	secrets := b.known
	if account := b.account.value; account != nil {
		for _, value := range account.server.Secrets() {
			secrets = append(secrets, secret.New(value))
		}
	}
	return secrets
}

// tokenFile writes a token into a file of the workspace.
func (b *bench) tokenFile(name, token string) (string, error) {
	b.known = append(b.known, secret.New(token))
	path := b.workspace.Path(name + ".jwt")
	return path, os.WriteFile(path, []byte(token), 0o600)
}
