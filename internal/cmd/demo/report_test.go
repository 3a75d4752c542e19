package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

const wantReport = `
The token's claims
  issuer    https://ci.example.com
  subject   repo:example/platform:environment:production
  audience  sts.amazonaws.com
  expires   14:04:30 EET, in 4 minutes

STS exchanged it for a session in each of two accounts
  production  arn:aws:sts::111122223333:assumed-role/deploy/demo
              until 14:59:30 EET, in 59 minutes
              another provider signed a call with it, and STS accepted it: account 111122223333
  shared      arn:aws:sts::444455556666:assumed-role/deploy/demo
              until 14:59:30 EET, in 59 minutes
              another provider signed a call with it, and STS accepted it: account 444455556666

The session in shared assumed a role in a third account (role chaining)
  partner     arn:aws:sts::777788889999:assumed-role/deploy/demo
              until 14:59:30 EET, in 59 minutes
              another provider signed a call with it, and STS accepted it: account 777788889999
  all calls   2 AssumeRoleWithWebIdentity, 1 AssumeRole, 3 GetCallerIdentity

STS refused the same token for roles that don't trust it
  role      arn:aws:iam::111122223333:role/break-glass
  allows    repo:example/security:environment:production
  answer    AccessDenied
  role      arn:aws:iam::777788889999:role/deploy
  allows    arn:aws:iam::444455556666:role/deploy with the external ID "example-platform-4711"
  answer    InvalidIdentityToken (the account has no IAM OIDC provider)

An apply took longer than its credentials last, with the ephemeral resource and refreshable = true
  sessions  expired after 4 seconds, in the second account and in the third
  apply     took 9.6 seconds, 2 exchanges, and 3 calls to AssumeRole
  before    a call signed with ASIA...MPLE succeeded
  after     a call signed with ASIA...5678 succeeded

Secrets in the state and in the saved plan
  data source         keys and session tokens, in plaintext
  ephemeral resource  nothing: no key, no session token, no web identity token
  which to use        docs/guides/data-source-or-ephemeral-resource.md

Cleanup
  The servers have stopped. The folder with the token, the states, the plans, and the providers is deleted.

The configurations that ran: examples/demo/data-source, examples/demo/ephemeral`

const wantLeftOut = `
Not shown: an apply that takes longer than its credentials last
  why       Terraform 1.9.8 has no ephemeral resources

Secrets in the state and in the saved plan
  data source         keys and session tokens, in plaintext
  which to use        docs/guides/data-source-or-ephemeral-resource.md
`

func TestReport(t *testing.T) {
	r := report{
		now:     noon.In(time.FixedZone("EET", 2*60*60)),
		claims:  webidentity.Claims{Expiration: noon.Add(4*time.Minute + 30*time.Second)},
		outputs: rightOutputs(),
		calls:   calls{exchanged: make([]string, 2), assumed: make([]string, 1), signers: make([]string, 3)},
		cli:     &terraformcli.CLI{Product: "Terraform", Version: "1.11.4", Path: "/home/user/.cache/terraform"},
		longApply: longApply{
			duration: 9*time.Second + 600*time.Millisecond,
			calls: calls{
				exchanged: make([]string, 2),
				assumed:   make([]string, 3),
				signers:   []string{"ASIAIOSFODNN7EXAMPLE", "ASIA0000000012345678"},
			},
		},
	}
	if got := r.text(&screen{}); got != wantReport {
		t.Errorf("got\n%s\nwant\n%s", got, wantReport)
	}
	r.cli.Downloaded = true
	if got, want := r.text(&screen{}), "The demo keeps Terraform 1.11.4 for the next time, in "+
		"/home/user/.cache/terraform"; !strings.Contains(got, want) {
		t.Errorf("after a download, got\n%s\nwant %q in it", got, want)
	}
	r.leftOut, r.longApply = "Terraform 1.9.8 has no ephemeral resources", longApply{}
	if got := r.text(
		&screen{},
	); !strings.Contains(got, wantLeftOut) ||
		strings.Contains(got, "examples/demo/ephemeral") {
		t.Errorf("without the long apply, got\n%s\nwant in it\n%s", got, wantLeftOut)
	}
}

func TestRemaining(t *testing.T) {
	tests := map[time.Duration]string{
		59*time.Minute + 59*time.Second: "59 minutes",
		2 * time.Minute:                 "2 minutes",
		90 * time.Second:                "90 seconds",
		time.Second:                     "1 second",
		-time.Hour:                      "0 seconds",
	}
	for d, want := range tests {
		if got := remaining(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}

func TestColorOnlyOnTerminal(t *testing.T) {
	if got := newScreen(nil).paint(good, "text"); got != "text" {
		t.Errorf("without a terminal: got %q", got)
	}
	s := newScreen(nil)
	s.color = true
	if got, want := s.paint(good, "text"), "\x1b[32mtext\x1b[0m"; got != want {
		t.Errorf("on a terminal: got %q, want %q", got, want)
	}
}

// TestFailureShowsOutputWithoutToken checks that an error shows all output of a command except the secrets.
func TestFailureShowsOutputWithoutToken(t *testing.T) {
	var out bytes.Buffer
	s := &screen{out: &out}
	err := s.step("terraform plan", func() (string, error) {
		return "", fmt.Errorf("planning: %w", &terraformcli.CommandError{
			Command: "terraform plan",
			Output:  "first line\n  second line: the-token-itself\n",
			Err:     errors.New("exit status 1"),
		})
	})
	s.fail(err, secret.New("the-token-itself"))
	for _, want := range []string{
		"failed", "The demo failed: planning: terraform plan: exit status 1", "first line\n  second line: (redacted)",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant %q in it", out.String(), want)
		}
	}
	if strings.Contains(out.String(), "the-token-itself") {
		t.Errorf("shows the token:\n%s", out.String())
	}
}

// TestInterruptedRun wants neither a report nor a folder of a run that was interrupted before it began.
func TestInterruptedRun(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if code := run(ctx, &screen{out: &out}); code != interrupted {
		t.Errorf("got the status %d, want %d", code, interrupted)
	}
	if !strings.Contains(out.String(), "Interrupted") || strings.Contains(out.String(), "The token says") {
		t.Errorf("got\n%s", out.String())
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
