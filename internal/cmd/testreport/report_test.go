package main

import (
	"bytes"
	"strings"
	"testing"
)

func reportOf(t *testing.T, stream string) (text string, status int) {
	t.Helper()
	var out bytes.Buffer
	r := newReport(&out)
	for e := range read(strings.NewReader(stream)) {
		r.add(e)
	}
	status = r.finish()
	return out.String(), status
}

const passing = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: quiet\n"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:1: no terraform\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"--- SKIP: TestB (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestB","Elapsed":0}
{"Action":"pass","Package":"p","Elapsed":1.5}
`

func TestPassingPackage(t *testing.T) {
	text, status := reportOf(t, passing)
	if status != 0 {
		t.Errorf("got the status %d", status)
	}
	for _, want := range []string{
		"ok    p ", "1.5 s\n", "skipped: TestB\n    b_test.go:1: no terraform\n",
		"tests: 1 passed, 0 failed, 1 skipped\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q isn't in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "quiet") || strings.Contains(text, "RUN") {
		t.Errorf("the output of a test that passed is in:\n%s", text)
	}
}

func TestFailures(t *testing.T) {
	const start = `{"Action":"start","Package":"p"}` + "\n"
	for name, c := range map[string]struct{ stream, want string }{
		"a test": {start + `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: wrong\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"fail","Package":"p"}`, "a_test.go:1: wrong\nFAIL  p"},
		"a panic": {start + `{"Action":"output","Package":"p","Test":"TestA","Output":"panic: x\n"}
{"Action":"fail","Package":"p"}`, "panic: x\nFAIL  p"},
		"outside the tests": {start + `{"Action":"output","Package":"p","Output":"something is left\n"}
{"Action":"fail","Package":"p"}`, "something is left\nFAIL  p"},
		"a build": {start + `{"ImportPath":"p [p.test]","Action":"build-output","Output":"a.go:1: undefined: x\n"}
{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}`, "a.go:1: undefined: x\nFAIL  p could not be built"},
		"nothing":  {`{"Action":"skip","Package":"p"}`, "No test was run."},
		"no event": {"go: no such tool\n", "go: no such tool\n"},
	} {
		text, status := reportOf(t, passing+c.stream)
		if name == "nothing" || name == "no event" {
			text, status = reportOf(t, c.stream)
		}
		if status != 1 {
			t.Errorf("%s: got the status %d, want 1", name, status)
		}
		if !strings.Contains(text, c.want) {
			t.Errorf("%s: %q isn't in:\n%s", name, c.want, text)
		}
	}
}

// Progress is printed only if nothing else was.
func TestProgress(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out)
	r.add(event{Action: "start", Package: "slow"})
	r.add(event{Action: "pass", Package: "slow", Test: "TestA"})
	r.progress()
	if got := out.String(); !strings.Contains(got, "slow") || !strings.Contains(got, "1 passed so far") {
		t.Errorf("got %q", got)
	}
	r.print("something\n")
	out.Reset()
	r.progress()
	if got := out.String(); got != "" {
		t.Errorf("after another line, got %q", got)
	}
}
