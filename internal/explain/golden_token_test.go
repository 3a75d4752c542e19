package explain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var allowed = []string{"https://kubernetes.example.com", "https://vault.example.com"}

// tokenGoldens are failures of tokens that aren't allowed, or that a block returns itself.
var tokenGoldens = map[string]noAnswer{
	"audience_requested": {
		&assumerole.AudienceError{Kind: assumerole.AudienceRequested, Audience: "sts.amazonaws.com", Allowed: allowed},
		fromGitHub,
	},
	"audience_claimed": {
		&assumerole.AudienceError{Kind: assumerole.AudienceClaimed, Audience: "sts.amazonaws.com", Allowed: allowed},
		fromFile,
	},
	"audience_claimed_among_others": {
		&assumerole.AudienceError{Kind: assumerole.AudienceClaimed, Audience: "sts.amazonaws.com", Allowed: allowed},
		both(fromFile, func(e *assumerole.Exchange) {
			e.Claims.Audience = []string{"https://vault.example.com", "sts.amazonaws.com"}
		}),
	},
	"audience_claimed_of_environment": {
		&assumerole.AudienceError{Kind: assumerole.AudienceClaimed, Audience: "sts.amazonaws.com", Allowed: allowed},
		func(e *assumerole.Exchange) {
			e.Request.TokenOrigin = origin.OfVariable(webidentity.FileVariable)
			e.Request.Token = webidentity.File{Path: "/token", Origin: e.Request.TokenOrigin}
		},
	},
	"audience_missing": {
		&assumerole.AudienceError{Kind: assumerole.AudienceMissing, Allowed: allowed[:1]},
		func(e *assumerole.Exchange) { e.Request.Token = webidentity.Environment{Name: "JOB_TOKEN"} },
	},
	"audience_opaque": {
		&assumerole.AudienceError{Kind: assumerole.AudienceOpaque, Allowed: allowed},
		func(e *assumerole.Exchange) {
			e.Request.Token = webidentity.Inline{Value: secret.New("an-opaque-token")}
			e.Request.TokenOrigin, e.Claims = origin.Of(origin.ProviderBlock), nil
		},
	},
	"token_timeout": {
		&assumerole.TimeoutError{Timeout: time.Minute, During: assumerole.StageToken},
		both(onlyToken, fromGitHub),
	},
	"token_interrupted": {&assumerole.InterruptedError{During: assumerole.StageToken}, onlyToken},
	"token_bug":         {&assumerole.BugError{Place: "webidentity.Decode (claims.go:46)"}, onlyToken},
	"token_not_jwt": {
		&webidentity.SourceError{Source: webidentity.Inline{}, Problem: webidentity.ProblemNotJWT},
		both(onlyToken, func(e *assumerole.Exchange) {
			e.Request.Token, e.Request.TokenOrigin = webidentity.Inline{}, origin.Of(origin.ProviderBlock)
		}),
	},
	"token_pause": {
		&webidentity.Error{
			Summary: "No web identity token", Detail: "HTTP status 429.", MaxAttempts: 9, RetryAfter: time.Hour,
		},
		onlyToken,
	},
}

func fromFile(exchange *assumerole.Exchange) {
	exchange.Request.Token = webidentity.File{Path: "/token", Origin: origin.Of(origin.Block)}
}

func fromGitHub(exchange *assumerole.Exchange) {
	exchange.Request.Token = webidentity.GitHubActions.Request(webidentity.Requester{}, nil)
}

func onlyToken(exchange *assumerole.Exchange) { exchange.OnlyToken = true }

// TestArgumentsOfAudienceErrors checks which argument each error points at. The line of a token itself isn't shown: the
// caller leaves out that argument.
func TestArgumentsOfAudienceErrors(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"audience_requested":              "web_identity_token_request",
		"audience_claimed":                "web_identity_token_file",
		"audience_claimed_of_environment": "",
		"audience_missing":                "web_identity_token_env",
		"audience_opaque":                 "",
	} {
		if got := explanations()[name].Argument; got != want {
			t.Errorf("%s: it points at %q, want %q", name, got, want)
		}
	}
}

// TestAudienceIsBounded checks that an audience is quoted, and that a long one and many allowed ones are cut off.
func TestAudienceIsBounded(t *testing.T) {
	t.Parallel()
	exchange := ordinary()
	fromFile(&exchange)
	failure := &assumerole.AudienceError{
		Kind: assumerole.AudienceClaimed, Audience: "a\x1b[2J\n" + strings.Repeat("b", 10000),
		Allowed: make([]string, 100),
	}
	for n := range failure.Allowed {
		failure.Allowed[n] = strings.Repeat("c", n+1)
	}
	detail := explain.Failure(exchange, failure).Detail
	if len(detail) > 2000 || strings.ContainsAny(detail, "\x1b\n") || !strings.Contains(detail, "and 95 more") {
		t.Errorf("it has %d bytes: %q", len(detail), detail)
	}
}

// TestTokenResourceAdvice checks that the advice for a block that returns the token names no argument that it lacks.
func TestTokenResourceAdvice(t *testing.T) {
	t.Parallel()
	const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln"
	for name, source := range map[string]webidentity.Source{
		"a token as a path":  webidentity.File{Path: jwt, Origin: origin.Of(origin.Block)},
		"no path":            webidentity.File{Path: "glpat-abcdefghijklmnop", Origin: origin.Of(origin.Block)},
		"an access token":    webidentity.Environment{Name: "T", Getenv: func(string) string { return "ya29.abcde" }},
		"a token as a name":  webidentity.Environment{Name: jwt},
		"a path as the text": webidentity.Environment{Name: "T", Getenv: func(string) string { return "/a/path" }},
	} {
		_, err := source.Token(t.Context())
		exchange := assumerole.Exchange{Request: assumerole.Request{Token: source}, OnlyToken: true}
		for _, mode := range []bool{true, false} {
			exchange.OnlyToken = mode
			detail := explain.Failure(exchange, err).Detail
			names := strings.Contains(detail, "provider_id") || strings.Contains(detail, "web_identity_token to")
			switch {
			case mode && names:
				t.Errorf("%s: %s", name, detail)
			case !mode && !names && (name == "no path" || name == "an access token" || name == "a token as a path"):
				t.Errorf("%s: for an exchange, it doesn't: %s", name, detail)
			}
		}
	}
}

func TestNoTokenSource(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{
		"GITHUB_ACTIONS":          "In GitHub Actions, set web_identity_token_request = { github_actions = {} }.",
		"KUBERNETES_SERVICE_HOST": "Set one of these arguments in this block:",
		"":                        "Set one of these arguments in this block:",
	} {
		got := explain.NoTokenSource(func(name string) string {
			if name == variable {
				return "true"
			}
			return ""
		})
		if !strings.HasPrefix(got.Detail, want) {
			t.Errorf("%s: got %s", variable, got.Detail)
		}
		for _, name := range []string{
			"web_identity_token_file", "web_identity_token_env", "web_identity_token_request", "provider block",
			"AWS_WEB_IDENTITY_TOKEN_FILE isn't a default here",
		} {
			if !strings.Contains(got.Detail, name) {
				t.Errorf("%s isn't in %s", name, got.Detail)
			}
		}
		if words(got.Detail) > maxWords {
			t.Errorf("it has %d words", words(got.Detail))
		}
	}
}
