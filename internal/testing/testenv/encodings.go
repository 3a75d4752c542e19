package testenv

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Encodings are ways to repeat a secret, by their names. A test that looks for secrets tries all of them.
var Encodings = map[string]func(string) string{
	"as it is":        func(s string) string { return s },
	"reversed":        reversed,
	"base64":          func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 for URLs": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"base32":          func(s string) string { return base32.StdEncoding.EncodeToString([]byte(s)) },
	"base32 in lower case": func(s string) string {
		return strings.ToLower(base32.StdEncoding.EncodeToString([]byte(s)))
	},
	"hex":                 func(s string) string { return hex.EncodeToString([]byte(s)) },
	"hex in upper case":   func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"percent-encoding":    url.QueryEscape,
	"percent signs":       func(s string) string { return each(s, "%%%02X") },
	"entities":            func(s string) string { return each(s, "&#%d;") },
	"entities in hex":     func(s string) string { return each(s, "&#x%x;") },
	"escaped HTML":        html.EscapeString,
	"unicode escapes":     func(s string) string { return each(s, `\u%04x`) },
	"quoted":              strconv.Quote,
	"decimal codes":       func(s string) string { return each(s, "%d ") },
	"octal codes":         func(s string) string { return each(s, "%o ") },
	"binary codes":        func(s string) string { return each(s, "%08b ") },
	"hex codes":           func(s string) string { return each(s, "%02x ") },
	"letters with spaces": func(s string) string { return each(s, "%c ") },
	"letters with dashes": func(s string) string { return each(s, "%c-") },
	"letters with dots":   func(s string) string { return each(s, "%c.") },
	"another alphabet":    func(s string) string { return strings.Map(rot13, s) },
	"lower case":          strings.ToLower,
	"upper case":          strings.ToUpper,
	"zero-width spaces":   func(s string) string { return strings.Join(strings.Split(s, ""), "\u200b") },
	"wide letters":        func(s string) string { return strings.Map(wide, s) },
	"a path":              func(s string) string { return "/" + strings.Join(Chunks(s, 4), "/") },
	"an ARN":              func(s string) string { return "arn:aws:iam::123456789012:role/" + s },
	"ARNs": func(s string) string {
		return "arn:aws:iam::123456789012:role/" + strings.Join(Chunks(s, 8), " arn:aws:iam::123456789012:role/")
	},
	"a host": func(s string) string {
		return strings.ToLower(strings.Join(Chunks(s, 10), ".")) + ".example.com"
	},
	"words around chunks": func(s string) string { return "the " + strings.Join(Chunks(s, 5), " and the ") },
}

func init() {
	for size := 2; size <= 12; size++ {
		Encodings[fmt.Sprintf("pieces of %d", size)] = func(s string) string {
			return strings.Join(Chunks(s, size), " ")
		}
		Encodings[fmt.Sprintf("hex in pieces of %d", size)] = func(s string) string {
			return strings.Join(Chunks(hex.EncodeToString([]byte(s)), size), " ")
		}
		Encodings[fmt.Sprintf("base64 in pieces of %d", size)] = func(s string) string {
			return strings.Join(Chunks(base64.StdEncoding.EncodeToString([]byte(s)), size), " ")
		}
	}
}

func each(s, format string) string {
	var encoded strings.Builder
	for _, r := range s {
		fmt.Fprintf(&encoded, format, r)
	}
	return strings.TrimSpace(encoded.String())
}

// Chunks are the parts of a text, of so many bytes each.
func Chunks(s string, size int) []string {
	var chunks []string
	for part := range slices.Chunk([]byte(s), size) {
		chunks = append(chunks, string(part))
	}
	return chunks
}

func reversed(s string) string {
	reverse := []byte(s)
	slices.Reverse(reverse)
	return string(reverse)
}

func rot13(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return 'a' + (r-'a'+13)%26
	case r >= 'A' && r <= 'Z':
		return 'A' + (r-'A'+13)%26
	}
	return r
}

// wide is the letter of the same look in Unicode's block of full-width forms.
func wide(r rune) rune {
	if r > ' ' && r < 0x7f {
		return r + 0xfee0
	}
	return r
}
