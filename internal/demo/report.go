package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/terraformcli"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// report is what the demo found, for a person to read.
type report struct {
	now     time.Time
	claims  webidentity.Claims
	outputs outputs
	cli     *terraformcli.CLI
}

func (r report) text(s *screen) string {
	var b strings.Builder
	r.writeIdentity(&b, s)
	r.writeSessions(&b, s)
	r.writeRefusal(&b, s)
	r.writeLeftovers(&b, s)
	return strings.TrimSuffix(b.String(), "\n")
}

func (r report) writeIdentity(b *strings.Builder, s *screen) {
	identity := r.outputs.Identity
	fmt.Fprintf(b, "\n%s\n", s.paint(heading, "The token says who you are"))
	fmt.Fprintf(b, "  issuer    %s\n", identity.IdentityProvider)
	fmt.Fprintf(b, "  subject   %s\n", identity.Subject)
	fmt.Fprintf(b, "  audience  %s\n", identity.Audience)
	fmt.Fprintf(b, "  expires   %s\n", r.until(r.claims.Expiration))
}

func (r report) writeSessions(b *strings.Builder, s *screen) {
	fmt.Fprintf(b, "\n%s\n", s.paint(heading, "For it, STS gave you a session in each account"))
	for _, name := range []string{"production", "shared"} {
		session := r.outputs.Sessions[name]
		fmt.Fprintf(b, "  %-10s  %s\n", name, s.paint(good, session.ARN))
		fmt.Fprintf(b, "  %-10s  until %s\n", "", r.until(session.Expiration))
		fmt.Fprintf(b, "  %-10s  another provider signed a call with it, and STS knew the session: account %s\n", "", session.VerifiedAccount)
	}
}

func (r report) writeRefusal(b *strings.Builder, s *screen) {
	fmt.Fprintf(b, "\n%s\n", s.paint(heading, "The same token was refused a role that doesn't trust it"))
	fmt.Fprintf(b, "  role      %s\n", breakGlassARN)
	fmt.Fprintf(b, "  trusts    %s\n", breakGlassSubject)
	fmt.Fprintf(b, "  answer    %s\n", s.paint(good, accessDenied))
}

func (r report) writeLeftovers(b *strings.Builder, s *screen) {
	fmt.Fprintf(b, "\n%s\n", s.paint(heading, "Nothing was left behind"))
	fmt.Fprintln(b, "  The token, the state and the providers were in a temporary folder, which is gone; the servers have stopped.")
	if r.cli.Downloaded {
		fmt.Fprintf(b, "  One thing stays, for the next time: %s %s, in %s\n", r.cli.Product, r.cli.Version, r.cli.Path)
	}
	fmt.Fprintln(b, "\nThe configuration that ran: examples/demo/main.tf")
}

// until is an instant as the user's clock shows it, and how far off it is.
func (r report) until(instant time.Time) string {
	local := instant.In(r.now.Location())
	return fmt.Sprintf("%s, in %s", local.Format("15:04:05 MST"), remaining(instant.Sub(r.now)))
}

// remaining is a span of time in words, rounded down: what is promised is there.
func remaining(d time.Duration) string {
	amount, unit := int(d/time.Minute), "minute"
	if d < 2*time.Minute {
		amount, unit = max(int(d/time.Second), 0), "second"
	}
	if amount != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", amount, unit)
}
