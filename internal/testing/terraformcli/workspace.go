// Package terraformcli runs a real Terraform or OpenTofu, with the providers of this repository, in a temporary folder
// and in an environment of its own: nothing that the user has configured comes in, and nothing goes out. It is for the
// demo and for the check of the examples, and has no part in the product.
package terraformcli

import (
	"fmt"
	"os"
	"path/filepath"
)

// Workspace is a temporary folder that holds everything a run needs and makes: the providers, the CLI's configuration,
// its home and its temporary files.
type Workspace struct {
	root string
}

// The folders and files that a workspace always has.
const (
	homeFolder   = "home"
	tempFolder   = "tmp"
	mirrorFolder = "mirror"
	buildFolder  = "build"
	cacheFolder  = "cache"
	configFile   = "cli.tfrc"
)

// NewWorkspace makes a workspace that only this user can read. Its CLI configuration installs from an empty mirror.
func NewWorkspace() (*Workspace, error) {
	// The name is short: Terraform's providers make Unix sockets below it, whose paths may have about 104 characters.
	root, err := os.MkdirTemp("", "sts-*")
	if err != nil {
		return nil, fmt.Errorf("making a temporary folder: %w", err)
	}
	w := &Workspace{root: root}
	if err := w.fill(); err != nil {
		_ = w.Remove()
		return nil, err
	}
	return w, nil
}

func (w *Workspace) fill() error {
	for _, name := range []string{homeFolder, tempFolder, mirrorFolder, buildFolder, cacheFolder} {
		if _, err := w.Folder(name); err != nil {
			return err
		}
	}
	return w.writeConfig(mirrorOnly(w.Path(mirrorFolder)))
}

// Path joins a path below the workspace.
func (w *Workspace) Path(elements ...string) string {
	return filepath.Join(append([]string{w.root}, elements...)...)
}

// Folder makes a folder below the workspace, with those above it, and answers its path.
func (w *Workspace) Folder(elements ...string) (string, error) {
	path := w.Path(elements...)
	return path, os.MkdirAll(path, 0o700)
}

// Remove deletes the workspace with all that is in it.
func (w *Workspace) Remove() error {
	return os.RemoveAll(w.root)
}

func (w *Workspace) writeConfig(text string) error {
	return os.WriteFile(w.Path(configFile), []byte(text), 0o600)
}
