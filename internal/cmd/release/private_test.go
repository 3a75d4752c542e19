package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// If the build fails, the version can be published again.
func TestFailedReleaseHasNoTag(t *testing.T) {
	if _, err := exec.LookPath("gpg"); err != nil {
		t.Skip("SKIPPED, so this isn't tested here: gpg isn't on the PATH")
	}
	work, _ := repository(t)
	home := t.TempDir() + "/gpg"
	variables, err := throwawayKey(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := endAgent(t.Context(), home); err != nil {
			t.Error(err)
		}
	})
	work.variables = append(work.variables, variables...)
	p := publication{tree: work, version: "1.0.0", tools: t.TempDir(), out: &bytes.Buffer{}}
	err = p.publish(t.Context(), "registry.example.com/example/sts")
	if err == nil || !strings.Contains(err.Error(), "goreleaser") {
		t.Errorf("got the error %v, want one about goreleaser, which isn't there", err)
	}
	if got := git(t, work, "tag"); got != "" {
		t.Errorf("the tag is still there: %s", got)
	}
}

// A fingerprint that gpg doesn't know is reported before anything changes.
func TestUnknownKey(t *testing.T) {
	if _, err := exec.LookPath("gpg"); err != nil {
		t.Skip("SKIPPED, so this isn't tested here: gpg isn't on the PATH")
	}
	work, _ := repository(t)
	work.variables = append(work.variables,
		"GNUPGHOME="+t.TempDir(), fingerprint+"=0123456789ABCDEF0123456789ABCDEF01234567")
	p := publication{tree: work, version: "1.0.0", out: &bytes.Buffer{}}
	err := p.publish(t.Context(), "registry.example.com/example/sts")
	if err == nil || !strings.Contains(err.Error(), "no key with the fingerprint") {
		t.Errorf("got the error %v", err)
	}
	if got, _ := readAddress(work.folder); got.String() != localAddress {
		t.Errorf("the address is %s", got)
	}
}
