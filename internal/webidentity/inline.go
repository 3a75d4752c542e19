package webidentity

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// Inline is a token in the configuration itself.
type Inline struct {
	Value secret.Text
}

// Token gives the value. Its error is a *SourceError.
func (i Inline) Token(context.Context) (secret.Text, error) {
	if err := i.Check(); err != nil {
		return secret.Text{}, err
	}
	return secret.New(strings.TrimSpace(i.Value.Reveal())), nil
}

// Check checks the value, as far as that is possible without a server. Its error is a *SourceError.
//
// The value needn't be a JWT, because an OAuth 2.0 access token isn't one, nor is what some test servers accept.
func (i Inline) Check() error {
	token, err := accept(i, i.Value.Reveal())
	if err != nil {
		return err
	}
	if isPath(token) {
		return &SourceError{Source: i, Problem: ProblemPathAsToken}
	}
	return nil
}

// isPath reports whether a value that should be a token is a path, by its form or because there is such a file. No JWT
// looks like a path: its alphabet has neither slash nor colon, and it starts with the code of an opening brace.
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
