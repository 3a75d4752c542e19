package refresh

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// maxBasePath is the longest path of a base folder, in bytes. With a longer one, the socket's path would be too long.
const maxBasePath = maxSocketPath - len("/"+folderPrefix) - 2*folderRandom - len("/s")

// resolveBase gives a base folder's path without symbolic links, because the owner of a link could change its target.
// The error says why the folder is unsuitable. A socket's path must be short, and shells run the config file's command.
// Nobody else may be able to replace the folder that is made in it, or any folder above.
func resolveBase(base string) (string, error) {
	if !filepath.IsAbs(base) {
		return "", errors.New("its path isn't absolute")
	}
	resolved, err := filepath.EvalSymlinks(base)
	if err != nil {
		return "", err
	}
	return resolved, checkBase(resolved)
}

func checkBase(base string) error {
	switch {
	case strings.ContainsFunc(base, isInterpreted):
		return errors.New("its path has a character that a shell or an SDK would interpret")
	case len(base) > maxBasePath:
		return fmt.Errorf("its path has %d bytes, and a socket's path leaves room for %d", len(base), maxBasePath)
	}
	info, err := os.Stat(base)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("it isn't a folder")
	}
	if err := checkSharing(info); err != nil {
		return fmt.Errorf("it %w", err)
	}
	for above := filepath.Dir(base); ; above = filepath.Dir(above) {
		info, err := os.Lstat(above)
		if err == nil {
			err = checkSharing(info)
		}
		if err != nil {
			return fmt.Errorf("the folder %s above it %w", above, err)
		}
		if above == filepath.Dir(above) {
			return nil
		}
	}
}

// isInterpreted reports whether a character might have a meaning in a shell, in a config file, or for an SDK that
// splits a command.
func isInterpreted(character rune) bool {
	switch {
	case character >= 'a' && character <= 'z',
		character >= 'A' && character <= 'Z',
		character >= '0' && character <= '9':
		return false
	}
	return !strings.ContainsRune("._/-", character)
}

// checkSharing returns an error if other users could replace a folder in this one: its owner, and everyone who can
// write to it without a sticky bit.
func checkSharing(info os.FileInfo) error {
	owner, ok := ownerOf(info)
	if !ok || owner != os.Geteuid() && owner != 0 {
		return errors.New("belongs to another user, who could replace what is in it")
	}
	if info.Mode().Perm()&0o022 != 0 && info.Mode()&os.ModeSticky == 0 {
		return errors.New("may be written to by other users and has no sticky bit, so they could replace what is in it")
	}
	return nil
}
