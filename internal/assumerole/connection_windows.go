package assumerole

import "golang.org/x/sys/windows"

// Windows returns its own numbers. The ones with these names in the package syscall are invented.
const (
	errRefused = windows.WSAECONNREFUSED
	errReset   = windows.WSAECONNRESET
)
