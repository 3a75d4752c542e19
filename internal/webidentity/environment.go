package webidentity

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// Environment is a token in an environment variable of the user's own naming, which is read anew each time.
type Environment struct {
	Name string // the name of the variable
	// the token needn't be a JWT, because provider_id says that it is an OAuth 2.0 access token
	Opaque bool
	Getenv func(string) string // reads a variable; os.Getenv when nil
}

// maxVariableName bounds a variable's name, in characters. What is longer is a value in its place.
const maxVariableName = 128

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// String names the source.
func (Environment) String() string { return EnvironmentArgument }

// Check tells whether Name can be the name of a variable, without reading it. Its error is an *Error, and doesn't
// repeat what isn't a name: that may be a token.
func (e Environment) Check() error {
	if variableName.MatchString(e.Name) && len(e.Name) <= maxVariableName {
		return nil
	}
	hint := " It must be a letter or an underscore, followed by letters, digits and underscores."
	switch {
	case e.Name == "":
		hint = " It is empty."
	case IsJWT(strings.TrimSpace(e.Name)):
		hint = " It is a token itself: give the name of the variable that holds it."
	case strings.ContainsAny(e.Name, `/\`):
		hint = " It looks like a path: to read a file, use " + FileArgument + "."
	case strings.HasPrefix(e.Name, "$"), strings.HasPrefix(e.Name, "%"):
		hint = " Write the name alone, without the sign that a shell expands it by."
	}
	return e.fail("Not the name of an environment variable", "The value of %s isn't the name of an environment "+
		"variable.%s", EnvironmentArgument, hint)
}

// Token reads the variable. Its errors are *Error.
func (e Environment) Token(context.Context) (secret.Text, error) {
	if err := e.Check(); err != nil {
		return secret.Text{}, err
	}
	getenv := e.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	value := getenv(e.Name)
	token, problem := accept(value)
	switch {
	case value == "":
		return secret.Text{}, e.fail("The environment variable isn't set", "%s isn't set, or is empty, where "+
			"Terraform runs.%s", e.subject(false), platformHint(e.Name))
	case problem != "":
		return secret.Text{}, e.fail("The environment variable has no token", "%s "+problem+".", e.subject(true))
	case !e.Opaque && !IsJWT(token):
		// This is also what keeps another secret of the environment from being posted to an endpoint.
		return secret.Text{}, e.fail("The environment variable has no token",
			"%s holds %s", e.subject(true), notJWT(token))
	}
	return secret.New(token), nil
}

// subject names the variable, to begin a sentence with. If it isn't set, a token may be in the place of its name, so
// only what is plainly the name of a variable is shown.
func (e Environment) subject(isSet bool) string {
	if isSet || e.isPlain() {
		return "The environment variable " + e.Name
	}
	return fmt.Sprintf("The environment variable that %s names (%d characters, which aren't shown because they might "+
		"be a token)", EnvironmentArgument, len(e.Name))
}

// isPlain reports whether Name is plainly the name of a variable.
func (e Environment) isPlain() bool { return plainName.MatchString(e.Name) && secret.IsPlain(e.Name) }

// plainName is a name in capital letters, as those of platforms are.
var plainName = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$`)

// platformHint says what makes a platform set its variable.
func platformHint(name string) string {
	for _, platform := range []struct{ prefix, hint string }{
		{"TFC_WORKLOAD_IDENTITY_TOKEN", " In HCP Terraform and Terraform Enterprise, set " +
			"TFC_WORKLOAD_IDENTITY_AUDIENCE (with _TAG at the end for a " +
			"token with a tag) as an environment variable of the workspace."},
		{"BITBUCKET_STEP_OIDC_TOKEN", " In Bitbucket Pipelines, set oidc: true on the step."},
	} {
		if strings.HasPrefix(name, platform.prefix) {
			return platform.hint
		}
	}
	return " Does the job ask for the token (in GitLab: id_tokens), and is the variable handed on to where Terraform " +
		"runs?"
}

// fail is an error at the argument. Unless the name is plainly one, a token might be in its place.
func (e Environment) fail(summary, format string, arguments ...any) error {
	misplaced := e.Name != "" && !e.isPlain()
	return &Error{
		Argument:  EnvironmentArgument,
		Misplaced: misplaced,
		Summary:   summary,
		Detail:    fmt.Sprintf(format, arguments...),
	}
}
