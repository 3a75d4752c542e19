//go:build unix

package refresh

import (
	"io/fs"
	"syscall"
)

// supported reports whether the system has what a Server needs.
const supported = true

// ownerOf is the user ID of a file's owner, if known.
func ownerOf(info fs.FileInfo) (uid int, ok bool) {
	status, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(status.Uid), true
}
