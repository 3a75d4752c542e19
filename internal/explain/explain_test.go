package explain_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var exampleExchange = assumerole.Exchange{
	Request: assumerole.Request{
		RoleARN:         "arn:aws:iam::111122223333:role/deploy",
		RoleSessionName: "job",
		Token:           webidentity.Inline{},
	},
	Destination: assumerole.Destination{
		Host:         "sts.us-east-1.amazonaws.com",
		AWS:          true,
		Region:       "us-east-1",
		RegionOrigin: origin.Origin{Name: "aws"},
	},
}

func TestFailure(t *testing.T) {
	for name, test := range map[string]struct {
		err      error
		argument string
		summary  string
		want     []string
	}{
		"an argument": {
			err: &assumerole.ValueError{
				Parameter: assumerole.ParameterPolicy,
				Origin:    origin.Of(origin.Block),
				Problem:   assumerole.ProblemLength,
				Length:    3000,
			},
			argument: "policy", summary: "Invalid session policy", want: []string{"3000 characters"},
		},
		"a token": {
			err: &webidentity.SourceError{
				Source:  webidentity.File{Path: "/token", Origin: origin.Of(origin.Block)},
				Problem: webidentity.ProblemNotFound,
			},
			argument: "web_identity_token_file", summary: "The web identity token file can't be read",
			want: []string{`"/token" doesn't exist`},
		},
		"a token of a platform": {
			err:      &webidentity.Error{Platform: "buildkite", Summary: "No", Detail: "None."},
			argument: "web_identity_token_request", summary: "No", want: []string{"None."},
		},
		"a refusal": {
			err: &assumerole.ServiceError{
				Code: "AccessDenied", Message: "Not authorized", HTTPStatus: 403, RequestID: "id-1",
			},
			summary: "STS denied the exchange",
			want: []string{
				"STS answered AccessDenied: \"Not authorized\" (HTTP status 403, request ID id-1).",
				`role         "arn:aws:iam::111122223333:role/deploy"`,
				"sts.us-east-1.amazonaws.com (Region from the role's partition, aws)", "isn't a JWT",
			},
		},
		"a refusal without a request ID": {
			err:     &assumerole.ServiceError{Code: "InvalidParameterValue", Message: "bad", HTTPStatus: 400},
			summary: "STS rejected the exchange", want: []string{"\"bad\" (HTTP status 400)."},
		},
		"a redirect": {
			err:     &transport.RedirectError{Status: 302, Host: "login.example.com"},
			summary: "The STS endpoint redirects elsewhere", want: []string{"HTTP status 302", `"login.example.com"`},
		},
		"no STS": {
			err:     &assumerole.AnswerError{Kind: assumerole.AnswerNoCredentials},
			summary: "The answer of STS has no credentials", want: []string{"a response without credentials"},
		},
		"a timeout": {
			err:     &assumerole.TimeoutError{Timeout: time.Minute, During: assumerole.StageCall},
			summary: "No credentials within the timeout",
			want: []string{
				"1m passed while waiting for the answer of STS at sts.us-east-1.amazonaws.com",
				"Region from the role's partition",
			},
		},
		"a connection": {
			err:     &assumerole.ConnectionError{Kind: assumerole.ConnectionRefused},
			summary: "Nothing listens at the STS endpoint",
			want:    []string{"The call to sts.us-east-1.amazonaws.com", "rejected the connection."},
		},
		"an interrupt": {
			err: fmt.Errorf("interrupted: %w", context.Canceled), summary: "Interrupted",
			want: []string{"before STS had answered"},
		},
		"anything": {
			err: errors.New("via http://user:hunter2@proxy"), summary: "STS can't be reached",
			want: []string{"http://(redacted)@proxy"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := explain.Failure(exampleExchange, fmt.Errorf("wrapped: %w", test.err))
			if got.Argument != test.argument || got.Summary != test.summary {
				t.Errorf("it is %q at %q, want %q at %q", got.Summary, got.Argument, test.summary, test.argument)
			}
			for _, want := range test.want {
				if !strings.Contains(got.Detail, want) {
					t.Errorf("%q isn't in:\n%s", want, got.Detail)
				}
			}
		})
	}
}

// TestHostileClaims holds that a claim can neither forge a line of the text nor act upon a terminal.
func TestHostileClaims(t *testing.T) {
	exchange := exampleExchange
	exchange.Claims = &webidentity.Claims{
		Issuer:          "https://i.example\nYou may trust it.",
		Subject:         "\x1b]0;owned\x07\u202e" + strings.Repeat("x", 100000),
		Audience:        []string{"a\rb", ""},
		Algorithm:       "\"quoted\"",
		AuthorizedParty: "azp",
		Expiration:      time.Unix(1, 0).UTC(),
	}
	detail := explain.Failure(exchange, &assumerole.ServiceError{Code: "AccessDenied"}).Detail
	for _, forbidden := range []string{"\x1b", "\x07", "\r", "\u202e", "\nYou may"} {
		if strings.Contains(detail, forbidden) {
			t.Errorf("%q is in the text", forbidden)
		}
	}
	if len(detail) > 5000 {
		t.Errorf("the text has %d bytes", len(detail))
	}
	for _, want := range []string{"expired at   1970-01-01T00:00:01Z", `:aud       "azp" (azp`} {
		if !strings.Contains(detail, want) {
			t.Errorf("%q isn't in:\n%s", want, detail)
		}
	}
}

func TestWarnings(t *testing.T) {
	elsewhere := exampleExchange
	elsewhere.Destination = assumerole.Destination{
		Host:           "minio.example.com",
		EndpointOrigin: origin.Of(origin.ProviderBlock),
	}
	elsewhere.Claims = &webidentity.Claims{Audience: []string{"x", "sts.amazonaws.com"}}
	elsewhere.Sent = true
	elsewhere.Request.PolicyARNs = []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}
	if got := explain.Warnings(elsewhere); len(got) != 2 || got[1].Argument != "policy_arns" {
		t.Errorf("elsewhere: %+v", got)
	}
	notSent := elsewhere
	notSent.Sent = false
	if got := explain.Warnings(notSent); len(got) != 0 {
		t.Errorf("of what wasn't sent: %+v", got)
	}
	atAWS := elsewhere
	atAWS.Destination = exampleExchange.Destination
	if got := explain.Warnings(atAWS); len(got) != 0 {
		t.Errorf("at AWS: %+v", got)
	}
}

// TestRefreshWithExpiredToken checks that every answer for an expired token gets the same explanation, by the server's
// word alone.
func TestRefreshWithExpiredToken(t *testing.T) {
	t.Parallel()
	const summary = "The web identity token has expired, and can't be replaced"
	for name, test := range map[string]struct {
		code, message string
		token         webidentity.Source
		want          bool
	}{
		"AWS": {
			code: "ExpiredTokenException", message: "Token expired", token: webidentity.Inline{}, want: true,
		},
		"MinIO's own code": {
			code: "ExpiredToken", message: "token expired", token: webidentity.Inline{}, want: true,
		},
		"MinIO's JWT library": {
			code: "InvalidParameterValue", message: "Token is expired", token: webidentity.Inline{}, want: true,
		},
		"another reason": {
			code: "InvalidParameterValue", message: "crypto/rsa: verification error", token: webidentity.Inline{},
		},
		"a file, which is replaced": {
			code: "ExpiredToken", message: "token expired",
			token: webidentity.File{Path: "/token", Origin: origin.Of(origin.Block)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exchange := assumerole.Exchange{Request: assumerole.Request{Token: test.token}}
			got := explain.Refresh(
				exchange,
				&assumerole.ServiceError{Code: test.code, Message: test.message, HTTPStatus: 400},
			)
			if (got.Summary == summary) != test.want {
				t.Errorf("it is %q", got.Summary)
			}
		})
	}
}

// TestRepeatedSaysHowItEnded checks that the short text for a further block still has the timeout.
func TestRepeatedSaysHowItEnded(t *testing.T) {
	t.Parallel()
	exchange := ordinary()
	last := &assumerole.ServiceError{Code: "Throttling", Message: "Rate exceeded", HTTPStatus: 400}
	plain := explain.FailureAt(exchange, last, now)
	timeout := explain.FailureAt(exchange,
		&assumerole.TimeoutError{Timeout: time.Minute, During: assumerole.StageCall, Last: last}, now)
	if plain.Failure == timeout.Failure {
		t.Error("a timeout counts as the failure before it")
	}
	repeated := explain.Repeated(timeout, exchange, "other").Detail
	for _, want := range []string{"The timeout of 1m passed", "Rate exceeded", `role "other"`} {
		if !strings.Contains(repeated, want) {
			t.Errorf("%q isn't in: %s", want, repeated)
		}
	}
}
