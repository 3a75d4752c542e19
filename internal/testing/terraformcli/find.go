package terraformcli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// PathVariable names the environment variable that says which CLI to use; terraform-plugin-testing reads the same one.
const PathVariable = "TF_ACC_TERRAFORM_PATH"

// CLI is a Terraform or OpenTofu that runs in a workspace. Its methods may be called concurrently.
type CLI struct {
	Path       string // absolute
	Product    string // Terraform or OpenTofu
	Version    string // such as 1.11.4
	Platform   string // such as linux_amd64: not always ours, an emulated CLI wants emulated providers
	Downloaded bool   // whether it was downloaded just now, and stays in the user's cache

	workspace   *Workspace
	environment []string
}

// Find looks for a CLI: the one that TF_ACC_TERRAFORM_PATH names, or terraform on the PATH, or tofu on the PATH, or a
// Terraform that it downloads, verifies and keeps in the user's cache folder. One on the PATH that doesn't run without
// the user's settings, or is too old, is passed over.
func Find(ctx context.Context, w *Workspace) (*CLI, error) {
	if path := os.Getenv(PathVariable); path != "" {
		cli, err := w.open(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("%s names %s: %w", PathVariable, path, err)
		}
		return cli, nil
	}
	var passedOver []error
	for _, name := range []string{"terraform", "tofu"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		cli, err := w.open(ctx, path)
		if err == nil || ctx.Err() != nil {
			return cli, err
		}
		passedOver = append(passedOver, fmt.Errorf("%s was passed over: %w", path, err))
	}
	cli, err := w.openDownloaded(ctx)
	if err != nil {
		return nil, errors.Join(append(passedOver, err)...)
	}
	return cli, nil
}

func (w *Workspace) openDownloaded(ctx context.Context) (*CLI, error) {
	path, downloaded, err := install(ctx)
	if err != nil {
		return nil, fmt.Errorf("there is no terraform and no tofu to run, and Terraform %s can't be downloaded "+
			"(install one, or name one in %s): %w",
			downloadedVersion, PathVariable, err)
	}
	cli, err := w.open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("%s, which was downloaded: %w", path, err)
	}
	cli.Downloaded = downloaded
	return cli, nil
}

// open asks a CLI what it is.
func (w *Workspace) open(ctx context.Context, path string) (*CLI, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	cli := &CLI{Path: path, workspace: w, environment: w.environment(os.Environ())}
	output, err := cli.Run(ctx, w.Path(homeFolder), "version")
	if err != nil {
		return nil, err
	}
	if err := cli.identify(output); err != nil {
		return nil, err
	}
	return cli, nil
}

// versionOutput is how both CLIs begin what they answer to the command version, on two lines.
var versionOutput = regexp.MustCompile(`^(Terraform|OpenTofu) v((\d+)\.(\d+)\S*)\s+on (\w+)`)

// The oldest Terraform that keeps the credentials out of its output is 1.1. OpenTofu began with 1.6.
const oldestMajor, oldestMinor = 1, 1

func (c *CLI) identify(output string) error {
	match := versionOutput.FindStringSubmatch(output)
	if match == nil {
		return errors.New("it doesn't answer `version` as Terraform and OpenTofu do")
	}
	c.Product, c.Version, c.Platform = match[1], match[2], match[5]
	major, majorErr := strconv.Atoi(match[3])
	minor, minorErr := strconv.Atoi(match[4])
	if majorErr != nil || minorErr != nil || major < oldestMajor || major == oldestMajor && minor < oldestMinor {
		return fmt.Errorf(
			"it is %s %s; %d.%d is the oldest that this provider supports",
			c.Product,
			c.Version,
			oldestMajor,
			oldestMinor,
		)
	}
	return nil
}
