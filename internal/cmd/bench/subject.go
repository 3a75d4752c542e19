package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// subject is a provider whose blocks of one kind are measured.
type subject struct {
	name       string
	kind       kind
	executable string
	asksServer bool   // whether the latency of the server matters to it
	timed      string // folder of a configuration with the provider itself
	launched   string // folder of the same configuration, whose provider is started by the launcher
}

// The versions under which the mirror has a provider, and the launcher in its place.
const (
	timedVersion    = "1.0.0"
	launchedVersion = "1.0.1"
)

// takesPart reports whether a measurement is of interest for a subject.
func (s *subject) takesPart(c cell) bool {
	if c.kind == schema {
		return s.kind == dataSource
	}
	return s.kind == c.kind && (c.latency == 0 || s.asksServer || s.name == noopName)
}

// mirror has the CLI find an executable, and the launcher beside it.
func (b *bench) mirror(address terraformcli.Address, executable string) error {
	launcher, err := os.Executable()
	if err != nil {
		return err
	}
	if err := b.cli.Mirror(address, timedVersion, executable); err != nil {
		return err
	}
	return b.cli.Mirror(address, launchedVersion, launcher)
}

// add makes the folders of a subject, and has the CLI start its provider once, so that no measurement is the first.
func (b *bench) add(ctx context.Context, s subject, address terraformcli.Address, block string) error {
	for version, folder := range map[string]*string{timedVersion: &s.timed, launchedVersion: &s.launched} {
		path, err := b.workspace.Folder(address.Type, string(s.kind), version)
		if err != nil {
			return err
		}
		*folder = path
		if err := os.WriteFile(
			filepath.Join(path, "main.tf"),
			[]byte(configuration(address, version, block)),
			0o600,
		); err != nil {
			return err
		}
		if _, err := b.cli.Run(ctx, path, "init", "-no-color"); err != nil {
			return err
		}
	}
	b.subjects = append(b.subjects, &s)
	_, err := b.time(ctx, &s, cell{kind: s.kind, roles: 1, latency: time.Duration(0)})
	return err
}
