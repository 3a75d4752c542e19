package refresh

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// sweepAge is how old a folder must be to be swept: a younger one may be about to get its socket.
const sweepAge = time.Minute

// sweep removes the folders of this user's servers that were killed. It ignores errors, because the folders contain no
// secret.
func sweep(bases []string, now time.Time) {
	for _, base := range bases {
		// If others can replace a folder in this place, they could replace it with a link between the check and the
		// removal.
		base, err := resolveBase(base)
		if err != nil {
			continue
		}
		entries, err := os.ReadDir(base)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			home := folder(filepath.Join(base, entry.Name()))
			if folderName.MatchString(entry.Name()) && isAbandoned(home, now) {
				remove(home)
			}
		}
	}
}

// isAbandoned reports whether a folder belongs to this user, is old, and has no running server.
func isAbandoned(home folder, now time.Time) bool {
	info, err := os.Lstat(string(home))
	return err == nil && isPrivate(info) && now.Sub(info.ModTime()) > sweepAge && !isAlive(home.socket())
}

// isAlive reports whether a process has the socket open. The process doesn't notice the check, because the connection
// has the wrong type. The error differs from the error if no process listens. Any other error counts as alive.
func isAlive(socket string) bool {
	connection, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err == nil {
		_ = connection.Close()
		return true
	}
	return !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, fs.ErrNotExist)
}

// remove removes what a server puts into its folder, and then the folder if nothing else is in it. Links are removed,
// not followed.
func remove(home folder) {
	for _, path := range []string{home.socket(), home.config(), home.credentials(), home.program(), string(home)} {
		_ = os.Remove(path)
	}
}
