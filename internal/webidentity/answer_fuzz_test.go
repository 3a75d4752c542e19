package webidentity_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var jwtInText = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}`)

// fuzzAnswer holds what is true of every answer: it is a token that may be sent, or an error that may be shown.
func fuzzAnswer(f *testing.F, read webidentity.Reader, seeds ...string) {
	f.Helper()
	for _, seed := range append(
		seeds, "", "null", "[]", `{"value":1,"message":{}}`, "<html>",
		`{"message":"`+bearer+`","error_description":"\u001b[31m`+jwt()+`"}`,
	) {
		for _, status := range []int{200, 203, 307, 400, 503} {
			f.Add(status, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		got, err := read(bearer, status, body)
		if err == nil {
			if token := got.Reveal(); !webidentity.IsJWT(token) || len(token) > webidentity.MaxTokenLength ||
				!strings.Contains(string(body), token[:1]) {
				t.Errorf("took %q", token)
			}
			return
		}
		problem, ok := errors.AsType[*webidentity.Error](err)
		if !ok || problem.Platform == "" || !got.IsEmpty() {
			t.Errorf("got %q, %#v", got.Reveal(), err)
		}
		text := err.Error()
		if strings.Contains(text, bearer) || jwtInText.MatchString(text) {
			t.Errorf("a secret is in %q", text)
		}
		if secret.Printable(text) != text || len(text) > 4*secret.MaxScrubbed+2000 {
			t.Errorf("not fit to be shown: %q", text)
		}
	})
}
