//go:build !linux

package refresh

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

var errReplaced = errors.New("the provider's executable was moved or replaced since this run started, so it can't " +
	"answer with refreshable credentials. Run Terraform again")

// startedFile is the program's file when the process started.
var startedFile = func() fs.FileInfo {
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return info
}()

// RunningExecutable is the path of the program that this process runs. It is an error if another file is there now.
func RunningExecutable() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil || startedFile == nil || !os.SameFile(info, startedFile) ||
		!info.ModTime().Equal(startedFile.ModTime()) {
		return "", errReplaced
	}
	return path, nil
}

// placingMutex keeps two sessions from copying at once.
var placingMutex sync.Mutex

// placeProgram puts the program itself into a session's folder, so that a later change at its path doesn't matter. It
// makes a hard link if possible, and a copy if not.
func placeProgram(executable, target string) (err error) {
	placingMutex.Lock()
	defer placingMutex.Unlock()
	resolved, err := filepath.EvalSymlinks(executable)
	if err != nil {
		return err
	}
	source, err := os.Open(resolved) //nolint:gosec // this program's own file
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	opened, err := source.Stat()
	if err != nil {
		return err
	}
	if os.Link(resolved, target) == nil {
		if linked, err := os.Lstat(target); err == nil && os.SameFile(linked, opened) {
			return nil
		}
		if err := os.Remove(target); err != nil {
			return err
		}
	}
	copied, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o700) //nolint:gosec // it is to be executed
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	_, err = io.Copy(copied, source)
	return err
}
