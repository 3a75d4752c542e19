package secret

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what PlainWords shows of one text.
const (
	maxShown   = 400 // characters
	maxDigits  = 40  // in all numbers together: two account IDs and a few times
	maxNumbers = 1   // one after the other
	maxOdd     = 2   // pieces one after the other that have no word of English, such as abbreviations
	maxOmitted = 3   // pieces that may be left out before the rest is, too: words have little data among them, and encodings much
	maxPiece   = 96  // characters of a word with its punctuation, of a host name or of an ARN
	maxParts   = 12  // words and numbers in a piece, such as those of an ARN
	longWord   = 8   // characters from which a word that is a part of a secret is left out
	minOverlap = 4   // characters that a piece must share with a secret to be left out for that alone
)

// PlainWords gives what people can read in a text from a server: plain words, numbers, ARNs, and the names that the request
// itself has (the role, the issuer, the subject). What looks like data is left out, and its length is stated.
//
// A server has every secret that it was sent, and can repeat it in any encoding, so no list of encodings is complete. The
// text is therefore judged by what it is for: a reader needs words. A piece that has a part of one of the secrets is left
// out, whatever it looks like.
func PlainWords(text string, names []string, secrets ...Text) string {
	filter := newWordFilter(names, secrets)
	text = Printable(text)
	rest := utf8.RuneCountInString(text)
	for piece := range strings.FieldsSeq(text) {
		if !filter.add(piece) {
			break
		}
		rest -= utf8.RuneCountInString(piece) + 1
	}
	filter.gap += max(rest, 0)
	filter.closeGap()
	return strings.Join(filter.shown, " ")
}

// PlainHost is PlainWords for the name of a host, which may have a port. Each label is judged by itself.
func PlainHost(host string, secrets ...Text) string {
	filter := newWordFilter(nil, secrets)
	labels := strings.Split(host, ".")
	for n, label := range labels {
		if len(labels) > maxParts || !filter.isPlain(label) {
			labels[n] = leftOut(utf8.RuneCountInString(label))
		}
	}
	return strings.Join(labels[max(0, len(labels)-maxParts):], ".")
}

// IsPlain reports whether PlainWords would show the whole of a text as it is.
func IsPlain(text string, secrets ...Text) bool { return PlainWords(text, nil, secrets...) == text }

// wordFilter collects the pieces of one text that may be shown.
type wordFilter struct {
	names   []string // longest first
	secrets []string // their letters and digits, in lower case
	shown   []string
	length  int // of what is shown, in characters
	gap     int // characters left out since the last piece that is shown
	omitted int // pieces left out
	digits  int // that are shown
	numbers int // shown one after the other
	odd     int // pieces without a word of English, shown one after the other
}

func newWordFilter(names []string, secrets []Text) *wordFilter {
	filter := &wordFilter{}
	for _, name := range names {
		if name = strings.TrimSpace(name); name != "" {
			filter.names = append(filter.names, name)
		}
	}
	slices.SortFunc(filter.names, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range secrets {
		if reduced := lettersAndDigits(secret.Reveal()); len(reduced) >= minOverlap {
			filter.secrets = append(filter.secrets, reduced)
		}
	}
	return filter
}

// add takes the next piece. It reports whether the text may go on: if not, the piece isn't taken.
func (f *wordFilter) add(piece string) bool {
	length := utf8.RuneCountInString(piece)
	switch {
	case f.omitted > maxOmitted:
		return false
	case !f.isPlain(piece) || f.gap > 0 && !isClearWord(piece) || f.odd >= maxOdd && !hasWord(piece) && !f.isName(piece):
		f.omitted++
		f.gap += length
		return true
	case f.length+length > maxShown:
		return false
	}
	f.closeGap()
	f.shown = append(f.shown, piece)
	f.length += length + 1
	f.digits += countDigits(piece)
	f.numbers++
	if strings.ContainsFunc(piece, unicode.IsLetter) {
		f.numbers = 0
	}
	f.odd++
	if hasWord(piece) || f.isName(piece) {
		f.odd = 0
	}
	return true
}

// closeGap says how much was left out before the piece that follows.
func (f *wordFilter) closeGap() {
	if f.gap > 0 {
		f.shown = append(f.shown, leftOut(f.gap))
		f.gap = 0
	}
}

// LeftOut says how long a text is that isn't shown.
func LeftOut(text string) string { return leftOut(utf8.RuneCountInString(text)) }

func leftOut(length int) string {
	if length == 1 {
		return "[1 character left out]"
	}
	return fmt.Sprintf("[%d characters left out]", length)
}

// isPlain reports whether a piece is a name of the request, or consists of words and numbers.
func (f *wordFilter) isPlain(piece string) bool {
	if f.isName(piece) {
		return true
	}
	piece = withoutMarks(piece)
	for _, name := range f.names {
		if utf8.RuneCountInString(name) >= minOverlap {
			piece = strings.ReplaceAll(piece, name, "")
		}
	}
	piece = withoutScheme(piece)
	digits := countDigits(piece)
	if f.isOfSecret(piece) || f.digits+digits > maxDigits || f.numbers >= maxNumbers && digits > 0 {
		return false
	}
	if fields := accountInARN.FindStringSubmatchIndex(piece); fields != nil {
		piece = piece[:fields[2]] + piece[fields[3]:]
	}
	return piece == "" || instant.MatchString(piece) || isWords(piece)
}

// isName reports whether a piece is a name of the request.
func (f *wordFilter) isName(piece string) bool { return slices.Contains(f.names, withoutMarks(piece)) }

// isOfSecret reports whether the letters and digits of a piece are a part of a secret. A short word of English that is also
// in the secret ("token") gives nothing away.
func (f *wordFilter) isOfSecret(piece string) bool {
	reduced := lettersAndDigits(piece)
	if len(reduced) < minOverlap || len(reduced) < longWord && isClearWord(piece) {
		return false
	}
	return slices.ContainsFunc(f.secrets, func(secret string) bool {
		return strings.Contains(secret, reduced) || strings.Contains(reduced, secret)
	})
}

// withoutMarks is a piece without what stands around a word.
func withoutMarks(piece string) string {
	return strings.TrimSuffix(strings.Trim(typography.Replace(piece), "\"'`()[]{}<>*.,:;!?"), "%")
}

func withoutScheme(piece string) string {
	return strings.TrimPrefix(strings.TrimPrefix(piece, "https://"), "http://")
}

// isClearWord reports whether a piece can only be a word. After data, a short or odd one is more likely to be the rest of it.
func isClearWord(piece string) bool {
	piece = withoutMarks(piece)
	return shortWords[piece] || clearWord.MatchString(piece) && isPronounceable(strings.ToLower(piece))
}

// hasWord reports whether a part of a piece is a clear word, as in sts:AssumeRole.
func hasWord(piece string) bool {
	return isClearWord(piece) || slices.ContainsFunc(camelWord.FindAllString(piece, -1), isClearWord)
}

// camelWord is a word among others that are written as one.
var camelWord = regexp.MustCompile(`[A-Z]?[a-z]+`)

var clearWord = regexp.MustCompile(`^[A-Za-z][a-z]{2,19}$`)

// typography are the marks of printed text that mean the same as one of ASCII.
var typography = strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`, "–", "-", "—", "-", "…", ".")

// accountInARN is the account ID of an ARN: arn:aws:iam::123456789012:role/deploy.
var accountInARN = regexp.MustCompile(`^arn:[a-z-]+:[a-z]+:[a-z0-9-]*:(\d{12}):`)

// instant is a time as RFC 3339 writes it.
var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$`)

// separators stand between the words of a piece, as in us-east-1, role_arn, sts:TagSession or isn't.
const separators = ":/._-,'="

// isWords reports whether a piece consists of words and numbers with separators between them.
func isWords(piece string) bool {
	if len(piece) > maxPiece || strings.ContainsFunc(piece, func(r rune) bool { return !isLetterOrDigit(r) && !strings.ContainsRune(separators, r) }) {
		return false
	}
	parts := strings.FieldsFunc(piece, func(r rune) bool { return !isLetterOrDigit(r) })
	if len(parts) == 0 {
		return len(piece) == 1 || piece == "--"
	}
	short := 0
	for _, part := range parts {
		if len(part) <= 2 && countDigits(part) == 0 {
			short++
		}
		if !isWord(part) {
			return false
		}
	}
	// Letters and pairs spell anything. Alone they must be a word of English.
	return len(parts) <= maxParts && short <= 2 && (len(parts) > 1 || short == 0 || shortWords[strings.ToLower(piece)])
}

var shortWords = func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq("a i am an as at be by do go he id if in io is it me my no of ok on or so to up us vs we") {
		words[word] = true
	}
	return words
}()

// word is one in any usual spelling: denied, Denied, JWT, AccessDenied, sha256, 403.
var word = regexp.MustCompile(`^(?:[a-z]{1,20}|(?:[A-Z]{1,5}|[A-Z][a-z]{1,19}|[A-Z]{1,4}[A-Z][a-z]{1,19}){1,8}|[a-z]{2,20}(?:[A-Z][a-z]{1,19}){1,6}|[A-Z]{2,12})?(\d{0,12})$`)

// longNumbers are words that long numbers follow without a space: in AWS's "the expiration date/time1788264000", and in the
// codes of Microsoft Entra and Azure DevOps.
var longNumbers = map[string]bool{"time": true, "AADSTS": true, "TF": true}

// camelPart is a word of several that are written as one, such as Role in AssumeRole.
var camelPart = regexp.MustCompile(`[A-Z]*[a-z]+|[A-Z]+`)

// isWord reports whether letters, and digits after them, look like a word rather than like data.
func isWord(part string) bool {
	match := word.FindStringSubmatch(part)
	if match == nil {
		return false
	}
	letters := strings.TrimSuffix(part, match[1])
	if len(letters) > 40 || !isNumber(match[1], letters) {
		return false
	}
	parts := camelPart.FindAllString(letters, -1)
	single := 0
	for _, part := range parts {
		if len(part) == 1 {
			single++
		}
		isAbbreviation := strings.ToUpper(part) == part || len(parts) == 1 && len(part) <= 4 // JWT, http
		if !isAbbreviation && !isPronounceable(strings.ToLower(part)) {
			return false
		}
	}
	return single <= 1 && (len(parts) == 1 || len(letters) >= 3*len(parts))
}

// isNumber reports whether digits after a word, or without one, are a number that people read: a small one, a time in seconds
// since 1970, or an account ID.
func isNumber(digits, word string) bool {
	switch {
	case word != "" && !longNumbers[word]:
		return len(digits) <= 4
	case len(digits) > 6:
		return secondsSince1970.MatchString(digits)
	}
	return len(digits) <= 2 || digits[0] != '0' || word != ""
}

// secondsSince1970 are times from 2014 to 2033.
var secondsSince1970 = regexp.MustCompile(`^1[4-9]\d{8}$`)

// isPronounceable reports whether a word has vowels and consonants as words do.
func isPronounceable(word string) bool {
	vowels, run := 0, 0 // run: how many of either kind stand together
	for n := range len(word) {
		isVowel := strings.IndexByte("aeiouy", word[n]) >= 0
		if isVowel {
			vowels++
		}
		if n > 0 && isVowel == (strings.IndexByte("aeiouy", word[n-1]) >= 0) {
			run++
		} else {
			run = 1
		}
		if run > 5 || isVowel && run > 3 {
			return false
		}
	}
	return vowels > 0
}

func isLetterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

func countDigits(text string) int {
	count := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			count++
		}
	}
	return count
}

// lettersAndDigits leaves out everything that can be put between the characters of a secret.
func lettersAndDigits(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if isLetterOrDigit(r) {
			return r
		}
		return -1
	}, text))
}
