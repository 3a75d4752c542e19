//go:build !linux && !darwin && !freebsd

package refresh

import "net"

// sameUser can't tell here who is at the other end: the folder's permissions keep others out.
func sameUser(*net.UnixConn) bool { return true }
