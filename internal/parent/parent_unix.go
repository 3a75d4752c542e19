//go:build unix

package parent

import (
	"os"
	"time"
)

// interval is how often to look. Unix has no portable way to be told.
const interval = time.Second

// awaitEnd looks for another parent, which an orphan is given to.
func awaitEnd() {
	for parent := os.Getppid(); os.Getppid() == parent; {
		time.Sleep(interval)
	}
}
