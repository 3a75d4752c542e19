package webidentity

import (
	"regexp"
	"strings"
)

// Form is what a text that isn't a JWT looks like.
type Form int

// The forms.
const (
	FormUnknown     Form = iota
	FormQuoted           // it starts with a quotation mark
	FormJSON             // it starts with a brace
	FormBearer           // it starts with the word Bearer
	FormMasked           // it consists of asterisks, as a CI system's log shows a secret
	FormEncrypted        // it is an encrypted token (JWE), which has five parts
	FormCutOff           // it starts as a JWT does
	FormWhiteSpace       // it has whitespace in it
	FormAccessToken      // it starts as an access token of a known issuer does
)

var (
	encrypted   = regexp.MustCompile(`^eyJ[\w-]*\.[\w-]*\.[\w-]*\.[\w-]*\.[\w-]*$`)
	accessToken = regexp.MustCompile(`^(?:ya29\.|Atza\||EAA|gh[opsu]_|github_pat_|glpat-|xox)`)
)

// formOf finds the form of a text that isn't a JWT.
func formOf(value string) Form {
	switch {
	case strings.HasPrefix(value, `"`), strings.HasPrefix(value, "'"):
		return FormQuoted
	case strings.HasPrefix(value, "{"):
		return FormJSON
	case strings.HasPrefix(strings.ToLower(value), "bearer "):
		return FormBearer
	case strings.Trim(value, "*") == "":
		return FormMasked
	case encrypted.MatchString(value):
		return FormEncrypted
	case strings.ContainsAny(value, " \t\r\n"):
		return FormWhiteSpace
	case strings.HasPrefix(value, "eyJ"):
		return FormCutOff
	case accessToken.MatchString(value):
		return FormAccessToken
	}
	return FormUnknown
}
