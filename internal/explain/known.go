package explain

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// maxAudiences bounds how many audiences a text names. Tokens have one or two.
const maxAudiences = 5

// fact is a line of evidence.
type fact int

// The facts, in the order to show them.
const (
	factRole fact = iota
	factCaller
	factExternalID
	factTags
	factSourceIdentity
	factSessionName
	factSource
	factEndpoint
	factAttempts
	factIssuer
	factSubject
	factAudience
	factParty
	factAlgorithm
	factKeyID
	factIssued
	factExpires
)

// The facts that matter for several failures.
var (
	factsOfRequest = []fact{factRole, factSessionName, factSource, factEndpoint, factAttempts}
	factsOfCall    = []fact{factSource, factEndpoint, factAttempts}
	factsOfTrust   = []fact{factRole, factSource, factEndpoint, factIssuer, factSubject, factAudience, factParty}
	factsOfToken   = []fact{factSource, factIssuer, factAudience, factParty, factAlgorithm, factKeyID}
	factsOfTime    = []fact{factSource, factIssuer, factIssued, factExpires}
)

// facts are lines of evidence, aligned. Values are quoted, because a claim can contain anything.
func facts(exchange assumerole.Exchange, now time.Time, shown []fact) string {
	var lines []string
	for _, fact := range shown {
		if name, value := line(exchange, now, fact); value != "" {
			lines = append(lines, fmt.Sprintf("  %-12s %s", name, value))
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(append([]string{"Evidence:"}, lines...), "\n")
}

// line is the name and the value of a fact. The value is empty if there is none.
func line(exchange assumerole.Exchange, now time.Time, fact fact) (name, value string) {
	request := exchange.Request
	switch fact {
	case factRole:
		if exchange.Hop > 0 {
			return "role", fmt.Sprintf(
				"%s (%s[%d])",
				quoted(exchange.ShownRoleARN()),
				AssumeRoleArgument,
				exchange.Hop-1,
			)
		}
		return "role", quoted(exchange.ShownRoleARN())
	case factSessionName:
		return "session name", quoted(request.RoleSessionName)
	case factSource:
		if request.Token != nil {
			return "token from", SourceName(request.Token)
		}
	case factEndpoint:
		return "endpoint", DestinationText(exchange.Destination)
	case factCaller, factExternalID, factTags, factSourceIdentity:
		return hopFact(exchange, fact)
	case factAttempts:
		if exchange.Calls > 1 {
			return "tried", tried(exchange)
		}
	default:
		if exchange.Claims != nil {
			return claim(*exchange.Claims, now, fact)
		}
		if fact == factIssuer {
			return "claims", "(the token isn't a JWT)"
		}
	}
	return "", ""
}

// claim is the name and the value of a fact that the token claims.
func claim(claims webidentity.Claims, now time.Time, fact fact) (name, value string) {
	switch fact {
	case factIssuer:
		return "issuer", quoted(claims.Issuer)
	case factSubject:
		return "subject", quoted(claims.Subject)
	case factAudience:
		return "audience", audience(claims.Audience)
	case factParty:
		if claims.AuthorizedParty != "" {
			return "azp", quoted(claims.AuthorizedParty)
		}
	case factAlgorithm:
		return "algorithm", quoted(claims.Algorithm)
	case factKeyID:
		return "key ID", quoted(claims.KeyID)
	case factIssued:
		if !claims.IssuedAt.IsZero() {
			return "issued at", claims.IssuedAt.Format(time.RFC3339)
		}
	case factExpires:
		if claims.Expiration.IsZero() {
			break
		}
		if claims.Expiration.Before(now) {
			return "expired at", claims.Expiration.Format(time.RFC3339)
		}
		return "expires at", claims.Expiration.Format(time.RFC3339)
	default:
	}
	return "", ""
}

// more refers to the section of the page about troubleshooting.
func more(heading string) string {
	return "More causes: docs/guides/troubleshooting.md#" + Anchor(heading)
}

// Anchor is the one that a renderer of Markdown gives a heading.
func Anchor(heading string) string {
	keep := func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}
	return strings.Map(keep, heading)
}

// tried says how often STS was called, and how long that took.
func tried(exchange assumerole.Exchange) string {
	return fmt.Sprintf("%d times, in %s", exchange.Calls, inShort(exchange.Elapsed))
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
			"%q (not as it is: it has whitespace or characters that can't be shown, or is too long)",
			shown,
		)
	}
	return fmt.Sprintf("%q", shown)
}

// paragraphs leaves out those that are empty.
func paragraphs(all ...string) string {
	var shown []string
	for _, paragraph := range all {
		if paragraph != "" {
			shown = append(shown, paragraph)
		}
	}
	return strings.Join(shown, "\n\n")
}
