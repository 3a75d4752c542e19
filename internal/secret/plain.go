package secret

import (
	_ "embed" // for the list of words
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Bounds of what PlainWords shows of one text, beside the names that it is given. Even words can carry data: these
// bounds keep it to about 50 characters of a secret.
const (
	maxShown   = 100 // characters
	maxUnknown = 40  // letters in words that aren't among the known ones
	maxDigits  = 32  // in all numbers together: two account IDs, or two times
	maxNumbers = 1   // one after the other
	maxOdd     = 2   // pieces one after the other that have no known word, such as abbreviations
	maxOmitted = 3   // pieces that may be left out before the rest is, too, because encodings have many such pieces
	maxNames   = 12  // in all
	maxRepeats = 2   // of one name
	maxPiece   = 96  // characters of a word with its punctuation, of a host name or of an ARN
	maxParts   = 12  // words and numbers in a piece, such as those of an ARN
	longWord   = 8   // characters from which a word that is a part of a secret is left out
	minOverlap = 4   // characters that a piece must share with a secret to be left out for that alone
)

//go:embed words.txt
var wordList string

// knownWords are words of English and of this field that servers use, in lower case.
var knownWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(wordList) {
		words[word] = true
	}
	return words
})

// PlainWords gives what people can read in a text from a server: plain words, numbers, ARNs, and names that the caller
// knows. A name is one of the request (the role, the issuer, the subject), or a sentence that servers are known to say.
// What looks like data is left out, and its length is stated.
//
// A server has every secret that it was sent, and can repeat it in any encoding, so no list of encodings is complete.
// The text is therefore judged by what it is for: a reader needs words. A piece is left out if a
// word of it is a part of one of the secrets, whatever it looks like.
func PlainWords(text string, names []string, secrets ...Text) string {
	filter := newWordFilter(names, secrets)
	text = typography.Replace(Printable(text))
	rest := utf8.RuneCountInString(text)
	for text != "" {
		piece := filter.next(text)
		if !filter.add(piece) {
			break
		}
		text = strings.TrimPrefix(text[len(piece):], " ")
		rest -= utf8.RuneCountInString(piece) + 1
	}
	filter.gap += max(rest, 0)
	filter.closeGap()
	return strings.Join(filter.shown, " ")
}

var (
	hostAndPort = regexp.MustCompile(`^([A-Za-z0-9.-]*?)((?::\d{1,5})?)$`)
	hostLabel   = regexp.MustCompile(`^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$`)
)

// PlainHost is PlainWords for the name of a host, which may have a port. Each label is judged separately.
func PlainHost(host string, secrets ...Text) string {
	match := hostAndPort.FindStringSubmatch(host)
	switch {
	case host == "":
		return ""
	case len(match) == 0 || len(match[1]) > maxShown:
		return LeftOut(host)
	}
	filter := newWordFilter(nil, secrets)
	labels := strings.Split(match[1], ".")
	for n, label := range slices.Backward(labels) { // a domain says more than what is below it
		if len(labels) > maxParts || !hostLabel.MatchString(label) || !filter.isPlain(label) || !filter.spend(label) {
			labels[n] = leftOut(utf8.RuneCountInString(label))
		}
	}
	return strings.Join(labels[max(0, len(labels)-maxParts):], ".") + match[2]
}

// IsPlain reports whether PlainWords would show the whole of a text as it is.
func IsPlain(text string, secrets ...Text) bool { return PlainWords(text, nil, secrets...) == text }

// Shown is a value of the user's for an error that says what is wrong with it. A secret might be in the wrong place, so
// only plain words are shown; of anything else, the length is stated.
func Shown(value string) string {
	if len(value) <= shortElement || IsPlain(value) {
		return value
	}
	return LeftOut(value)
}

// maxElements bounds how many elements of a path are shown. Base64 has slashes, too.
const maxElements = 12

// shortElement is the length in bytes up to which a value, or an element of a path, gives nothing away.
const shortElement = 3

var pathElement = regexp.MustCompile(`[^/\\]+`)

// ShownPath is Shown for a path that may lead nowhere, in quotes. Its elements are judged one by one. What doesn't
// begin as paths do isn't shown.
func ShownPath(path string) string {
	elements := pathElement.FindAllString(path, maxElements+1)
	if !IsPath(path) || len(elements) > maxElements {
		return fmt.Sprintf(
			"(a path of %d characters, which isn't shown because it might be a token)",
			utf8.RuneCountInString(path),
		)
	}
	return strconv.Quote(pathElement.ReplaceAllStringFunc(path, func(element string) string {
		if len(element) <= shortElement || IsPlain(strings.TrimPrefix(element, ".")) {
			return element
		}
		return LeftOut(element)
	}))
}

// HidesPath reports whether ShownPath leaves something out, because a token might be in the place of the path.
func HidesPath(path string) bool { return path != "" && ShownPath(path) != strconv.Quote(path) }

// IsPath reports whether a value begins as paths do.
func IsPath(value string) bool {
	for _, prefix := range []string{"/", "./", "../", "~/", `.\`, `..\`, `~\`, `\\`, "file:", "fileb:"} {
		if strings.HasPrefix(value, prefix) {
			return true
		}
	}
	return len(value) > 2 && value[1] == ':' && (value[2] == '\\' || value[2] == '/') // a drive letter
}

// wordFilter collects the pieces of one text that may be shown.
type wordFilter struct {
	names   []string // longest first
	secrets []string // their letters and digits, in lower case
	shown   []string
	named   map[string]int // how often each name is shown
	pieces  int            // that have names, and are shown
	gap     int            // characters left out since the last piece that is shown
	omitted int            // pieces left out
	length  int            // of what is shown beside names, in characters
	unknown int            // letters of words that aren't known, that are shown
	digits  int            // that are shown
	numbers int            // shown one after the other
	odd     int            // pieces without a known word, shown one after the other
}

func newWordFilter(names []string, secrets []Text) *wordFilter {
	filter := &wordFilter{named: map[string]int{}}
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

// next is the piece that a text begins with: a name that has spaces, or what stands before the next space.
func (f *wordFilter) next(text string) string {
	for _, name := range f.names {
		if strings.Contains(name, " ") && strings.HasPrefix(text, name) &&
			(len(text) == len(name) || strings.ContainsRune(" .,:;)", rune(text[len(name)]))) {
			end := strings.IndexByte(text[len(name):]+" ", ' ')
			return text[:len(name)+end]
		}
	}
	piece, _, _ := strings.Cut(text, " ")
	return piece
}

// add takes the next piece. It reports whether the text may go on: if not, the piece isn't taken.
func (f *wordFilter) add(piece string) bool {
	isName := f.isName(piece)
	switch {
	case f.omitted > maxOmitted:
		return false
	case !f.isPlain(piece), f.gap > 0 && !isName && !isKnown(piece), f.odd >= maxOdd && !isName && !hasKnown(piece):
		return f.omit(piece)
	case !isName && f.length+utf8.RuneCountInString(piece) > maxShown:
		return false
	case !f.spend(piece):
		return f.omit(piece)
	}
	f.closeGap()
	f.shown = append(f.shown, piece)
	f.numbers++
	if strings.ContainsFunc(piece, unicode.IsLetter) {
		f.numbers = 0
	}
	f.odd++
	if isName || hasKnown(piece) {
		f.odd = 0
	}
	return true
}

func (f *wordFilter) omit(piece string) bool {
	f.omitted++
	f.gap += utf8.RuneCountInString(piece)
	return true
}

// spend takes a piece out of what may be shown. It reports whether there was enough.
func (f *wordFilter) spend(piece string) bool {
	rest, names := f.separate(piece)
	unknown := 0
	for _, part := range camelPart.FindAllString(withoutScheme(rest), -1) {
		if !knownWords()[strings.ToLower(part)] {
			unknown += len(part)
		}
	}
	digits := countDigits(rest)
	if f.unknown+unknown > maxUnknown || f.digits+digits > maxDigits {
		return false
	}
	if len(names) > 0 && !f.repeat(names) {
		return false
	}
	f.unknown, f.digits, f.length = f.unknown+unknown, f.digits+digits, f.length+utf8.RuneCountInString(rest)+1
	return true
}

// repeat counts the names of a piece. It reports whether they may be shown: the order of names can carry data, too.
func (f *wordFilter) repeat(names []string) bool {
	for _, name := range names {
		if f.named[name]++; f.named[name] > maxRepeats {
			return false
		}
	}
	f.pieces++
	return f.pieces <= maxNames
}

// separate is what a piece has beside names, and the names. A short name must be the whole of a piece. A name that is a
// part of a longer one, or of a word, isn't one of them.
func (f *wordFilter) separate(piece string) (rest string, names []string) {
	if name, ok := f.nameOf(piece); ok {
		return "", []string{name}
	}
	for _, name := range f.names {
		if utf8.RuneCountInString(name) < minOverlap {
			continue
		}
		if without := withoutWord(piece, name); without != piece {
			piece, names = without, append(names, name)
		}
	}
	return piece, names
}

// withoutWord removes a name from a piece where no letter or digit is beside it.
func withoutWord(piece, name string) string {
	var rest strings.Builder
	for {
		at := strings.Index(piece, name)
		if at < 0 {
			rest.WriteString(piece)
			return rest.String()
		}
		before, _ := utf8.DecodeLastRuneInString(piece[:at])
		after, _ := utf8.DecodeRuneInString(piece[at+len(name):])
		end := at + len(name)
		if isLetterOrDigit(before) || isLetterOrDigit(after) {
			_, size := utf8.DecodeRuneInString(piece[at:])
			rest.WriteString(piece[:at+size])
			end = at + size
		} else {
			rest.WriteString(piece[:at])
		}
		piece = piece[end:]
	}
}

// withoutNames is what a piece has beside names.
func (f *wordFilter) withoutNames(piece string) string {
	rest, _ := f.separate(piece)
	return rest
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

// isPlain reports whether a piece is a name, or consists of words and numbers.
func (f *wordFilter) isPlain(piece string) bool {
	if f.isName(piece) {
		return !f.isOfSecret(piece)
	}
	core, ok := withoutMarks(piece)
	if !ok && f.withoutNames(core) == core {
		return false
	}
	core = withoutScheme(f.withoutNames(core))
	if f.isOfSecret(core) || slices.ContainsFunc(words(core), f.isOfSecret) {
		return false
	}
	if f.numbers >= maxNumbers && countDigits(core) > 0 {
		return false
	}
	if fields := accountInARN.FindStringSubmatchIndex(core); fields != nil {
		core = core[:fields[2]] + core[fields[3]:]
	}
	return core == "" || instant.MatchString(core) || isWords(core)
}

// isName reports whether a piece is a name, perhaps with marks around it.
func (f *wordFilter) isName(piece string) bool {
	_, ok := f.nameOf(piece)
	return ok
}

// nameOf is the name that a piece is.
func (f *wordFilter) nameOf(piece string) (name string, ok bool) {
	core, _ := withoutMarks(piece)
	for _, candidate := range []string{piece, core, strings.TrimRight(piece, ".,:;")} {
		if slices.Contains(f.names, candidate) {
			return candidate, true
		}
	}
	return "", false
}

// isOfSecret reports whether the letters and digits of a piece are a part of a secret. A short word of English that is
// also in the secret ("token") gives nothing away.
func (f *wordFilter) isOfSecret(piece string) bool {
	reduced := lettersAndDigits(piece)
	if len(reduced) < minOverlap || len(reduced) < longWord && isKnown(piece) {
		return false
	}
	return slices.ContainsFunc(f.secrets, func(secret string) bool {
		return strings.Contains(secret, reduced) || strings.Contains(reduced, secret)
	})
}

// marked is a piece with the marks that stand around a word in prose: one each of quotes, of brackets and of
// punctuation.
var marked = regexp.MustCompile("^[(\\[<]?[\"'`]?(.*?)[\"'`]?[)\\]>]?[.,:;!?%]?$")

// withoutMarks is a piece without the marks around it. It reports whether the rest begins and ends as words do.
func withoutMarks(piece string) (core string, ok bool) {
	match := marked.FindStringSubmatch(piece)
	if len(match) == 0 || match[1] == "" {
		return piece, piece == "-"
	}
	core = strings.TrimPrefix(match[1], "*.")
	first, last := rune(core[0]), rune(core[len(core)-1])
	return core, isLetterOrDigit(first) && (isLetterOrDigit(last) || last == '/') || core == "-"
}

func withoutScheme(piece string) string {
	return strings.TrimPrefix(strings.TrimPrefix(piece, "https://"), "http://")
}

// isKnown reports whether a piece consists of known words. After data, anything else is more likely to be the rest of
// it.
func isKnown(piece string) bool {
	core, ok := withoutMarks(piece)
	words := camelPart.FindAllString(core, -1)
	return ok && len(words) > 0 && countDigits(piece) == 0 &&
		!slices.ContainsFunc(words, func(word string) bool { return !knownWords()[strings.ToLower(word)] })
}

// hasKnown reports whether a part of a piece is a known word of at least three letters, as in sts:AssumeRole.
func hasKnown(piece string) bool {
	return slices.ContainsFunc(camelPart.FindAllString(piece, -1), func(word string) bool {
		return len(word) > 2 && knownWords()[strings.ToLower(word)]
	}) || isKnown(piece)
}

// typography are the marks of printed text that mean the same as one of ASCII.
var typography = strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`, "–", "-", "—", "-", "…", ".")

// accountInARN is the account ID of an ARN: arn:aws:iam::123456789012:role/deploy.
var accountInARN = regexp.MustCompile(`^arn:[a-z-]+:[a-z]+:[a-z0-9-]*:(\d{12}):`)

// instant is a time as RFC 3339 writes it.
var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$`)

// separators stand between the words of a piece, as in us-east-1, role_arn, sts:TagSession or isn't.
const separators = ":/._-,'="

var separatorRuns = regexp.MustCompile(`[^A-Za-z0-9]+`)

// isWords reports whether a piece consists of words and numbers with separators between them.
func isWords(piece string) bool {
	if len(piece) > maxPiece ||
		strings.ContainsFunc(
			piece,
			func(r rune) bool { return !isLetterOrDigit(r) && !strings.ContainsRune(separators, r) },
		) {
		return false
	}
	parts := strings.FieldsFunc(piece, func(r rune) bool { return !isLetterOrDigit(r) })
	if len(parts) == 0 {
		return piece == "-"
	}
	for _, run := range separatorRuns.FindAllString(piece, -1) {
		if len(run) > 1 && strings.Trim(run, ":") != "" && run != "://" || len(run) > 3 {
			return false
		}
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
	// Letters and pairs spell anything. As a whole word, they must be a word of English.
	return len(parts) <= maxParts && short <= 2 &&
		(len(parts) > 1 || short == 0 || knownWords()[strings.ToLower(piece)])
}

// word is one in any usual spelling: denied, Denied, JWT, AccessDenied, sha256, 403. It takes long to compile, and most
// processes of a run read no text.
var word = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(
		`^(?:[a-z]{1,20}|(?:[A-Z]{1,5}|[A-Z][a-z]{1,19}|[A-Z]{1,4}[A-Z][a-z]{1,19}){1,8}|[a-z]{2,20}(?:[A-Z][a-z]{1,19}){1,6}|[A-Z]{2,12})?(\d{0,12})$`,
	)
})

// longNumbers are words that long numbers follow without a space: in AWS's "the expiration date/time1788264000", and in
// the codes of Microsoft Entra and Azure DevOps.
var longNumbers = map[string]bool{"time": true, "AADSTS": true, "TF": true}

// camelPart is a word of several that are written as one, such as Role in AssumeRole.
var camelPart = regexp.MustCompile(`[A-Z]*[a-z]+|[A-Z]+`)

// isWord reports whether letters, and digits after them, look like a word rather than like data.
func isWord(part string) bool {
	match := word().FindStringSubmatch(part)
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

// isNumber reports whether digits after a word, or without one, are a number that people read: a small one, a time in
// seconds since 1970, or an account ID.
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

// words are the runs of letters and digits in a text.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !isLetterOrDigit(r) })
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
