// Command testreport reads what `go test -json` writes. It prints a line for each package that passes, and the output of
// each test that fails. If nothing was printed for some seconds, it prints the progress. At the end, it prints the
// skipped tests and a count. The exit status is 1 if a test failed, or if none ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

const progressInterval = 10 * time.Second

func main() {
	r := newReport(os.Stdout)
	ticker := time.NewTicker(progressInterval)
	for open, events := true, read(os.Stdin); open; {
		select {
		case <-ticker.C:
			r.progress()
		case e, ok := <-events:
			if open = ok; open {
				r.add(e)
			}
		}
	}
	os.Exit(r.finish())
}

// event is what `go test -json` writes on one line. See `go doc cmd/test2json` and `go help buildjson`.
type event struct {
	Action  string
	Package string
	Test    string
	Elapsed float64 // seconds
	Output  string

	ImportPath  string // of a package that the compiler is busy with
	FailedBuild string // the ImportPath that a package failed for
}

// read sends the events of a stream. A line that is no event becomes output of no package.
func read(stream io.Reader) <-chan event {
	events := make(chan event)
	go func() {
		defer close(events)
		lines := bufio.NewReader(stream)
		for {
			line, err := lines.ReadString('\n')
			if line != "" {
				var e event
				if json.Unmarshal([]byte(line), &e) != nil {
					e = event{Action: "output", Output: line}
				}
				events <- e
			}
			if err != nil {
				if err != io.EOF {
					fmt.Fprintln(os.Stderr, err)
				}
				return
			}
		}
	}()
	return events
}
