package webidentity

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// read finds the token in an answer, or says why there is none. The error has the status and the plain words of the
// platform's message. It never has more of the body, which might contain a token.
func (q inquiry) read(response *http.Response, body []byte) (secret.Text, *Error) {
	status := response.StatusCode
	switch {
	case status >= 300 && status < 400:
		location, err := response.Location()
		if err != nil {
			return secret.Text{}, q.redirected(status, "")
		}
		return secret.Text{}, q.redirected(status, location.Host)
	case status != http.StatusOK && status != http.StatusCreated:
		return secret.Text{}, q.refused(response, body)
	case q.proof != nil && !q.proof(response.Header):
		return secret.Text{}, q.otherServer()
	case len(body) > maxAnswerBytes:
		return secret.Text{}, q.failed("returned an answer that is larger than %d KiB, which is more "+
			"than a token. Nothing was sent to STS.", maxAnswerBytes/1024)
	}
	return q.accept(body)
}

// accept takes the token out of an answer.
func (q inquiry) accept(body []byte) (secret.Text, *Error) {
	found, ok := q.token(body)
	if !ok {
		return secret.Text{}, q.failed("answered with something else than %s. A proxy might answer "+
			"instead. Add the platform's host to no_proxy.", q.form)
	}
	token, err := acceptJWT(nil, found, false)
	if err != nil {
		return secret.Text{}, q.failed("returned a token that can't be used: %s. Nothing was sent to STS.", err)
	}
	if q.isBearerIn(token) {
		return secret.Text{}, q.failed("returned a token whose claims contain the credential of " +
			"the request. Nothing was sent to STS.")
	}
	return token, nil
}

// minBearerPart is how many consecutive characters of the bearer in the claims can't be a coincidence.
const minBearerPart = 16

// isBearerIn reports whether the claims of a token contain a part of the bearer. Errors show claims, and the bearer can
// request tokens for any audience.
func (q inquiry) isBearerIn(token secret.Text) bool {
	bearer := q.bearer.Reveal()
	claims, err := Decode(token.Reveal())
	if err != nil || bearer == "" {
		return false
	}
	text := fmt.Sprint(claims.Algorithm, claims.KeyID, claims.All)
	for start := 0; start == 0 || start+minBearerPart <= len(bearer); start++ {
		if strings.Contains(text, bearer[start:min(start+minBearerPart, len(bearer))]) {
			return true
		}
	}
	return false
}

func (q inquiry) otherServer() *Error {
	return q.failed("doesn't answer at %s, but something else does.%s", secret.PlainHost(q.url.Host), q.absent)
}

// refused describes an answer with the status of a failure.
func (q inquiry) refused(response *http.Response, body []byte) *Error {
	status := response.StatusCode
	attempts := q.passing[status]
	if status == http.StatusTooManyRequests || status >= 500 {
		attempts = manyAttempts
	}
	if attempts == 0 && q.proof != nil && !q.proof(response.Header) {
		return q.otherServer()
	}
	message, hint := "", q.hint(status)
	if sentence := q.sentence(body); sentence != "" {
		message = ": " + sentence
	}
	for _, known := range q.phrases {
		if status == http.StatusBadRequest && bytes.Contains(body, []byte(known.part)) {
			hint = " " + known.hint
			break
		}
	}
	if hint == "" && attempts == manyAttempts {
		hint = " The service might be down or overloaded. Run again later."
	}
	failure := q.failed("answered with HTTP status %d%s.%s", status, message, hint)
	failure.MaxAttempts, failure.RetryAfter = attempts, retryAfter(response.Header)
	return failure
}

// sentence is the message in a failure's JSON.
func (q inquiry) sentence(body []byte) string {
	var members map[string]any
	if len(body) > maxAnswerBytes || json.Unmarshal(body, &members) != nil {
		return ""
	}
	for _, name := range q.message {
		if message := q.plain(text(members[name])); message != "" {
			return strconv.Quote(strings.TrimRight(message, "."))
		}
	}
	return ""
}

// jsonMember finds a token in a member of a JSON object.
func jsonMember(name string) func([]byte) (string, bool) {
	return func(body []byte) (string, bool) {
		var members map[string]any
		if json.Unmarshal(body, &members) != nil {
			return "", false
		}
		token, ok := members[name].(string)
		return token, ok
	}
}

// wholeText takes all of an answer for the token, unless it is a page of HTML or JSON.
func wholeText(body []byte) (string, bool) {
	trimmed := bytes.TrimSpace(body)
	return string(trimmed), !bytes.HasPrefix(trimmed, []byte("<")) && !bytes.HasPrefix(trimmed, []byte("{"))
}
