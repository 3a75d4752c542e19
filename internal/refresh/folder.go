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
	// folderPrefix starts the name of a server's folder. It is short, for a socket's path is.
	folderPrefix = "terraform-sts-"

	// folderRandom is how many random bytes follow the prefix, in hex.
	folderRandom = 4

	// socketPathMost is how many bytes the path of a socket may have: 104 on macOS and the BSDs, 108 on Linux, with a
	// null byte.
	socketPathMost = 103
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

// places are the base folders to try: the one for temporary files, and others for when a socket's path in it would be
// too long or a shell would interpret it.
func places() []string {
	found := []string{filepath.Clean(os.TempDir())}
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); runtime != "" {
		found = append(found, filepath.Clean(runtime))
	}
	// the last of them is on Linux, in containers too whose /tmp is everybody's
	return append(found, "/tmp", "/var/tmp", "/dev/shm")
}

// settle makes the folder and what is in it, in the first place that will do.
func settle(places []string, executable string) (folder, *net.UnixListener, error) {
	var reasons []string
	for index, place := range places {
		if slices.Contains(places[:index], place) {
			continue
		}
		home, listener, err := furnish(place, executable)
		if err == nil {
			return home, listener, nil
		}
		reasons = append(reasons, fmt.Sprintf("- %q: %s", place, err))
	}
	return "", nil, fmt.Errorf("no folder for temporary files can hold the socket of refreshable credentials:\n%s\n"+
		"Set TMPDIR to a folder of your own, with a path of at most %d letters, digits, dots, dashes, underscores "+
		"and slashes",
		strings.Join(reasons, "\n"), placeMost)
}

// furnish makes a folder in a place, with the program, the socket and the shared files. On failure it leaves nothing
// behind.
func furnish(place, executable string) (folder, *net.UnixListener, error) {
	resolved, err := resolve(place)
	if err != nil {
		return "", nil, err
	}
	home, err := makeFolder(resolved)
	if err != nil {
		return "", nil, err
	}
	listener, err := fill(home, executable)
	if err != nil {
		_ = os.RemoveAll(string(home))
		return "", nil, err
	}
	return home, listener, nil
}

// fill puts the program, the socket and the shared files into a new folder.
func fill(home folder, executable string) (*net.UnixListener, error) {
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
func makeFolder(place string) (folder, error) {
	for {
		random := make([]byte, folderRandom)
		_, _ = rand.Read(random) // never fails
		home := filepath.Join(place, folderPrefix+hex.EncodeToString(random))
		err := os.Mkdir(home, 0o700)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return folder(home), err
	}
}

// checkFolder tells whether what was made is what was asked for: some file systems have no owners or permissions.
func checkFolder(home folder) error {
	info, err := os.Lstat(string(home))
	if err != nil {
		return err
	}
	if !private(info) {
		return fmt.Errorf("a folder made there isn't its owner's alone (%s)", info.Mode())
	}
	return nil
}

// private tells whether info is a folder of this user's that nobody else may enter.
func private(info fs.FileInfo) bool {
	owner, known := ownerOf(info)
	return info.IsDir() && info.Mode().Perm() == 0o700 && known && owner == os.Geteuid()
}

// folderName is what the names of servers' folders look like.
var folderName = regexp.MustCompile(fmt.Sprintf(`^%s[0-9a-f]{%d}$`, folderPrefix, 2*folderRandom))
