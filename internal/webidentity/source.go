// Package webidentity knows where a web identity token comes from and what it claims. It knows neither Terraform nor
// AWS.
package webidentity

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// What STS takes as WebIdentityToken, in characters.
const (
	MinTokenLength = 4
	MaxTokenLength = 20000
)

// The names that users know the sources by: the arguments of a block, and the variable of the environment.
const (
	InlineArgument      = "web_identity_token"
	FileArgument        = "web_identity_token_file"
	EnvironmentArgument = "web_identity_token_env"
	RequestArgument     = "web_identity_token_request"
	FileVariable        = "AWS_WEB_IDENTITY_TOKEN_FILE"
)

// Source gives a token. It is asked anew for each call of STS, so that a token that its platform has replaced is used.
type Source interface {
	// Token fetches the token, with white space around it trimmed. It ends when ctx does. Its errors are *Error, or the
	// context's.
	Token(ctx context.Context) (secret.Text, error)
	// String names the source as the user set it, for logs and diagnostics. It never holds the token.
	String() string
}

// Error says why a source gave no usable token. It never holds the token.
type Error struct {
	Argument  string // the argument at fault; empty when the source is the environment
	Member    string // the platform's object in RequestArgument; empty for the other arguments
	Attribute string // the attribute of that object at fault; empty when it isn't a single one
	Misplaced bool   // a token might be in the argument by mistake, so the argument's line must not be shown
	Summary   string // what is wrong, as a heading
	Detail    string // what is wrong and what would be right, in sentences
}

func (e *Error) Error() string { return e.Summary + ": " + e.Detail }

// notJWT completes "The ... holds", of what a file or a variable holds in place of a JWT.
func notJWT(value string) string {
	return "something that isn't a JWT (three parts in base64url, separated by dots), so it isn't sent anywhere." +
		notJWTHint(
			value,
		) +
		" Only with provider_id, for an OAuth 2.0 access token, may it be something else."
}

// notJWTHint tells how something that isn't a JWT came about, when its form shows it. It repeats nothing of it.
func notJWTHint(value string) string {
	switch {
	case strings.HasPrefix(value, `"`), strings.HasPrefix(value, "'"):
		return " It begins with a quote: the token has to be there without."
	case strings.HasPrefix(value, "{"):
		return " It is JSON: take the token out of it."
	case strings.HasPrefix(strings.ToLower(value), "bearer "):
		return " It begins with the word Bearer: remove it."
	case strings.ContainsAny(value, " \t\r\n"):
		return " There is white space in it."
	case strings.HasPrefix(value, "eyJ"):
		return " It begins as a JWT does: it may be cut off."
	}
	return ""
}

// accept trims a token and checks what holds for every server: its length and its text.
func accept(raw string) (token string, problem string) {
	token = strings.TrimSpace(raw)
	length := utf8.RuneCountInString(token)
	switch {
	case token == "":
		return "", "is empty"
	case !utf8.ValidString(token):
		return "", "isn't text: it holds bytes that aren't UTF-8"
	case length < MinTokenLength:
		return "", fmt.Sprintf(
			"is too short to be a token: %d characters, where at least %d are needed",
			length,
			MinTokenLength,
		)
	case length > MaxTokenLength:
		return "", fmt.Sprintf(
			"is longer than a token can be: %d characters, where at most %d are allowed",
			length,
			MaxTokenLength,
		)
	}
	return token, ""
}
