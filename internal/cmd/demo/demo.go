package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// demo is one run. Its steps fill it in, one after the other.
type demo struct {
	screen    *screen
	workspace *terraformcli.Workspace

	cli     *terraformcli.CLI
	scene   *scene
	outputs outputs // of the data source's part
	calls   calls   // in it

	leftOut   string // why there is no second part; empty: there is one
	longApply longApply
}

const (
	tokenFile = "token.jwt"
	planFile  = "demo.tfplan"
	stateFile = "terraform.tfstate"
)

// step is one line of what is shown meanwhile.
type step struct {
	name string
	do   func(context.Context) (note string, err error)
}

// perform runs the parts, and stops at the first step that fails.
func (d *demo) perform(ctx context.Context) error {
	defer func() {
		if d.scene != nil {
			d.scene.server.Close()
		}
	}()
	if err := d.run(ctx, d.preparation()); err != nil {
		return err
	}
	d.screen.part("With the data source")
	if err := d.run(ctx, d.dataSourcePart()); err != nil {
		return err
	}
	var err error
	d.leftOut, err = skipReason(d.cli, runtime.GOOS)
	if err != nil || d.leftOut != "" {
		return err
	}
	d.screen.part(
		fmt.Sprintf(
			"With the ephemeral resource: sessions of %s, and an apply that waits for %s",
			inSeconds(sessionLife),
			inSeconds(longWait),
		),
	)
	return d.run(ctx, d.ephemeralPart())
}

func (d *demo) run(ctx context.Context, steps []step) error {
	for _, step := range steps {
		if err := d.screen.step(step.name, func() (string, error) { return step.do(ctx) }); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) preparation() []step {
	return []step{
		{"find Terraform or OpenTofu", d.find},
		{"build the provider", d.build},
		{"start an issuer and an STS", d.start},
	}
}

// command names a step after the command that it runs.
func (d *demo) command(name string) string {
	return strings.TrimSuffix(filepath.Base(d.cli.Path), ".exe") + " " + name
}

// secrets are what no output may show.
func (d *demo) secrets() []secret.Text {
	if d.scene == nil {
		return nil
	}
	return d.scene.secrets()
}

func (d *demo) find(ctx context.Context) (string, error) {
	cli, err := terraformcli.Find(ctx, d.workspace)
	if err != nil {
		return "", err
	}
	d.cli = cli
	note := fmt.Sprintf("%s %s, %s", cli.Product, cli.Version, cli.Path)
	if cli.Downloaded {
		note += " (downloaded)"
	}
	return note, nil
}

// build puts the providers where the CLI finds them: in a mirror of the workspace's own.
func (d *demo) build(ctx context.Context) (string, error) {
	root, err := terraformcli.SourceRoot()
	if err != nil {
		return "", err
	}
	executables, err := d.cli.Build(ctx, root)
	if err != nil {
		return "", err
	}
	address, err := terraformcli.STSAddress()
	if err != nil {
		return "", err
	}
	if err := d.cli.Mirror(address, terraformcli.ProviderVersion, executables.STS); err != nil {
		return "", err
	}
	if err := d.cli.Mirror(
		terraformcli.ConsumerAddress,
		terraformcli.ConsumerVersion,
		executables.Consumer,
	); err != nil {
		return "", err
	}
	return "and one that uses its credentials", terraformcli.CopyConfiguration(
		filepath.Join(root, "examples", "demo"),
		d.folder(),
	)
}

// folder is that of a part's configuration, in a copy of examples/demo; without a part, that of all.
func (d *demo) folder(part ...string) string {
	return d.workspace.Path(append([]string{"demo"}, part...)...)
}

func (d *demo) start(context.Context) (string, error) {
	s, err := newScene()
	if err != nil {
		return "", err
	}
	d.scene = s
	// What a platform does for its jobs: a file that nobody else can read.
	return s.server.URL(), os.WriteFile(d.workspace.Path(tokenFile), []byte(s.token.Reveal()), 0o600)
}

// initialise is a step of both parts.
func (d *demo) initialise(part string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		_, err := d.cli.Run(ctx, d.folder(part), "init", "-no-color")
		return "", err
	}
}

// planArguments are those that both parts have in common, and further ones.
func (d *demo) planArguments(further ...string) []string {
	return append([]string{
		"plan", "-no-color", "-input=false",
		"-var=sts_endpoint=" + d.scene.server.URL(),
		"-var=web_identity_token_file=" + d.workspace.Path(tokenFile),
	}, further...)
}

func (d *demo) report() report {
	return report{
		now:       time.Now(),
		claims:    d.scene.claims,
		outputs:   d.outputs,
		calls:     d.calls,
		cli:       d.cli,
		leftOut:   d.leftOut,
		longApply: d.longApply,
	}
}
