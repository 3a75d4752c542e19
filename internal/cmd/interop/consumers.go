package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// consumer is a provider that uses the credentials in an aliased block. Templates read its fields.
type consumer struct {
	Name    string // local name, and prefix of the types
	Source  string // source address
	Version string
	Extra   string // further arguments of the provider block
}

// extraArguments turn off calls that have no endpoint on loopback, and limit the retries of a call that fails.
var extraArguments = map[string]string{
	awsutilsPin: "skip_get_ec2_platforms = true\n  max_retries = 2",
	awsPin:      "skip_metadata_api_check = true\n  max_retries = 2",
}

// downloadTimeout is for hundreds of megabytes. A registry that this machine can't reach is noticed at once.
const downloadTimeout = 10 * time.Minute

// givenAddress is where the mirror has an executable that -use names.
func givenAddress(name string) terraformcli.Address {
	return terraformcli.Address{Host: "terraform.local", Namespace: "given", Type: name}
}

// consumerFor is the provider of a pin. The CLI downloads it once.
func (b *bench) consumerFor(ctx context.Context, name string) (consumer, error) {
	if b.consumers[name] == nil {
		b.consumers[name] = &once[consumer]{}
	}
	return b.consumers[name].get(func() (consumer, error) { return b.getConsumer(ctx, name) })
}

func (b *bench) getConsumer(ctx context.Context, name string) (consumer, error) {
	p := b.pins[name]
	c := consumer{Name: name, Source: p.source, Version: p.version, Extra: extraArguments[name]}
	if given := b.options.given[name]; given != "" {
		c.Source = givenAddress(name).String()
		b.say("using    %s (-use)", moduleVersion(given))
		return c, nil
	}
	return c, b.download(ctx, c)
}

// download has the CLI download the provider in a time limit. Later runs take it from the CLI's cache.
func (b *bench) download(ctx context.Context, c consumer) error {
	b.say("downloading %s %s", c.Source, c.Version)
	folder, err := b.workspace.Folder("download", c.Name)
	if err != nil {
		return err
	}
	if err := write(filepath.Join(folder, "main.tf"), "requirement.tf.tmpl", configuration{Consumer: c}); err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, downloadTimeout)
	defer cancel()
	_, err = b.cli.Run(limited, folder, "init", "-no-color")
	if err == nil || ctx.Err() != nil {
		b.say("using    %s %s", c.Source, c.Version)
		return err
	}
	reason := err.Error()
	if command, ok := errors.AsType[*terraformcli.CommandError](err); ok {
		reason = firstError(command.Output)
	}
	return &unavailableError{
		what: fmt.Sprintf("%s %s can't be downloaded: %s", c.Source, c.Version, reason),
		remedy: fmt.Sprintf(
			"Let this machine reach the provider's registry, or name an executable of the provider with -use %s=PATH.",
			c.Name,
		),
	}
}
