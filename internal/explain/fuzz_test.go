package explain_test

import (
	"encoding/base64"
	"errors"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// maxDetail bounds the whole text, in bytes: a screen or two as a rule, and some more where claims are as long as they
// may be.
const maxDetail = 50000

// FuzzFailure holds what is true of every text: bounded, printable, and in UTF-8.
func FuzzFailure(f *testing.F) {
	for _, claims := range []string{
		`{"iss":"https://token.actions.githubusercontent.com","sub":"repo:o/r:pull_request","aud":"sts.amazonaws.com"}`,
		`{"iss":"https://agent.buildkite.com","sub":"organization:o:pipeline:*:ref:${x}:commit:1:step:?","aud":["a","b"],"azp":"c"}`,
		`{"iss":1,"sub":null,"aud":[{}],"exp":1e400,"iat":"x","amr":5}`,
		`{"exp":-1,"sub":"\u001b]0;x\u0007\u202e\ud800"}`, "[]", "\xff",
	} {
		for _, answer := range goldens {
			f.Add(`{"alg":"RS256","kid":"1"}`, claims, answer.code, answer.message, answer.status%2 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, header, claims, code, message string, atAWS bool) {
		exchange := exampleExchange
		if !atAWS {
			elsewhere(&exchange)
		}
		encode := base64.RawURLEncoding.EncodeToString
		if decoded, err := webidentity.Decode(
			encode([]byte(header)) + "." + encode([]byte(claims)) + ".c2ln",
		); err == nil {
			exchange.Claims = &decoded
		}
		for _, err := range []error{
			&assumerole.ServiceError{Code: code, Message: message, RequestID: code, HTTPStatus: 400},
			&assumerole.AnswerError{Kind: assumerole.AnswerForeign, MediaType: message},
			&assumerole.ConnectionError{Kind: assumerole.ConnectionOther, Reason: message},
			&transport.RedirectError{Status: 302, Host: message},
			errors.New(message),
		} {
			checkFit(t, explain.Failure(exchange, err))
		}
	})
}

// checkFit holds a text to what every one must be.
func checkFit(t *testing.T, got explain.Explanation) {
	t.Helper()
	if got.Summary == "" || secret.Printable(got.Summary) != got.Summary || len(got.Summary) > 200 {
		t.Errorf("the summary is %q", got.Summary)
	}
	if len(got.Detail) > maxDetail || !utf8.ValidString(got.Detail) {
		t.Errorf("the text has %d bytes, or isn't UTF-8", len(got.Detail))
	}
	for _, char := range got.Detail {
		if char != '\n' && !unicode.IsPrint(char) {
			t.Errorf("%q is in %q", char, got.Detail)
			return
		}
	}
}
