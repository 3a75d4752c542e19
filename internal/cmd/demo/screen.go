package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// screen prints what the demo does.
type screen struct {
	out    io.Writer
	color  bool
	colors map[style]string
}

// style is how a piece of text is meant.
type style int

const (
	heading style = iota
	faint
	good
	bad
)

// newScreen has colors when the file is a terminal, unless NO_COLOR says otherwise (https://no-color.org).
func newScreen(file *os.File) *screen {
	s := &screen{out: file, colors: map[style]string{heading: "1", faint: "2", good: "32", bad: "31"}}
	info, err := file.Stat()
	s.color = err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" &&
		os.Getenv("TERM") != "dumb"
	return s
}

// paint colors a text where there are colors.
func (s *screen) paint(how style, text string) string {
	if !s.color {
		return text
	}
	return "\x1b[" + s.colors[how] + "m" + text + "\x1b[0m"
}

func (s *screen) say(format string, arguments ...any) {
	_, _ = fmt.Fprintf(s.out, format+"\n", arguments...) // there is nobody to tell when nobody can be told
}

// part begins a part of the demo, of several steps.
func (s *screen) part(title string) { s.say("\n%s", s.paint(heading, title)) }

// step says what is done before it is done, and then how long it took.
func (s *screen) step(name string, do func() (note string, err error)) error {
	_, _ = fmt.Fprintf(s.out, "  %-27s ", name)
	began := time.Now()
	note, err := do()
	duration := fmt.Sprintf("%5.1f s", time.Since(began).Seconds())
	if err != nil {
		s.say("%s  %s", duration, s.paint(bad, "failed"))
		return err
	}
	if note == "" {
		note = "done"
	}
	s.say("%s  %s", duration, s.paint(faint, note))
	return nil
}

// fail prints why the demo ended, with the output of the failed command without the secrets.
func (s *screen) fail(err error, secrets ...secret.Text) {
	s.say(
		"\n%s %s",
		s.paint(bad, "The demo failed:"),
		strings.TrimSpace(terraformcli.Scrubbed(err.Error(), secrets...)),
	)
	if failure, ok := errors.AsType[*terraformcli.CommandError](err); ok {
		s.say("\n%s", strings.TrimSpace(terraformcli.Scrubbed(failure.Output, secrets...)))
	}
}
