package refresh

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	// folderPrefix starts the name of a server's folder. It is short, because a socket's path must be short.
	folderPrefix = "terraform-sts-"

	// folderRandom is how many random bytes follow the prefix, in hex.
	folderRandom = 4

	// maxSocketPath is the longest path of a socket, in bytes. The system's limit is 104 on macOS and the BSDs, and
	// 108 on Linux, with a null byte.
	maxSocketPath = 103
)

// folder is the path of a server's private folder.
type folder string

func (f folder) config() string      { return filepath.Join(string(f), "config") }
func (f folder) credentials() string { return filepath.Join(string(f), "credentials") }
func (f folder) program() string     { return filepath.Join(string(f), "p") }
func (f folder) socket() string      { return filepath.Join(string(f), "s") }

// profile has the random part in common with the folder, so that one leads to the other.
func (f folder) profile() string {
	return "sts-" + strings.TrimPrefix(filepath.Base(string(f)), folderPrefix)
}

// content is a shared file in which the profile's section has a name: "profile NAME" in the config file, the bare name
// in the credentials file. Nothing in it is quoted: some SDKs run the command through a shell, some split it
// themselves, and some take quotes off, so the link and the folder have names that need none.
func (f folder) content(section string) []byte {
	return fmt.Appendf(nil, "[%s]\ncredential_process = %s %s %s\n", section, f.program(), Subcommand, f.socket())
}

// baseFolders are the base folders to try: the one for temporary files, and others if a socket's path in it would be
// too long, or if a shell would interpret the path.
func baseFolders() []string {
	folders := []string{filepath.Clean(os.TempDir())}
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); runtime != "" {
		folders = append(folders, filepath.Clean(runtime))
	}
	// Linux has /dev/shm, also in containers in which others can write to /tmp.
	return append(folders, "/tmp", "/var/tmp", "/dev/shm")
}

// createFolder makes the folder and its files in the first suitable place.
func createFolder(bases []string, executable string) (folder, *net.UnixListener, error) {
	var reasons []string
	for index, base := range bases {
		if slices.Contains(bases[:index], base) {
			continue
		}
		home, listener, err := createFolderIn(base, executable)
		if err == nil {
			return home, listener, nil
		}
		reasons = append(reasons, fmt.Sprintf("- %q: %s", base, err))
	}
	return "", nil, fmt.Errorf("no folder for temporary files can hold the socket of refreshable credentials:\n%s\n"+
		"Set TMPDIR to a folder of your own, with a path of at most %d letters, digits, dots, dashes, underscores "+
		"and slashes",
		strings.Join(reasons, "\n"), maxBasePath)
}

// createFolderIn makes a folder in a place, with the program, the socket and the shared files. If it fails, it removes
// the folder.
func createFolderIn(base, executable string) (folder, *net.UnixListener, error) {
	resolved, err := resolveBase(base)
	if err != nil {
		return "", nil, err
	}
	home, err := makeFolder(resolved)
	if err != nil {
		return "", nil, err
	}
	listener, err := fillFolder(home, executable)
	if err != nil {
		_ = os.RemoveAll(string(home))
		return "", nil, err
	}
	return home, listener, nil
}

// fillFolder puts the program, the socket and the shared files into a new folder.
func fillFolder(home folder, executable string) (*net.UnixListener, error) {
	if err := checkFolder(home); err != nil {
		return nil, err
	}
	if err := placeProgram(executable, home.program()); err != nil {
		return nil, err
	}
	for file, section := range map[string]string{
		home.config(): "profile " + home.profile(), home.credentials(): home.profile(),
	} {
		if err := os.WriteFile(file, home.content(section), 0o600); err != nil {
			return nil, err
		}
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: home.socket(), Net: "unix"})
	if err != nil {
		return nil, err
	}
	// The folder already keeps others out.
	if err := os.Chmod(home.socket(), 0o600); err != nil {
		_ = listener.Close()
		return nil, err
	}
	return listener, nil
}

// makeFolder makes a folder with a new name that only its owner may enter.
func makeFolder(base string) (folder, error) {
	for {
		random := make([]byte, folderRandom)
		_, _ = rand.Read(random) // never fails
		home := filepath.Join(base, folderPrefix+hex.EncodeToString(random))
		err := os.Mkdir(home, 0o700)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return folder(home), err
	}
}

// checkFolder returns an error if the new folder isn't private: some file systems have no owners or permissions.
func checkFolder(home folder) error {
	info, err := os.Lstat(string(home))
	if err != nil {
		return err
	}
	if !isPrivate(info) {
		return fmt.Errorf("a folder made there isn't its owner's alone (%s)", info.Mode())
	}
	return nil
}

// isPrivate reports whether info is of a folder that only this user can enter.
func isPrivate(info fs.FileInfo) bool {
	owner, ok := ownerOf(info)
	return info.IsDir() && info.Mode().Perm() == 0o700 && ok && owner == os.Geteuid()
}

// folderName is what the names of servers' folders look like.
var folderName = regexp.MustCompile(fmt.Sprintf(`^%s[0-9a-f]{%d}$`, folderPrefix, 2*folderRandom))
