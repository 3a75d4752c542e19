package secret

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxScrubbed bounds scrubbed text, in characters: a page of HTML is no message.
const MaxScrubbed = 1000

// minSegment is the length in characters from which a part of a token is worth hiding by itself. Shorter ones would blank
// out ordinary words, and give nothing away.
const minSegment = 8

var patterns = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`\be[wy][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`), redacted},                            // a JWT
	{regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}`), redacted},                                                                   // a part of one
	{regexp.MustCompile(`(?i)\b(bearer|token)( +)[A-Za-z0-9._~+/=-]{20,}`), "$1$2" + redacted},                               // an Authorization header; no word is that long
	{regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^/@\s]*@`), "$1" + redacted + "@"},                                     // a proxy's user and password
	{regexp.MustCompile(`(?i)(<(?:SecretAccessKey|SessionToken|WebIdentityToken)>)[^<]*`), "$1" + redacted},                  // a part of an answer
	{regexp.MustCompile(`(?i)((?:secretaccesskey|sessiontoken|webidentitytoken)["']?\s*[=:]\s*)[^\s&,}]+`), "$1" + redacted}, // of a form or of JSON
}

// Scrub makes text from outside fit to be shown: without the secrets named, their parts between dots, what looks like a
// token, a key or a URL's password, without control characters, and no longer than MaxScrubbed.
func Scrub(text string, secrets ...Text) string {
	for _, secret := range secrets {
		if secret.IsEmpty() {
			continue
		}
		text = strings.ReplaceAll(text, secret.Reveal(), redacted)
		for segment := range strings.SplitSeq(secret.Reveal(), ".") {
			if utf8.RuneCountInString(segment) >= minSegment {
				text = strings.ReplaceAll(text, segment, redacted)
			}
		}
	}
	text = Printable(text)
	for _, replacement := range patterns {
		text = replacement.pattern.ReplaceAllString(text, replacement.with)
	}
	if runes := []rune(text); len(runes) > MaxScrubbed {
		text = string(runes[:MaxScrubbed]) + "…"
	}
	return text
}

// Printable replaces what a terminal would act upon or can't show: control characters, and marks that turn the direction of
// writing. Runs of white space become one space.
func Printable(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, !unicode.IsPrint(r):
			return '\uFFFD'
		}
		return r
	}, text)), " ")
}
