package refresh

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// placeMost is how many bytes the path of a base folder may have, for the socket's path to be short enough.
const placeMost = socketPathMost - len("/"+folderPrefix) - 2*folderRandom - len("/s")

// resolve gives a base folder's path without symbolic links, which their owners could turn elsewhere, or tells why it
// won't do: a socket's path must be short, the config file's command goes through shells, and nobody else may replace
// the folder that is made in it, nor any folder above.
func resolve(place string) (string, error) {
	if !filepath.IsAbs(place) {
		return "", errors.New("its path isn't absolute")
	}
	resolved, err := filepath.EvalSymlinks(place)
	if err != nil {
		return "", err
	}
	return resolved, checkPlace(resolved)
}

func checkPlace(place string) error {
	switch {
	case strings.ContainsFunc(place, interpreted):
		return errors.New("its path has a character that a shell or an SDK would interpret")
	case len(place) > placeMost:
		return fmt.Errorf("its path has %d bytes, and a socket's path leaves room for %d", len(place), placeMost)
	}
	info, err := os.Stat(place)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("it isn't a folder")
	}
	if err := checkSharing(info); err != nil {
		return fmt.Errorf("it %w", err)
	}
	for above := filepath.Dir(place); ; above = filepath.Dir(above) {
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

// interpreted tells whether a character may mean something in a shell, in a config file, or to what splits a command.
func interpreted(character rune) bool {
	switch {
	case character >= 'a' && character <= 'z',
		character >= 'A' && character <= 'Z',
		character >= '0' && character <= '9':
		return false
	}
	return !strings.ContainsRune("._/-", character)
}

// checkSharing tells whether others could put another folder in place of one that is made in there: its owner could,
// and everyone who may write to it, unless the sticky bit keeps them from it.
func checkSharing(info os.FileInfo) error {
	owner, known := ownerOf(info)
	if !known || owner != os.Geteuid() && owner != 0 {
		return errors.New("belongs to another user, who could replace what is in it")
	}
	if info.Mode().Perm()&0o022 != 0 && info.Mode()&os.ModeSticky == 0 {
		return errors.New("may be written to by other users and has no sticky bit, so they could replace what is in it")
	}
	return nil
}
