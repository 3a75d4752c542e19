package refresh

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// isSameUser reports whether the process at the other end is of this process's user.
func isSameUser(connection *net.UnixConn) bool {
	raw, err := connection.SyscallConn()
	if err != nil {
		return false
	}
	same := false
	err = raw.Control(func(descriptor uintptr) {
		peer, err := unix.GetsockoptUcred(int(descriptor), unix.SOL_SOCKET, unix.SO_PEERCRED)
		same = err == nil && int(peer.Uid) == os.Geteuid()
	})
	return err == nil && same
}
