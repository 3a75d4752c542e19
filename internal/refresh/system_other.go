//go:build !unix

package refresh

import "io/fs"

// supported reports whether the system has what a Server needs. Windows has Unix sockets, but os.Mkdir makes no private
// folder there, and nothing here checks who is at a socket's other end.
const supported = false

// ownerOf is the user ID of a file's owner, which isn't known here.
func ownerOf(fs.FileInfo) (uid int, known bool) { return 0, false }
