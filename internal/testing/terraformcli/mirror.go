package terraformcli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Mirror puts a provider's executable into the workspace's mirror, under an address and a version. An executable may
// stand under several.
func (c *CLI) Mirror(address Address, version, executable string) error {
	folder, err := c.workspace.Folder(mirrorFolder, address.Host, address.Namespace, address.Type, version, c.Platform)
	if err != nil {
		return err
	}
	// The CLI starts the file whose name is made of the address's last part, whatever it was called when it was built.
	target := filepath.Join(
		folder,
		fmt.Sprintf("terraform-provider-%s_v%s%s", address.Type, version, filepath.Ext(executable)),
	)
	if err := os.Link(executable, target); err == nil {
		return nil
	}
	// Not every file system has hard links.
	return copyFile(executable, target, 0o700)
}

func copyFile(source, target string, mode os.FileMode) (err error) {
	from, err := os.Open(source)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	to, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	_, err = io.Copy(to, from)
	return err
}

// AllowDownloads has the CLI fetch what isn't among the mirrored addresses from where it is published, once for all
// configurations of the workspace. Before it is called, the mirror is all there is.
func (c *CLI) AllowDownloads(mirrored ...Address) error {
	return c.workspace.writeConfig(
		mirrorAndDownloads(c.workspace.Path(mirrorFolder), c.workspace.Path(cacheFolder), mirrored),
	)
}

// ForbidDownloads has the CLI install from the mirror alone again.
func (c *CLI) ForbidDownloads() error {
	return c.workspace.writeConfig(mirrorOnly(c.workspace.Path(mirrorFolder)))
}

func mirrorOnly(mirror string) string {
	return fmt.Sprintf(`disable_checkpoint = true

provider_installation {
  filesystem_mirror {
    path = %s
  }
}
`, quoted(mirror))
}

// mirrorAndDownloads keeps a cache of what was downloaded, although there are no lock files that would vouch for it: a
// provider of hundreds of megabytes isn't fetched for each configuration.
func mirrorAndDownloads(mirror, cache string, mirrored []Address) string {
	names := make([]string, 0, len(mirrored))
	for _, address := range mirrored {
		names = append(names, quoted(address.String()))
	}
	list := strings.Join(names, ", ")
	return fmt.Sprintf(`disable_checkpoint = true

plugin_cache_dir                            = %s
plugin_cache_may_break_dependency_lock_file = true

provider_installation {
  filesystem_mirror {
    path    = %s
    include = [%s]
  }
  direct {
    exclude = [%s]
  }
}
`, quoted(cache), quoted(mirror), list, list)
}

// quoted is a path or an address as a string of HCL. Forward slashes work on every system, and need no escape.
func quoted(text string) string {
	return fmt.Sprintf("%q", filepath.ToSlash(text))
}
