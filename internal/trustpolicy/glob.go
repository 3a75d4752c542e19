package trustpolicy

import (
	"slices"
	"strings"
)

// glob is a pattern of characters and wildcards: * stands for any number of characters, ? for one.
type glob []globRune

type globRune struct {
	char rune
	wild bool
}

// literal is a pattern without wildcards.
func literal(text string) glob {
	var pattern glob
	for _, char := range text {
		pattern = append(pattern, globRune{char: char})
	}
	return pattern
}

// wildcards is a pattern in which each * and ? is a wildcard.
func wildcards(text string) glob {
	pattern := literal(text)
	for n, r := range pattern {
		pattern[n].wild = r.char == '*' || r.char == '?'
	}
	return pattern
}

// text is the pattern without the difference between wildcards and characters.
func (g glob) text() string {
	var text strings.Builder
	for _, r := range g {
		text.WriteRune(r.char)
	}
	return text.String()
}

// split cuts the pattern at a character, into at most so many parts.
func (g glob) split(separator rune, parts int) []glob {
	var split []glob
	start := 0
	for n, r := range g {
		if len(split) == parts-1 {
			break
		}
		if r.char == separator {
			split = append(split, g[start:n])
			start = n + 1
		}
	}
	return append(split, g[start:])
}

// matches compares the whole text. On a mismatch, it goes back to the last *, which then stands for one character
// more.
func (g glob) matches(text string) bool {
	runes := []rune(text)
	at, star, resume := 0, -1, 0
	for n := 0; n < len(runes); {
		switch {
		case at < len(g) && g[at].isStar():
			star, resume = at, n
			at++
		case at < len(g) && g[at].accepts(runes[n]):
			at++
			n++
		case star >= 0:
			resume++
			at, n = star+1, resume
		default:
			return false
		}
	}
	for at < len(g) && g[at].isStar() {
		at++
	}
	return at == len(g)
}

func (r globRune) isStar() bool { return r.wild && r.char == '*' }

func (r globRune) accepts(char rune) bool {
	if r.wild {
		return r.char == '?'
	}
	return r.char == char
}

// prefix is the text before the first wildcard.
func (g glob) prefix() (text string, isPattern bool) {
	first := slices.IndexFunc(g, func(r globRune) bool { return r.wild })
	if first < 0 {
		return g.text(), false
	}
	return g[:first].text(), true
}

// isAnyText reports whether the pattern has only wildcards.
func (g glob) isAnyText() bool {
	return !slices.ContainsFunc(g, func(r globRune) bool { return !r.wild })
}
