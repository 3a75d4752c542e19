package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// addPeers adds hashicorp/http and hashicorp/external: those that were named, and otherwise those that can be
// downloaded.
func (b *bench) addPeers(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(peerBlocks)) {
		if name == "external" && runtime.GOOS == "windows" {
			b.miss("hashicorp/external, whose program is a script for a Unix shell")
			continue
		}
		peer, err := b.findPeer(ctx, name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			b.miss(fmt.Sprintf("hashicorp/%s, which can't be downloaded here", name))
			continue
		}
		if err := b.addPeer(ctx, peer); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) miss(what string) {
	b.missing = append(b.missing, what)
	b.tell("NOT COMPARED: %s", what)
}

func (b *bench) addPeer(ctx context.Context, p peer) error {
	address := terraformcli.Address{Host: "terraform.local", Namespace: "hashicorp", Type: p.name}
	if err := b.mirror(address, p.executable); err != nil {
		return err
	}
	s := subject{
		name:       fmt.Sprintf("hashicorp/%s %s", p.name, p.version),
		kind:       dataSource,
		executable: p.executable,
		asksServer: p.name == "http",
	}
	return b.add(ctx, s, address, peerBlock(p.name, b.server.URL()))
}

func (b *bench) findPeer(ctx context.Context, name string) (peer, error) {
	for _, named := range b.options.peers {
		if named.name == name {
			return named, nil
		}
	}
	return b.download(ctx, name)
}

// download has the CLI install the provider as a user's CLI does.
func (b *bench) download(ctx context.Context, name string) (peer, error) {
	b.tell("downloading hashicorp/%s", name)
	folder, err := b.workspace.Folder("download", name)
	if err != nil {
		return peer{}, err
	}
	text := fmt.Sprintf(
		"terraform {\n  required_providers {\n    %s = { source = \"hashicorp/%[1]s\" }\n  }\n}\n",
		name,
	)
	if err := os.WriteFile(filepath.Join(folder, "main.tf"), []byte(text), 0o600); err != nil {
		return peer{}, err
	}
	if err := b.cli.AllowDownloads(
		terraformcli.Address{Host: "terraform.local", Namespace: "*", Type: "*"},
	); err != nil {
		return peer{}, err
	}
	_, err = b.cli.Run(ctx, folder, "init", "-no-color", "-backend=false")
	if err := b.cli.ForbidDownloads(); err != nil {
		return peer{}, err
	}
	if err != nil {
		return peer{}, err
	}
	return installedPeer(folder, name)
}

// executableName is how a downloaded provider's file is called.
var executableName = regexp.MustCompile(`^terraform-provider-\w+_v([0-9.]+)`)

// installedPeer finds the executable below a folder that the CLI has initialized.
func installedPeer(folder, name string) (peer, error) {
	paths, err := filepath.Glob(
		filepath.Join(folder, ".terraform", "providers", "*", "hashicorp", name, "*", "*", "terraform-provider-*"),
	)
	if err != nil {
		return peer{}, err
	}
	if len(paths) != 1 {
		return peer{}, fmt.Errorf("%d executables of hashicorp/%s were installed", len(paths), name)
	}
	version := executableName.FindStringSubmatch(filepath.Base(paths[0]))
	if version == nil {
		return peer{}, fmt.Errorf("the executable %s has no version in its name", filepath.Base(paths[0]))
	}
	return peer{name: name, version: version[1], executable: paths[0]}, nil
}
