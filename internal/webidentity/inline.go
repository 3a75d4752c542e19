package webidentity

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// Inline is a token that stands in the configuration itself.
type Inline struct {
	Value secret.Text
}

// Token gives the value, or an error at web_identity_token when it can't be a token.
func (i Inline) Token(context.Context) (secret.Text, error) {
	if err := i.Check(); err != nil {
		return secret.Text{}, err
	}
	return secret.New(strings.TrimSpace(i.Value.Reveal())), nil
}

// String names the source.
func (i Inline) String() string { return InlineArgument }

// Check tells what is wrong with the value, as far as that shows without asking a server. Its error is an *Error.
//
// It doesn't ask for a JWT: an OAuth 2.0 access token isn't one, nor is what some test servers take.
func (i Inline) Check() error {
	token, problem := accept(i.Value.Reveal())
	if problem != "" {
		return &Error{
			Argument: InlineArgument,
			Summary:  "Not a web identity token",
			Detail: "The value of " + InlineArgument + " " + problem + ". It must be the token itself: a JWT from " +
				"your identity provider, " +
				"or an OAuth 2.0 access token together with provider_id.",
		}
	}
	if isPath(token) {
		return &Error{
			Argument: InlineArgument,
			Summary:  "The path of a file in place of a token",
			Detail: "The value of " + InlineArgument + " is the path of a file, not a token. Give the path to " +
				FileArgument +
				" instead, which reads the file each time a token is needed.",
		}
	}
	return nil
}

// isPath tells whether a value that should be a token is a path, by its looks or because there is such a file. No JWT
// looks so: its alphabet has neither slash nor colon, and it starts with the code of an opening brace.
func isPath(value string) bool {
	if secret.IsPath(value) {
		return true
	}
	if len(value) > 4096 || IsJWT(value) {
		return false
	}
	info, err := os.Stat(filepath.Clean(value))
	return err == nil && !info.IsDir()
}
