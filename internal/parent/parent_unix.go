//go:build unix

package parent

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// interval is how often to look for another parent. Unix has no portable way to be told.
const interval = time.Second

// outputs are standard output and standard error: pipes whose other ends Terraform has.
var outputs = []int32{1, 2}

// awaitEnd looks for another parent, which an orphan is given to, and for a pipe without a reader. The latter also
// shows if the parent ended before this process could look, or if a shell is in between.
func awaitEnd() {
	for parent := os.Getppid(); os.Getppid() == parent; {
		if hasNoReader(interval) {
			return
		}
	}
}

// hasNoReader waits until one of the outputs is a pipe that nobody reads, and reports whether that happened in time.
func hasNoReader(timeout time.Duration) bool {
	deadline := time.Now().Add(timeout)
	polled := make([]unix.PollFd, len(outputs))
	for n, descriptor := range outputs {
		polled[n].Fd = descriptor // of which no event is asked for: an error shows anyway
	}
	_, err := unix.Poll(polled, int(timeout.Milliseconds()))
	for _, output := range polled {
		if err == nil && output.Revents&(unix.POLLERR|unix.POLLHUP) != 0 {
			return true
		}
	}
	time.Sleep(time.Until(deadline)) // a closed descriptor or a signal ends Poll early
	return false
}
