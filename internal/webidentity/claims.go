package webidentity

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// ErrNotJWT is the error of Decode for anything that isn't a signed JSON Web Token in compact form.
var ErrNotJWT = errors.New("not a JSON Web Token")

// Claims are the claims of a token. Only STS verifies them. A member is empty if the claim is missing, or if its type
// isn't the one in RFC 7519.
//
// This package doesn't use a JOSE library, because such libraries reject tokens that an error must describe. Examples
// are tokens with an unknown algorithm, or with times that aren't integers.
type Claims struct {
	Algorithm       string // alg of the header
	KeyID           string // kid of the header
	Issuer          string // iss
	Subject         string // sub
	Audience        []string
	AuthorizedParty string // azp
	IssuedAt        time.Time
	NotBefore       time.Time
	Expiration      time.Time
	All             map[string]any // every claim; numbers are json.Number
}

// IsJWT reports whether a token has the form of a signed JWT.
func IsJWT(token string) bool {
	_, err := Decode(token)
	return err == nil
}

// Trim removes the whitespace around a token, as the provider does before it sends the token.
func Trim(token string) string { return strings.TrimSpace(token) }

// Decode reads the header and the claims of a token without verifying anything. Its only error is ErrNotJWT.
func Decode(token string) (Claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || strings.ContainsAny(token, "\r\n") { // which Go's base64 would pass over
		return Claims{}, ErrNotJWT
	}
	header, ok := decodeObject(parts[0])
	if !ok {
		return Claims{}, ErrNotJWT
	}
	claims, ok := decodeObject(parts[1])
	if !ok {
		return Claims{}, ErrNotJWT
	}
	if _, err := base64.RawURLEncoding.DecodeString(parts[2]); err != nil {
		return Claims{}, ErrNotJWT
	}
	return Claims{
		Algorithm:       text(header["alg"]),
		KeyID:           text(header["kid"]),
		Issuer:          text(claims["iss"]),
		Subject:         text(claims["sub"]),
		Audience:        texts(claims["aud"]),
		AuthorizedParty: text(claims["azp"]),
		IssuedAt:        instant(claims["iat"]),
		NotBefore:       instant(claims["nbf"]),
		Expiration:      instant(claims["exp"]),
		All:             claims,
	}, nil
}

// HasPlainAudience reports whether aud is a text, or a list of texts, none of which is empty.
func (c Claims) HasPlainAudience() bool {
	elements, isList := c.All["aud"].([]any)
	return len(c.Audience) > 0 && !slices.Contains(c.Audience, "") && (!isList || len(elements) == len(c.Audience))
}

func decodeObject(segment string) (map[string]any, bool) {
	decoded, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		return nil, false
	}
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader(decoded))
	decoder.UseNumber() // a float64 would round large numbers
	if err := decoder.Decode(&object); err != nil || object == nil {
		return nil, false
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, false // something follows
	}
	return object, true
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

// texts reads aud, which is a string or an array of them.
func texts(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		var all []string
		for _, element := range value {
			if s, ok := element.(string); ok {
				all = append(all, s)
			}
		}
		return all
	}
	return nil
}

// instant reads a NumericDate: seconds since 1970. The bounds are the years 1 to 9999, what RFC 3339 can write.
func instant(value any) time.Time {
	number, ok := value.(json.Number)
	if !ok {
		return time.Time{}
	}
	seconds, err := number.Float64()
	if err != nil || math.IsNaN(seconds) || seconds < -62135596800 || seconds > 253402300799 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}
