package terraformcli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Interruptible is a context that ends when somebody wants the program to end: by Ctrl-C, by closing the terminal, or
// by closing the pipe that it writes to. Any of these would otherwise end it before it has removed its workspace. stop
// restores what was.
func Interruptible(parent context.Context) (ctx context.Context, stop context.CancelFunc) {
	return signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
}
