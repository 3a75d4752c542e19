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

// sweep removes the folders of this user's servers that were killed. It does what it can: there is nothing secret in
// them.
func sweep(places []string, now time.Time) {
	for _, place := range places {
		// In a place where others may replace a folder, one might be replaced by a link between the look and the
		// removal.
		place, err := resolve(place)
		if err != nil {
			continue
		}
		entries, err := os.ReadDir(place)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			home := folder(filepath.Join(place, entry.Name()))
			if folderName.MatchString(entry.Name()) && abandoned(home, now) {
				remove(home)
			}
		}
	}
}

// abandoned tells whether a folder is an old one of this user's whose server is gone.
func abandoned(home folder, now time.Time) bool {
	info, err := os.Lstat(string(home))
	return err == nil && private(info) && now.Sub(info.ModTime()) > sweepAge && !alive(home.socket())
}

// alive tells whether a process has the socket open, without its noticing: a connection of the wrong type isn't let in,
// but it is refused in another way than where nobody listens. Whatever else goes wrong counts as alive.
func alive(socket string) bool {
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
