package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// bench is what examples are checked with.
type bench struct {
	workspace   *terraformcli.Workspace
	cli         *terraformcli.CLI
	executables terraformcli.Executables
	sts         terraformcli.Address

	// mirrored are the providers that need no download.
	mirrored []terraformcli.Address
	// standIn is true if nothing can be downloaded, and the consumer replaces hashicorp/aws.
	standIn bool
	// awsNote says which aws provider is used.
	awsNote string
}

// newBench finds a CLI, and builds the providers into its mirror.
func newBench(ctx context.Context, workspace *terraformcli.Workspace, root string) (*bench, error) {
	cli, err := terraformcli.Find(ctx, workspace)
	if err != nil {
		return nil, err
	}
	b := &bench{workspace: workspace, cli: cli}
	if b.sts, err = terraformcli.STSAddress(); err != nil {
		return nil, err
	}
	if b.executables, err = cli.Build(ctx, root); err != nil {
		return nil, err
	}
	if err := b.mirror(b.sts, terraformcli.ProviderVersion, b.executables.STS); err != nil {
		return nil, err
	}
	if err := b.mirror(terraformcli.ConsumerAddress, terraformcli.ConsumerVersion, b.executables.Consumer); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *bench) mirror(address terraformcli.Address, version, executable string) error {
	b.mirrored = append(b.mirrored, address)
	return b.cli.Mirror(address, version, executable)
}

// probe is a configuration that needs hashicorp/aws and nothing else.
const probe = `terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
`

// installedAWS is how a CLI says which version it has installed.
var installedAWS = regexp.MustCompile(`(?i)(?:installed|using) hashicorp/aws (v\S+)`)

// chooseAWS tries to download hashicorp/aws. If that works, other vendors' providers can be downloaded, too, and an
// example with a missing provider is wrong. If it fails, the stand-in replaces hashicorp/aws.
func (b *bench) chooseAWS(ctx context.Context) error {
	if err := b.cli.AllowDownloads(b.mirrored...); err != nil {
		return err
	}
	folder, err := b.workspace.Folder("probe")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "main.tf"), []byte(probe), 0o600); err != nil {
		return err
	}
	output, err := b.cli.Run(ctx, folder, "init", "-no-color", "-input=false", "-backend=false")
	if ctx.Err() != nil {
		return err
	}
	if err != nil {
		return b.useStandIn()
	}
	b.awsNote = "hashicorp/aws as it is published"
	if match := installedAWS.FindStringSubmatch(output); match != nil {
		b.awsNote = fmt.Sprintf("hashicorp/aws %s", match[1])
	}
	return nil
}

// standInVersions fit what a configuration may ask for: one major version, or at least some version.
var standInVersions = []string{"4.999.0", "5.999.0", "6.999.0", "99.0.0"}

// useStandIn puts the consumer in the place of hashicorp/aws, wherever Terraform and OpenTofu look for it.
func (b *bench) useStandIn() error {
	b.standIn = true
	b.awsNote = "a stand-in for hashicorp/aws, which can't be downloaded here (its arguments are those in " +
		"internal/testing/consumer)"
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		for _, version := range standInVersions {
			address := terraformcli.Address{Host: host, Namespace: "hashicorp", Type: "aws"}
			if err := b.mirror(address, version, b.executables.Consumer); err != nil {
				return err
			}
		}
	}
	return b.cli.ForbidDownloads()
}
