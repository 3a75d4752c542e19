package terraformcli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const modulePath = "github.com/webidentity/terraform-provider-sts"

// The versions under which what was built stands in the mirror.
const (
	ProviderVersion = "0.1.0"
	ConsumerVersion = "0.0.1"
)

// Executables are the paths of what Build built.
type Executables struct {
	STS      string // this repository's provider
	Consumer string // the stand-in for hashicorp/aws
}

// Build builds both providers for the CLI's platform, from the source tree whose root is given: see SourceRoot. The
// error is a *CommandError when the compiler refuses.
func (c *CLI) Build(ctx context.Context, root string) (Executables, error) {
	goos, goarch, _ := strings.Cut(c.Platform, "_")
	folder := c.workspace.Path(buildFolder)
	// The user's own environment: it says where modules and what was compiled before are kept, and where modules are
	// fetched.
	environment := append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "GOTMPDIR="+c.workspace.Path(tempFolder))
	// Whatever the user's GOFLAGS say, a build doesn't change go.mod.
	_, err := run(
		ctx,
		root,
		environment,
		"go",
		"build",
		"-mod=readonly",
		"-trimpath",
		"-ldflags",
		"-s -w -X main.version="+ProviderVersion,
		"-o",
		folder+string(filepath.Separator),
		".",
		"./internal/testing/consumer/terraform-provider-aws",
	)
	if err != nil {
		return Executables{}, err
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	return Executables{
		STS:      filepath.Join(folder, "terraform-provider-sts"+suffix),
		Consumer: filepath.Join(folder, "terraform-provider-aws"+suffix),
	}, nil
}

// SourceRoot is the root of this repository's tree, in which or below which the program runs.
func SourceRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		ours, err := isRoot(folder)
		if err != nil || ours {
			return folder, err
		}
		if parent := filepath.Dir(folder); parent != folder {
			folder = parent
			continue
		}
		return "", fmt.Errorf("this needs the source tree of %s: run it there", modulePath)
	}
}

func isRoot(folder string) (bool, error) {
	file, err := os.Open(filepath.Join(folder, "go.mod"))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "module "+modulePath {
			return true, nil
		}
	}
	return false, lines.Err()
}
