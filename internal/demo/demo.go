package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/terraformcli"
)

// demo is one run. Its steps fill it in, one after the other.
type demo struct {
	screen    *screen
	workspace *terraformcli.Workspace

	cli     *terraformcli.CLI
	scene   *scene
	folder  string // the copy of examples/demo
	outputs outputs
}

const (
	tokenFile = "token.jwt"
	planFile  = "demo.tfplan"
)

// perform runs the steps, and stops at the first that fails.
func (d *demo) perform(ctx context.Context) error {
	defer func() {
		if d.scene != nil {
			d.scene.server.Close()
		}
	}()
	steps := []struct {
		name func() string
		do   func(context.Context) (note string, err error)
	}{
		{named("find Terraform or OpenTofu"), d.find},
		{named("build the provider"), d.build},
		{named("start an issuer and an STS"), d.start},
		{d.command("init"), d.init},
		{d.command("plan"), d.plan},
		{d.command("apply"), d.apply},
		{named("check the credentials"), d.check},
		{named("ask for a role too many"), d.askTooMuch},
	}
	for _, step := range steps {
		if err := d.screen.step(step.name(), func() (string, error) { return step.do(ctx) }); err != nil {
			return err
		}
	}
	return nil
}

func named(name string) func() string { return func() string { return name } }

// command names a step after the command that it runs, which is known when the CLI is.
func (d *demo) command(name string) func() string {
	return func() string { return strings.TrimSuffix(filepath.Base(d.cli.Path), ".exe") + " " + name }
}

// secrets are what no output may show.
func (d *demo) secrets() []secret.Text {
	if d.scene == nil {
		return nil
	}
	return []secret.Text{d.scene.token}
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
	if err := d.cli.Mirror(terraformcli.ConsumerAddress, terraformcli.ConsumerVersion, executables.Consumer); err != nil {
		return "", err
	}
	d.folder = d.workspace.Path("demo")
	return "and one that uses its credentials", terraformcli.CopyConfiguration(filepath.Join(root, "examples", "demo"), d.folder)
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

func (d *demo) init(ctx context.Context) (string, error) {
	_, err := d.cli.Run(ctx, d.folder, "init", "-no-color")
	return "", err
}

func (d *demo) plan(ctx context.Context) (string, error) {
	_, err := d.cli.Run(ctx, d.folder, d.planArguments(production.roleARN, "-out="+planFile)...)
	return "the token is traded in here", err
}

func (d *demo) planArguments(productionRoleARN string, further ...string) []string {
	return append([]string{
		"plan", "-no-color", "-input=false",
		"-var=sts_endpoint=" + d.scene.server.URL(),
		"-var=web_identity_token_file=" + d.workspace.Path(tokenFile),
		"-var=production_role_arn=" + productionRoleARN,
		"-var=shared_role_arn=" + shared.roleARN,
	}, further...)
}

func (d *demo) apply(ctx context.Context) (string, error) {
	_, err := d.cli.Run(ctx, d.folder, "apply", "-no-color", "-input=false", planFile)
	return "", err
}

// check holds what the CLI has as outputs, and what STS has seen, against what the scene was built for.
func (d *demo) check(ctx context.Context) (string, error) {
	text, err := d.cli.Run(ctx, d.folder, "output", "-no-color", "-json")
	if err != nil {
		return "", err
	}
	d.outputs, err = parseOutputs(text)
	if err != nil {
		return "", err
	}
	if err := checkOutputs(d.outputs, time.Now()); err != nil {
		return "", err
	}
	if err := checkRequests(d.scene.server.Requests()); err != nil {
		return "", err
	}
	return "both accounts know them", d.scene.unexpectedRequests()
}

// askTooMuch shows that STS really looks: a plan for a role whose trust policy admits another subject must fail, and for
// that reason.
func (d *demo) askTooMuch(ctx context.Context) (string, error) {
	_, err := d.cli.Run(ctx, d.folder, d.planArguments(breakGlassARN)...)
	if err == nil {
		return "", fmt.Errorf("STS gave a session for %s, although its trust policy doesn't admit the token", breakGlassARN)
	}
	failure, ok := errors.AsType[*terraformcli.CommandError](err)
	if ctx.Err() != nil || !ok {
		return "", err
	}
	if !wasRefused(d.scene.server.Requests(), breakGlassARN) || !strings.Contains(failure.Output, accessDenied) {
		return "", fmt.Errorf("the plan failed, but not because STS refuses the role: %w", err)
	}
	return "refused", nil
}

func (d *demo) report() report {
	return report{now: time.Now(), claims: d.scene.claims, outputs: d.outputs, cli: d.cli}
}
