package secret

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// MaxScrubbed bounds scrubbed text, in characters: a page of HTML is no message.
const MaxScrubbed = 1000

// maxRead bounds what is looked at, in bytes: more than any token that may stand before the words, and no page that
// takes long.
const maxRead = 128 << 10

// minSegment is the length in characters from which a part of a token is worth hiding by itself. Shorter ones would
// blank out ordinary words, and give nothing away.
const minSegment = 8

// names are what secrets are called, in answers and in files.
const names = `secret_?access_?key|session_?token|web_?identity_?token`

// replacement is what Scrub puts in the place of what a pattern finds.
type replacement struct {
	pattern *regexp.Regexp
	with    string
	needs   string // a part of all that the pattern finds, to look for first
}

// replacements are compiled when a text is scrubbed for the first time: most processes of a run scrub none.
var replacements = sync.OnceValue(func() []replacement {
	compiled := regexp.MustCompile
	return []replacement{
		// a JWT, and a part of one
		{compiled(`\be[wy][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`), redacted, "."},
		{compiled(`eyJ[A-Za-z0-9_-]{8,}`), redacted, "eyJ"},
		// an Authorization header. No word is that long
		{compiled(`(?i)\b(authorization["']?\s*[=:]\s*["']?\w+\s+)\S+`), "$1" + redacted, " "},
		{compiled(`(?i)\b(bearer|token)( +)[A-Za-z0-9._~+/=-]{20,}`), "$1$2" + redacted, " "},
		// a proxy's user and password
		{compiled(`([a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s]*@`), "$1" + redacted + "@", "://"},
		// a part of an answer, and the end of one
		{compiled(`(?i)(<(?:\w+:)?(?:` + names + `)\b[^>]*>)[^<]*`), "$1" + redacted, "<"},
		{compiled(`(?i)[^<>\s]*(</(?:\w+:)?(?:` + names + `)\b)`), redacted + "$1", "</"},
		// of a form, of JSON or of a file
		{compiled(`(?i)((?:` + names + `)["']?\s*[=:]\s*)[a-z]*[^\sa-z&,}][^\s&,}]*`), "$1" + redacted, ""},
	}
})

// Scrub makes text from outside fit to be shown: without the secrets named, their parts between dots, any longer run of
// their characters, what looks like a token, a key or a URL's password, without control characters, and no longer than
// MaxScrubbed.
func Scrub(text string, secrets ...Text) string {
	text = text[:min(len(text), maxRead)]
	for _, secret := range secrets {
		if secret.IsEmpty() {
			continue
		}
		text = strings.ReplaceAll(text, secret.Reveal(), redacted)
		text = withoutRuns(text, secret.Reveal(), url.QueryEscape(secret.Reveal()))
		for segment := range strings.SplitSeq(secret.Reveal(), ".") {
			if utf8.RuneCountInString(segment) >= minSegment {
				text = strings.ReplaceAll(text, segment, redacted)
			}
		}
	}
	text = Printable(text)
	for _, replacement := range replacements() {
		if strings.Contains(text, replacement.needs) {
			text = replacement.pattern.ReplaceAllString(text, replacement.with)
		}
	}
	if runes := []rune(text); len(runes) > MaxScrubbed {
		text = string(runes[:MaxScrubbed]) + "…"
	}
	return text
}

// minRun is the length in bytes from which a run of a secret's characters is worth hiding: a part of a token that was
// cut off or broken into lines.
const minRun = 12

// withoutRuns hides every run of characters that one of the secrets has, too.
func withoutRuns(text string, secrets ...string) string {
	runs := map[string]struct{}{}
	for _, secret := range secrets {
		for n := 0; n+minRun <= len(secret); n++ {
			runs[secret[n:n+minRun]] = struct{}{}
		}
	}
	var kept strings.Builder
	for n, hidden := 0, 0; n < len(text); n++ { // hidden is where the run ends that n is in
		if n+minRun <= len(text) {
			if _, ok := runs[text[n:n+minRun]]; ok {
				if n >= hidden {
					kept.WriteString(redacted)
				}
				hidden = n + minRun
			}
		}
		if n >= hidden {
			kept.WriteByte(text[n])
		}
	}
	return kept.String()
}

// Printable replaces what a terminal would act upon or can't show: control characters, and marks that turn the
// direction of writing. Runs of whitespace become one space.
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
