package terraformcli

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CopyConfiguration copies a folder with a configuration, those below it included, but nothing that a CLI has written
// there: a state, a lock file or installed providers of an earlier run would have a say in this one.
func CopyConfiguration(source, target string) error {
	return filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(source, path)
		if err != nil {
			return err
		}
		destination := filepath.Join(target, relative)
		switch {
		case entry.IsDir() && entry.Name() == ".terraform":
			return filepath.SkipDir
		case entry.IsDir():
			return os.MkdirAll(destination, 0o700)
		case entry.Name() == ".terraform.lock.hcl", strings.Contains(entry.Name(), ".tfstate"):
			return nil
		}
		return copyFile(path, destination, 0o600)
	})
}
