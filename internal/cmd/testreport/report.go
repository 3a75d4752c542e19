package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// report collects events.
type report struct {
	out     io.Writer
	outputs map[string]map[string]string // by package and test; "" is the package itself
	builds  map[string]string            // what the compiler wrote, by import path
	running map[string]int               // the packages that didn't end, and how many of their tests passed
	skips   []string
	printed bool // whether something was printed since the last call of progress

	passed, failed, skipped, unbuilt int
}

func newReport(out io.Writer) *report {
	return &report{
		out: out, outputs: map[string]map[string]string{}, builds: map[string]string{}, running: map[string]int{},
	}
}

func (r *report) print(format string, arguments ...any) {
	r.printed = true
	_, _ = fmt.Fprintf(r.out, format, arguments...)
}

func (r *report) add(e event) {
	switch {
	case e.Action == "build-output":
		r.builds[e.ImportPath] += e.Output
	case e.Package == "" && e.Action == "output":
		r.print("%s", e.Output)
	case e.Action == "start":
		r.running[e.Package] = 0
		r.outputs[e.Package] = map[string]string{}
	case e.Action == "output":
		r.keep(e)
	case e.Test != "":
		r.addTest(e)
	default:
		r.addPackage(e)
	}
}

// keep keeps an output, except the lines that only say that a test runs.
func (r *report) keep(e event) {
	if strings.HasPrefix(e.Output, "=== ") || r.outputs[e.Package] == nil {
		return
	}
	r.outputs[e.Package][e.Test] += e.Output
}

func (r *report) addTest(e event) {
	switch e.Action {
	case "pass":
		r.passed++
		r.running[e.Package]++
	case "skip":
		r.skipped++
		r.skips = append(r.skips, e.Test+"\n"+reason(r.outputs[e.Package][e.Test]))
	case "fail":
		r.failed++
		r.print("%s", r.outputs[e.Package][e.Test])
	default:
		return
	}
	delete(r.outputs[e.Package], e.Test)
}

// reason is what a skipped test printed.
func reason(output string) string {
	var kept strings.Builder
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--- SKIP") {
			kept.WriteString("    " + strings.TrimSpace(line) + "\n")
		}
	}
	return kept.String()
}

func (r *report) addPackage(e event) {
	switch {
	case e.Action == "pass":
		r.print("ok    %-70s %6.1f s\n", e.Package, e.Elapsed)
	case e.Action == "fail" && e.FailedBuild != "":
		r.unbuilt++
		r.print("%sFAIL  %s could not be built\n", r.builds[e.FailedBuild], e.Package)
	case e.Action == "fail":
		// A test that didn't end, such as one that panicked, has output, too.
		outputs := r.outputs[e.Package]
		for _, test := range slices.Sorted(maps.Keys(outputs)) {
			r.print("%s", outputs[test])
		}
		r.print("FAIL  %-70s %6.1f s\n", e.Package, e.Elapsed)
		if r.failed == 0 {
			r.failed++ // the package failed without a test, such as in TestMain
		}
	case e.Action != "skip": // a package without tests
		return
	}
	delete(r.running, e.Package)
	delete(r.outputs, e.Package)
}

// progress says what runs, if nothing was printed since the last call.
func (r *report) progress() {
	if !r.printed {
		for _, name := range slices.Sorted(maps.Keys(r.running)) {
			r.print("      %-70s %6d passed so far\n", name, r.running[name])
		}
	}
	r.printed = false
}

// finish prints the end of the report and returns the exit status.
func (r *report) finish() int {
	for _, skip := range r.skips {
		r.print("skipped: %s", skip)
	}
	if r.unbuilt > 0 {
		r.print("packages that could not be built: %d\n", r.unbuilt)
	}
	r.print("tests: %d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
	if r.passed == 0 && r.failed == 0 {
		r.print("No test was run.\n")
	}
	if r.failed > 0 || r.unbuilt > 0 || r.passed == 0 {
		return 1
	}
	return 0
}
