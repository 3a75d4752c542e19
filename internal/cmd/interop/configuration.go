package main

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"text/template"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// region is in all configurations. No server depends on it.
const region = "us-east-1"

//go:embed configurations
var configurations embed.FS

// templates are the configurations. `quote` writes a string of HCL.
var templates = template.Must(
	template.New("").Funcs(template.FuncMap{"quote": strconv.Quote}).ParseFS(configurations, "configurations/*.tmpl"),
)

// configuration is what the templates need. Each has a block that makes the exchange.
type configuration struct {
	Source      string // of this project's provider. apply sets it
	Endpoint    string
	RoleARN     string
	HopARN      string // of a further role; empty: none
	TokenFile   string
	Refreshable bool // an ephemeral resource with a profile, instead of a data source with keys

	Bucket   string
	Consumer consumer
	Command  string // prints the credentials or the identity that it uses
	Wait     int    // between two uses of the credentials, in seconds
}

// Session is the address of the block that makes the exchange.
func (c configuration) Session() string {
	if c.Refreshable {
		return "ephemeral.sts_assume_role_with_web_identity.session"
	}
	return "data.sts_assume_role_with_web_identity.session"
}

// applyTimeout is for one configuration, with the waits in it.
const applyTimeout = 5 * time.Minute

// apply applies a template in a new folder, and returns the outputs. It ends a CLI that takes too long.
func (b *bench) apply(
	ctx context.Context,
	cli *terraformcli.CLI,
	name string,
	c configuration,
) (map[string]string, error) {
	if c.Refreshable {
		if err := b.ephemeral(); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, applyTimeout)
	defer cancel()
	b.runs++
	folder, err := b.workspace.Folder("run", strconv.Itoa(b.runs))
	if err != nil {
		return nil, err
	}
	c.Source = b.address.String()
	if err := write(filepath.Join(folder, "main.tf"), name, c); err != nil {
		return nil, err
	}
	if _, err := cli.Run(ctx, folder, "init", "-no-color"); err != nil {
		return nil, err
	}
	if _, err := cli.Run(ctx, folder, "apply", "-no-color", "-auto-approve"); err != nil {
		return nil, err
	}
	text, err := cli.Run(ctx, folder, "output", "-no-color", "-json")
	if err != nil {
		return nil, err
	}
	return parseOutputs(text)
}

func write(path, name string, c configuration) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	return templates.ExecuteTemplate(file, name, c)
}

// parseOutputs reads what the command `output -json` writes. All outputs are strings.
func parseOutputs(text string) (map[string]string, error) {
	var document map[string]struct{ Value string }
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return nil, fmt.Errorf("reading the outputs: %w", err)
	}
	outputs := make(map[string]string, len(document))
	for name, output := range document {
		outputs[name] = output.Value
	}
	return outputs, nil
}
