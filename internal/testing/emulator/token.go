package emulator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
)

// idToken is a JWT that has been read, not verified.
type idToken struct {
	raw       string
	algorithm string
	keyID     string
	// claims has numbers as json.Number: how a time is written matters.
	claims map[string]any
}

// String redacts: the type holds a token.
func (idToken) String() string { return "emulator.idToken(redacted)" }

// GoString is String, for %#v.
func (t idToken) GoString() string { return t.String() }

// LogValue is String, for structured logs.
func (t idToken) LogValue() slog.Value { return slog.StringValue(t.String()) }

var errNotJWT = errors.New("not a JWT")

// parseIDToken reads the compact form: three base64url segments, of which the
// first two are JSON objects. Its only error is errNotJWT.
func parseIDToken(raw string) (*idToken, error) {
	segments := strings.Split(raw, ".")
	if len(segments) != 3 {
		return nil, errNotJWT
	}
	header, err := decodeSegment(segments[0])
	if err != nil {
		return nil, errNotJWT
	}
	claims, err := decodeSegment(segments[1])
	if err != nil {
		return nil, errNotJWT
	}
	token := &idToken{raw: raw, claims: claims}
	token.algorithm, _ = header["alg"].(string)
	token.keyID, _ = header["kid"].(string)
	if token.algorithm == "" {
		return nil, errNotJWT
	}
	return token, nil
}

func decodeSegment(segment string) (map[string]any, error) {
	text, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) || object == nil {
		return nil, errNotJWT
	}
	return object, nil
}

// text is a claim that is a string, or empty.
func (t *idToken) text(claim string) string {
	value, _ := t.claims[claim].(string)
	return value
}

// texts is a claim that is a string or an array of strings, or nothing.
func (t *idToken) texts(claim string) []string {
	switch value := t.claims[claim].(type) {
	case string:
		if value == "" {
			return nil
		}
		return []string{value}
	case []any:
		texts := make([]string, 0, len(value))
		for _, element := range value {
			text, ok := element.(string)
			if !ok {
				return nil
			}
			texts = append(texts, text)
		}
		return texts
	default:
		return nil
	}
}

var integer = regexp.MustCompile(`^-?[0-9]{1,18}$`)

// time is a claim that is a point in time, in seconds since 1970. STS takes
// integers alone: 1700000000.0 and 1.7e9 are none, though JSON has them equal.
func (t *idToken) time(claim string) (seconds int64, ok bool) {
	number, isNumber := t.claims[claim].(json.Number)
	if !isNumber || !integer.MatchString(number.String()) {
		return 0, false
	}
	seconds, err := strconv.ParseInt(number.String(), 10, 64)
	return seconds, err == nil
}

// missingClaim is the first claim that IAM requires and the token lacks, or
// empty. The order is a guess.
func (t *idToken) missingClaim() string {
	for _, claim := range []string{"iss", "sub"} {
		if t.text(claim) == "" {
			return claim
		}
	}
	if len(t.texts("aud")) == 0 {
		return "aud"
	}
	for _, claim := range []string{"exp", "iat"} {
		if t.claims[claim] == nil {
			return claim
		}
	}
	return ""
}
