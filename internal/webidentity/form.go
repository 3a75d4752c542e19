package webidentity

import (
	"regexp"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
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
	FormPath             // it is the path of a file
	FormVariable         // it is the name of a variable after a dollar sign
	FormNull             // it is the word null
	FormGitHub           // it starts as GitHub's own access tokens do
	FormAccessToken      // it starts as an access token of a known issuer does
)

var (
	encrypted   = regexp.MustCompile(`^eyJ[\w-]*\.[\w-]*\.[\w-]*\.[\w-]*\.[\w-]*$`)
	gitHubToken = regexp.MustCompile(`^(?:gh[opsu]_|github_pat_)`)
	accessToken = regexp.MustCompile(`^(?:ya29\.|Atza\||EAA|glpat-|xox)`)
	dollarName  = regexp.MustCompile(`^\$\{?[A-Za-z_][A-Za-z0-9_]*\}?$`)
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
	case secret.IsPath(value):
		return FormPath
	case dollarName.MatchString(value):
		return FormVariable
	case value == "null":
		return FormNull
	case gitHubToken.MatchString(value):
		return FormGitHub
	case accessToken.MatchString(value):
		return FormAccessToken
	}
	return FormUnknown
}
