//go:build !unix

package refresh

import "io/fs"

// supported reports whether the system has what a Server needs: a shell for links, private folders and who is at a
// socket's other end.
const supported = false

// ownerOf is the user ID of a file's owner, which isn't known here.
func ownerOf(fs.FileInfo) (uid int, known bool) { return 0, false }
