package webidentity

import (
	"context"
	"os"
	"regexp"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// Environment is a token in an environment variable of the user's own naming, which the provider reads for each
// exchange.
type Environment struct {
	Name string // the name of the variable
	// the token needn't be a JWT, because provider_id says that it is an OAuth 2.0 access token
	Opaque bool
	Getenv func(string) string // reads a variable; os.Getenv when nil
}

// maxVariableName bounds a variable's name, in characters. What is longer is a value in its place.
const maxVariableName = 128

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Check checks whether Name can be the name of a variable, without reading it. Its error is a *SourceError.
func (e Environment) Check() error {
	if variableName.MatchString(e.Name) && len(e.Name) <= maxVariableName {
		return nil
	}
	return &SourceError{Source: e, Problem: ProblemNotName}
}

// Token reads the variable. Its errors are *SourceError.
func (e Environment) Token(context.Context) (secret.Text, error) {
	if err := e.Check(); err != nil {
		return secret.Text{}, err
	}
	getenv := e.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	value := getenv(e.Name)
	if value == "" {
		return secret.Text{}, &SourceError{Source: e, Problem: ProblemNotSet}
	}
	return acceptJWT(e, value, e.Opaque)
}

// HasPlainName reports whether Name is plainly the name of a variable, as those of platforms are. If it isn't, a token
// might be in its place.
func (e Environment) HasPlainName() bool {
	return plainName.MatchString(e.Name) && secret.IsPlain(e.Name)
}

var plainName = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$`)
