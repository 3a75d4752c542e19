//go:build unix

package refresh

import (
	"io/fs"
	"syscall"
)

// supported tells whether the system has what a Server needs.
const supported = true

// ownerOf is the user ID of a file's owner, if known.
func ownerOf(info fs.FileInfo) (uid int, known bool) {
	status, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return 0, false
	}
	return int(status.Uid), true
}
