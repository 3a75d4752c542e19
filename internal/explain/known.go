package explain

import (
	"fmt"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// maxAudiences bounds how many audiences a text names. Tokens have one or two.
const maxAudiences = 5

// asked says what was asked for, and where.
func asked(exchange assumerole.Exchange) string {
	request := exchange.Request
	lines := []string{
		"What was asked:",
		"  role         " + quoted(request.ShownRoleARN()),
		"  session name " + quoted(request.RoleSessionName),
	}
	if request.Token != nil {
		lines = append(lines, "  token from   "+SourceName(request.Token))
	}
	lines = append(lines, "  endpoint     "+DestinationText(exchange.Destination))
	if exchange.Calls > 0 {
		lines = append(lines, "  tried        "+tried(exchange))
	}
	return strings.Join(lines, "\n")
}

// tried says how often STS was called, and how long that took.
func tried(exchange assumerole.Exchange) string {
	times := "once"
	if exchange.Calls > 1 {
		times = fmt.Sprintf("%d times", exchange.Calls)
	}
	return times + ", in " + inShort(exchange.Elapsed)
}

// inShort is a duration as people write it: 1m rather than 1m0s, and no more digits than matter.
func inShort(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		d = d.Round(time.Second)
	case d >= time.Second:
		d = d.Round(100 * time.Millisecond)
	default:
		d = d.Round(time.Millisecond)
	}
	text := d.String()
	for _, none := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, none) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// claimed says what the token claims. Every value is quoted: a claim can hold anything.
func claimed(exchange assumerole.Exchange, now time.Time) string {
	claims := exchange.Claims
	if claims == nil {
		return "The token isn't a JWT, so there is nothing to tell about it."
	}
	lines := []string{
		"What the token claims:",
		"  issuer       " + quoted(claims.Issuer),
		"  subject      " + quoted(claims.Subject),
		"  audience     " + audience(claims.Audience),
	}
	if claims.AuthorizedParty != "" {
		lines = append(lines, "  azp          "+quoted(claims.AuthorizedParty))
	}
	lines = append(lines, "  algorithm    "+quoted(claims.Algorithm), "  key ID       "+quoted(claims.KeyID))
	if !claims.IssuedAt.IsZero() {
		lines = append(lines, "  issued at    "+claims.IssuedAt.Format(time.RFC3339))
	}
	if !claims.Expiration.IsZero() {
		tense := "expires at"
		if claims.Expiration.Before(now) {
			tense = "expired at"
		}
		lines = append(lines, fmt.Sprintf("  %-12s %s", tense, claims.Expiration.Format(time.RFC3339)))
	}
	return strings.Join(lines, "\n")
}

func audience(values []string) string {
	all := make([]string, 0, maxAudiences)
	for n, value := range values {
		if n == maxAudiences {
			all = append(all, fmt.Sprintf("and %d more", len(values)-n))
			break
		}
		all = append(all, quoted(value))
	}
	if len(all) == 0 {
		return "(none)"
	}
	return strings.Join(all, ", ")
}

// quoted makes any text fit for a line: printable, bounded, and told apart from the words around it.
func quoted(value string) string {
	if value == "" {
		return "(none)"
	}
	shown := secret.Scrub(value)
	if shown != value {
		return fmt.Sprintf(
			"%q (not as it is: it has white space or characters that can't be shown, or is too long)",
			shown,
		)
	}
	return fmt.Sprintf("%q", shown)
}

// fullStop ends a sentence that doesn't have an end of its own.
func fullStop(sentence string) string {
	if strings.HasSuffix(sentence, ".") || strings.HasSuffix(sentence, "?") {
		return sentence
	}
	return sentence + "."
}

// paragraphs leaves out those that are empty.
func paragraphs(all ...string) string {
	var said []string
	for _, paragraph := range all {
		if paragraph != "" {
			said = append(said, paragraph)
		}
	}
	return strings.Join(said, "\n\n")
}
