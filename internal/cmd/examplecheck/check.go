package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// check validates one example, in its copy below the folder. The error is for what isn't the example's fault.
func (b *bench) check(ctx context.Context, folder, example string) (result, error) {
	checked, err := b.validate(ctx, filepath.Join(folder, filepath.FromSlash(example)))
	checked.example = example
	if failure, ok := errors.AsType[*terraformcli.CommandError](err); ok && ctx.Err() == nil {
		checked.verdict, checked.reason, checked.output = failed, failure.Command, failure.Output
		err = nil
	}
	return checked, err
}

// validate takes an example as far as what it needs is at hand. A *CommandError is a CLI that refuses the example.
func (b *bench) validate(ctx context.Context, folder string) (result, error) {
	if b.cli.Product != "OpenTofu" && !hasFiles(folder, ".tf") {
		return result{verdict: notValidated, reason: "needs OpenTofu"}, nil
	}
	if _, err := b.cli.Run(ctx, folder, "get", "-no-color"); err != nil {
		return result{}, err
	}
	// This reads the whole configuration, so that its syntax is right from here on.
	output, err := b.providers(ctx, folder)
	if err != nil {
		return result{}, err
	}
	addresses, err := neededProviders(output)
	if err != nil {
		return result{}, err
	}
	if stranger := b.otherSTS(addresses); stranger != "" {
		return result{verdict: failed, reason: stranger}, nil
	}
	if missing := b.missing(addresses); len(missing) > 0 {
		return result{verdict: notValidated, reason: "needs " + strings.Join(missing, " and ")}, nil
	}
	if _, err := b.cli.Run(ctx, folder, "init", "-no-color", "-input=false", "-backend=false"); err != nil {
		return result{}, err
	}
	return b.diagnose(ctx, folder)
}

// backendFile has only the backend of an example.
const backendFile = "backend.tf"

// providers runs the command `providers`. The command demands an initialized backend, which would need a server. So the
// file with the backend isn't there meanwhile.
func (b *bench) providers(ctx context.Context, folder string) (output string, err error) {
	file := filepath.Join(folder, backendFile)
	aside := file + ".aside"
	switch moved := os.Rename(file, aside); {
	case moved == nil:
		defer func() { err = errors.Join(err, os.Rename(aside, file)) }()
	case !errors.Is(moved, os.ErrNotExist):
		return "", moved
	}
	return b.cli.Run(ctx, folder, "providers", "-no-color")
}

// otherSTS says if the sts of an example is another provider, as without required_providers. A reader who copies the
// example would get a provider that somebody else published.
func (b *bench) otherSTS(addresses []terraformcli.Address) string {
	for _, address := range addresses {
		if address.Type == b.sts.Type && address != b.sts {
			return fmt.Sprintf("its sts is %s; required_providers must have sts with the source %q", address, b.sts)
		}
	}
	return ""
}

// missing names the providers that can't be had here. With downloads, none is: the CLI itself says what it can't get.
func (b *bench) missing(addresses []terraformcli.Address) []string {
	if !b.standIn {
		return nil
	}
	var names []string
	for _, address := range addresses {
		if !slices.Contains(b.mirrored, address) {
			names = append(names, shortName(address))
		}
	}
	return names
}

// validation is a part of what the command `validate -json` writes.
type validation struct {
	Diagnostics []struct {
		Severity string `json:"severity"`
		Summary  string `json:"summary"`
		Detail   string `json:"detail"`
		Snippet  struct {
			Context string `json:"context"`
		} `json:"snippet"`
	} `json:"diagnostics"`
}

// diagnose runs the validation itself.
func (b *bench) diagnose(ctx context.Context, folder string) (result, error) {
	_, err := b.cli.Run(ctx, folder, "validate", "-no-color")
	if err == nil {
		return result{verdict: valid}, nil
	}
	if !b.standIn || ctx.Err() != nil {
		return result{}, err
	}
	text, _ := b.cli.Run(ctx, folder, "validate", "-no-color", "-json") // fails again, for the same reason
	if blocks, ok := missingBlocks(text); ok {
		return result{
			verdict: notValidated,
			reason:  "needs the real hashicorp/aws for " + strings.Join(blocks, " and "),
		}, nil
	}
	return result{}, err
}

// missingBlocks names the blocks of resources that the stand-in doesn't have. It reports whether the configuration has
// only such errors.
func missingBlocks(output string) (blocks []string, only bool) {
	var validated validation
	if err := json.Unmarshal([]byte(output), &validated); err != nil {
		return nil, false
	}
	for _, diagnostic := range validated.Diagnostics {
		unknown := diagnostic.Summary == "Invalid resource type" || diagnostic.Summary == "Invalid data source"
		switch {
		case diagnostic.Severity != "error":
		case unknown && strings.Contains(diagnostic.Detail, "hashicorp/aws"):
			blocks = append(blocks, cmp.Or(diagnostic.Snippet.Context, "what it has"))
		default:
			return nil, false
		}
	}
	return blocks, len(blocks) > 0
}
