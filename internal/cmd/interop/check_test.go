package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

var errMissing = &unavailableError{what: "dex isn't on the PATH", remedy: "Install it."}

func TestVerdictOf(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want verdict
	}{
		"no error":                     {nil, passed},
		"something isn't here":         {errMissing, skipped},
		"something isn't here, inside": {fmt.Errorf("starting: %w", errMissing), skipped},
		"any other error":              {errors.New("no"), failed},
		"a command that failed":        {&terraformcli.CommandError{Command: "terraform apply"}, failed},
	} {
		t.Run(name, func(t *testing.T) {
			if got := verdictOf(test.err); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestExitStatus(t *testing.T) {
	for name, test := range map[string]struct {
		verdicts        []verdict
		status, require int // without and with -require
	}{
		"all passed":        {[]verdict{passed, passed}, 0, 0},
		"one was skipped":   {[]verdict{passed, skipped}, 0, 1},
		"all were skipped":  {[]verdict{skipped}, 0, 1},
		"one failed":        {[]verdict{passed, failed}, 1, 1},
		"one of each":       {[]verdict{passed, failed, skipped}, 1, 1},
		"there is no check": {nil, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var outcomes []outcome
			for _, v := range test.verdicts {
				outcomes = append(outcomes, outcome{verdict: v})
			}
			if got := exitStatus(outcomes, false); got != test.status {
				t.Errorf("got %d, want %d", got, test.status)
			}
			if got := exitStatus(outcomes, true); got != test.require {
				t.Errorf("with -require: got %d, want %d", got, test.require)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	outcomes := []outcome{{verdict: passed}, {verdict: skipped}, {verdict: passed}, {verdict: failed}}
	if got, want := summary(outcomes), "interop: 2 passed, 1 failed, 1 skipped"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOutcomeText(t *testing.T) {
	const key = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
	failure := &terraformcli.CommandError{
		Command: "terraform apply", Output: "Error: no\nthe key is " + key, Err: errors.New("exit status 1"),
	}
	for name, test := range map[string]struct {
		o    outcome
		want string
	}{
		"passed": {
			outcome{name: "moto", verdict: passed},
			"passed   moto                                              0.0 s",
		},
		"skipped": {
			outcome{name: "Dex", verdict: skipped, err: errMissing},
			"SKIPPED  Dex                                               0.0 s\n" +
				"         dex isn't on the PATH. Install it.",
		},
		"a command failed": {
			outcome{name: "moto", verdict: failed, err: failure},
			"FAILED   moto                                              0.0 s\n" +
				"         terraform apply: exit status 1\n         Error: no\n         the key is (redacted)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.o.text(secret.New(key)); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if strings.Contains(test.o.text(secret.New(key)), key) {
				t.Error("the text has the secret")
			}
		})
	}
}
