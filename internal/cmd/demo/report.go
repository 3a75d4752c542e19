package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// report is what the demo found, for a person to read.
type report struct {
	now       time.Time
	claims    webidentity.Claims
	outputs   outputs
	calls     calls
	cli       *terraformcli.CLI
	leftOut   string // why there was no long apply; empty: there was one
	longApply longApply
}

func (r report) text(s *screen) string {
	var b strings.Builder
	r.writeIdentity(&b, s)
	r.writeSessions(&b, s)
	r.writeRefusal(&b, s)
	r.writeLongApply(&b, s)
	r.writeSecrets(&b, s)
	r.writeLeftovers(&b, s)
	return strings.TrimSuffix(b.String(), "\n")
}

func (r report) writeIdentity(b *strings.Builder, s *screen) {
	identity := r.outputs.Identity
	fmt.Fprintf(b, "\n%s\n", s.paint(heading, "The token's claims"))
	fmt.Fprintf(b, "  issuer    %s\n", identity.IdentityProvider)
	fmt.Fprintf(b, "  subject   %s\n", identity.Subject)
	fmt.Fprintf(b, "  audience  %s\n", identity.Audience)
	fmt.Fprintf(b, "  expires   %s\n", r.until(r.claims.Expiration))
}

func (r report) writeSessions(b *strings.Builder, s *screen) {
	fmt.Fprintf(b, "\n%s\n", s.paint(heading, "STS exchanged it for a session in each of two accounts"))
	r.writeSession(b, s, "production")
	r.writeSession(b, s, "shared")
	fmt.Fprintf(
		b,
		"\n%s\n",
		s.paint(heading, "The session in shared assumed a role in a third account (role chaining)"),
	)
	r.writeSession(b, s, "partner")
	fmt.Fprintf(
		b,
		"  %-10s  %d %s, %d %s, %d %s\n",
		"all calls",
		len(r.calls.exchanged), exchangeToken,
		len(r.calls.assumed), assumeRole,
		len(r.calls.signers), callerIdentity,
	)
}

func (r report) writeSession(b *strings.Builder, s *screen, name string) {
	session := r.outputs.Sessions[name]
	fmt.Fprintf(b, "  %-10s  %s\n", name, s.paint(good, session.ARN))
	fmt.Fprintf(b, "  %-10s  until %s\n", "", r.until(session.Expiration))
	fmt.Fprintf(
		b,
		"  %-10s  another provider signed a call with it, and STS accepted it: account %s\n",
		"",
		session.VerifiedAccount,
	)
}

func (r report) writeRefusal(b *strings.Builder, s *screen) {
	fmt.Fprintf(b, "\n%s\n", s.paint(heading, "STS refused the same token for roles that don't trust it"))
	fmt.Fprintf(b, "  role      %s\n", breakGlassARN)
	fmt.Fprintf(b, "  allows    %s\n", breakGlassSubject)
	fmt.Fprintf(b, "  answer    %s\n", s.paint(good, accessDenied))
	fmt.Fprintf(b, "  role      %s\n", partner.roleARN)
	fmt.Fprintf(b, "  allows    %s\n", withExternalID(shared.roleARN, externalID))
	fmt.Fprintf(b, "  answer    %s (the account has no IAM OIDC provider)\n", s.paint(good, invalidIdentityToken))
}

func (r report) writeLongApply(b *strings.Builder, s *screen) {
	if r.leftOut != "" {
		fmt.Fprintf(b, "\n%s\n", s.paint(heading, "Not shown: an apply that takes longer than its credentials last"))
		fmt.Fprintf(b, "  why       %s\n", r.leftOut)
		return
	}
	fmt.Fprintf(
		b,
		"\n%s\n",
		s.paint(heading, "An apply took longer than its credentials last, with the ephemeral resource "+
			"and refreshable = true"),
	)
	fmt.Fprintf(b, "  sessions  expired after %s, in the second account and in the third\n", inSeconds(sessionLife))
	fmt.Fprintf(
		b,
		"  apply     took %.1f seconds, %s, and %s to %s\n",
		r.longApply.duration.Seconds(),
		counted(len(r.longApply.calls.exchanged), "exchange"),
		counted(len(r.longApply.calls.assumed), "call"),
		assumeRole,
	)
	for i, when := range []string{"before", "after"} {
		fmt.Fprintf(
			b,
			"  %-8s  a call signed with %s %s\n",
			when,
			mask(r.longApply.calls.signers[i]),
			s.paint(good, "succeeded"),
		)
	}
}

func (r report) writeSecrets(b *strings.Builder, s *screen) {
	fmt.Fprintf(b, "\n%s\n", s.paint(heading, "Secrets in the state and in the saved plan"))
	fmt.Fprintln(b, "  data source         keys and session tokens, in plaintext")
	if r.leftOut == "" {
		fmt.Fprintf(
			b,
			"  ephemeral resource  %s: no key, no session token, no web identity token\n",
			s.paint(good, "nothing"),
		)
	}
	fmt.Fprintln(b, "  which to use        docs/guides/data-source-or-ephemeral-resource.md")
}

func (r report) writeLeftovers(b *strings.Builder, s *screen) {
	fmt.Fprintf(b, "\n%s\n", s.paint(heading, "Cleanup"))
	fmt.Fprintln(
		b,
		"  The servers have stopped. The folder with the token, the states, the plans, and the providers is "+
			"deleted.",
	)
	if r.cli.Downloaded {
		fmt.Fprintf(b, "  The demo keeps %s %s for the next time, in %s\n", r.cli.Product, r.cli.Version, r.cli.Path)
	}
	if r.leftOut != "" {
		fmt.Fprintln(b, "\nThe configuration that ran: examples/demo/data-source")
		return
	}
	fmt.Fprintln(b, "\nThe configurations that ran: examples/demo/data-source, examples/demo/ephemeral")
}

// until is an instant as the user's clock shows it, and how far off it is.
func (r report) until(instant time.Time) string {
	local := instant.In(r.now.Location())
	return fmt.Sprintf("%s, in %s", local.Format("15:04:05 MST"), remaining(instant.Sub(r.now)))
}

// remaining is a span of time in words, rounded down: what is promised is there.
func remaining(d time.Duration) string {
	if d < 2*time.Minute {
		return inSeconds(max(d, 0))
	}
	return counted(int(d/time.Minute), "minute")
}

// inSeconds is a span of time in words, in whole seconds.
func inSeconds(d time.Duration) string { return counted(int(d/time.Second), "second") }

func counted(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}
