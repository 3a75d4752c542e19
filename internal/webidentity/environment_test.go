package webidentity_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

func TestEnvironmentGivesItsTokenTrimmedAndAnew(t *testing.T) {
	source := webidentity.Environment{Name: "SOME_ID_TOKEN"}
	for _, want := range []string{jwt(), token(`{"alg":"ES256"}`, `{"sub":"t"}`)} {
		t.Setenv("SOME_ID_TOKEN", "\n "+want+"\r\n")
		if got, err := source.Token(t.Context()); err != nil || got.Reveal() != want {
			t.Errorf("got %q, %v", got.Reveal(), err)
		}
	}
	if got := explain.SourceName(source); got != "web_identity_token_env" {
		t.Errorf("the source is called %q", got)
	}
}

func TestEnvironmentErrorsNameTheVariableAndTheProblem(t *testing.T) {
	for name, test := range map[string]struct {
		variable, value string
		opaque          bool
		want            []string
	}{
		"unset": {variable: "SOME_ID_TOKEN", want: []string{"SOME_ID_TOKEN isn't set", "id_tokens"}},
		"unset in HCP Terraform": {
			variable: "TFC_WORKLOAD_IDENTITY_TOKEN_AWS", want: []string{"TFC_WORKLOAD_IDENTITY_AUDIENCE"},
		},
		"unset in Bitbucket": {variable: "BITBUCKET_STEP_OIDC_TOKEN", want: []string{"oidc: true"}},
		"whitespace alone":   {variable: "SOME_ID_TOKEN", value: " \n", want: []string{"SOME_ID_TOKEN is empty"}},
		"too long": {
			variable: "SOME_ID_TOKEN", value: strings.Repeat("x", 20001), want: []string{"20001 characters"},
		},
		"another secret": {
			variable: "DATABASE_PASSWORD", value: "c2VjcmV0", want: []string{"DATABASE_PASSWORD", "doesn't contain a " +
				"JWT"},
		},
		"too short, though opaque": {
			variable: "SOME_ID_TOKEN", value: "abc", opaque: true, want: []string{"too short"},
		},
		"unset, with a name like a key's": {
			variable: "ghp_c2VjcmV0c2VjcmV0AAAA1111", want: []string{"might be a token"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			source := webidentity.Environment{
				Name:   test.variable,
				Opaque: test.opaque,
				Getenv: func(name string) string {
					if name != test.variable {
						t.Errorf("%s was read", name)
					}
					return test.value
				},
			}
			_, err := source.Token(t.Context())
			expectSourceError(t, err, "web_identity_token_env", test.want...)
			if strings.Contains(explained(err), "c2VjcmV0") {
				t.Errorf("the secret is in the error: %v", err)
			}
		})
	}
}

func TestEnvironmentRefusesWhatIsNoName(t *testing.T) {
	for name, test := range map[string]struct{ value, want string }{
		"empty":                         {"", "is empty"},
		"a token":                       {jwt(), "is a token itself"},
		"a token with a line's end":     {jwt() + "\n", "is a token itself"},
		"an opaque token":               {"ya29.a0AfH6SMBx", "letters, digits and underscores"},
		"a path":                        {"/var/run/secrets/token", "web_identity_token_file"},
		"a path of Windows":             {`C:\token`, "web_identity_token_file"},
		"a name as a shell expands it":  {"$SOME_ID_TOKEN", "only the name"},
		"a name as a prompt expands it": {"%SOME_ID_TOKEN%", "only the name"},
		"a name that starts in a digit": {"1TOKEN", "a letter or an underscore"},
		"longer than names are":         {strings.Repeat("A", 129), "isn't the name"},
	} {
		t.Run(name, func(t *testing.T) {
			source := webidentity.Environment{Name: test.value, Getenv: func(string) string {
				t.Error("the environment was read")
				return jwt()
			}}
			_, err := source.Token(t.Context())
			expectSourceError(t, err, "web_identity_token_env", test.want)
			if test.value != "" && strings.Contains(explained(err), test.value) {
				t.Errorf("the value is in the error: %v", err)
			}
		})
	}
}

func TestEnvironmentMayHoldAnAccessTokenWhenToldSo(t *testing.T) {
	t.Setenv("SOME_ACCESS_TOKEN", "Atza|opaque\n")
	got, err := webidentity.Environment{Name: "SOME_ACCESS_TOKEN", Opaque: true}.Token(t.Context())
	if err != nil || got.Reveal() != "Atza|opaque" {
		t.Errorf("got %q, %v", got.Reveal(), err)
	}
}

// explained is an error as a user sees it.
func explained(err error) string {
	text := explain.Failure(assumerole.Exchange{}, err)
	return text.Summary + ": " + text.Detail
}

// expectSourceError looks for a *SourceError whose explanation is at the argument, with all of the texts.
func expectSourceError(t *testing.T, err error, argument string, texts ...string) {
	t.Helper()
	if _, ok := errors.AsType[*webidentity.SourceError](err); !ok {
		t.Fatalf("got %v, want a *SourceError with %q", err, texts)
	}
	if text := explain.Failure(assumerole.Exchange{}, err); text.Argument != argument {
		t.Errorf("it is at %q, want %q", text.Argument, argument)
	}
	for _, text := range texts {
		if !strings.Contains(explained(err), text) {
			t.Errorf("%q isn't in: %s", text, explained(err))
		}
	}
}

// expectError looks for an *Error at the place that want names, with all of the texts in its detail.
func expectError(t *testing.T, err error, want webidentity.Error, texts ...string) {
	t.Helper()
	problem, ok := errors.AsType[*webidentity.Error](err)
	if !ok {
		t.Fatalf("got %v, want an *Error with %q", err, texts)
	}
	if problem.Platform != want.Platform || problem.Attribute != want.Attribute {
		t.Errorf("the error is at %s.%s", problem.Platform, problem.Attribute)
	}
	if problem.Summary == "" {
		t.Error("the error has no summary")
	}
	for _, text := range texts {
		if !strings.Contains(problem.Detail, text) {
			t.Errorf("%q isn't in: %s", text, problem.Detail)
		}
	}
}
