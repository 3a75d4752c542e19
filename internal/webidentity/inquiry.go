package webidentity

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// maxAnswerBytes bounds an answer: the longest JWT, and what stands around it.
const maxAnswerBytes = 64 << 10

// How often a platform is asked in all, when what kept it from answering may pass. manyAttempts is as often as the
// context lets it.
const (
	fewAttempts  = 3
	manyAttempts = math.MaxInt
)

// The pauses between attempts.
const (
	firstPause    = 200 * time.Millisecond
	longestPause  = 8 * time.Second
	maxRetryAfter = time.Minute // what a server's word is taken for
)

// inquiry is one question to a platform.
type inquiry struct {
	Platform

	client  *http.Client
	method  string
	url     *url.URL
	bearer  secret.Text       // what the platform knows the job by; empty for a metadata service
	header  string            // the header that takes the bearer
	scheme  string            // what stands before it there
	headers map[string]string // further ones
	body    []byte
}

// setback is an attempt that failed.
type setback struct {
	err      *Error        // what to tell the user
	attempts int           // how often to ask in all, before that is final
	after    time.Duration // how long the server wants to be left alone; 0 when it doesn't say
}

// ask sends the question, again and again while the failure may pass and ctx lets it, and gives the token. Its errors
// are *Error, or the context's.
func (q inquiry) ask(ctx context.Context) (secret.Text, error) {
	for attempt := 1; ; attempt++ {
		if ctx.Err() != nil {
			return secret.Text{}, q.ended(ctx)
		}
		token, failure := q.attempt(ctx)
		if failure == nil {
			return token, nil
		}
		if isOver(ctx) {
			return secret.Text{}, q.ended(ctx)
		}
		wait := pause(attempt, failure.after)
		if attempt >= failure.attempts || !isTimeFor(ctx, wait) {
			return secret.Text{}, failure.final(attempt)
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return secret.Text{}, q.ended(ctx)
		}
	}
}

// final is the error of the last attempt, counted from 1.
func (s setback) final(attempt int) error {
	told := *s.err
	if attempt > 1 {
		told.Detail += fmt.Sprintf(" It was asked %d times.", attempt)
	}
	if s.after > 0 && s.attempts > attempt {
		told.Detail += fmt.Sprintf(" It wants to be left alone for %s, and there isn't so much time.", s.after)
	}
	return &told
}

func (q inquiry) ended(ctx context.Context) error {
	return fmt.Errorf("waiting for a web identity token from %s: %w", q.title, context.Cause(ctx))
}

// isOver tells whether ctx has ended. A connection's deadline, which is taken from ctx's, can strike a moment before
// it.
func isOver(ctx context.Context) bool {
	if deadline, has := ctx.Deadline(); has && time.Until(deadline) <= 0 {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// isTimeFor tells whether a pause ends before ctx does. If it doesn't, the failure at hand says more than a deadline.
func isTimeFor(ctx context.Context, pause time.Duration) bool {
	deadline, has := ctx.Deadline()
	return !has || time.Until(deadline) > pause
}

// pause is how long to wait after an attempt, counted from 1. Jobs that start together shouldn't come back together, so
// a random part of it is left away, or added to what the server asks for.
func pause(attempt int, after time.Duration) time.Duration {
	backoff := min(firstPause<<min(attempt-1, 10), longestPause)
	jitter := rand.N(backoff / 2) //nolint:gosec // no secret depends on it
	if after > 0 {
		return min(after, maxRetryAfter) + jitter
	}
	return backoff - jitter
}

// attempt sends the question once.
func (q inquiry) attempt(ctx context.Context) (secret.Text, *setback) {
	request, err := http.NewRequestWithContext(ctx, q.method, q.url.String(), bytes.NewReader(q.body))
	if err != nil {
		return secret.Text{}, &setback{err: q.failed("can't be asked: the URL that it named isn't valid.")}
	}
	request.Header.Set("Accept", "application/json, text/plain")
	for name, value := range q.headers {
		request.Header.Set(name, value)
	}
	if !q.bearer.IsEmpty() {
		request.Header.Set(q.header, q.scheme+q.bearer.Reveal())
	}

	// The rule against redirects must hold for any client: a plain one would take the bearer along.
	client := *q.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		return secret.Text{}, q.unreached(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes+1))
	if err != nil {
		return secret.Text{}, q.unreached(err)
	}
	return q.read(response, body)
}

// unreached puts a connection's failure into words.
func (q inquiry) unreached(err error) *setback {
	if redirect, is := errors.AsType[*transport.RedirectError](err); is {
		return q.redirected(redirect.Status, redirect.Host)
	}
	if outer, is := errors.AsType[*url.Error](err); is {
		err = outer.Err // without the URL, whose query is nobody's business
	}
	failure := &setback{
		err: q.failed(
			"can't be reached at %s: %s.%s",
			secret.PlainHost(q.url.Host),
			q.plain(err.Error()),
			q.absent,
		),
		attempts: fewAttempts,
	}
	if isFinal(err) {
		failure.attempts = 1
	}
	return failure
}

// isFinal tells whether a connection fails for a reason that another attempt won't change.
func isFinal(err error) bool {
	if dns, is := errors.AsType[*net.DNSError](err); is {
		return dns.IsNotFound
	}
	_, refused := errors.AsType[*transport.ProxyError](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	return refused || untrusted
}

// plain is what may be shown of a text that can come from the platform's server.
func (q inquiry) plain(text string) string {
	return secret.PlainWords(text, []string{secret.PlainHost(q.url.Host), secret.PlainHost(q.url.Hostname())}, q.bearer)
}

func (q inquiry) redirected(status int, host string) *setback {
	where := ""
	if host != "" {
		where = " to " + strconv.Quote(secret.PlainHost(host, q.bearer))
	}
	return &setback{err: q.failed("answered with a redirect%s (HTTP status %d). It isn't followed: what is asked for "+
		"goes to the host that the "+
		"platform named, and nowhere else.%s", where, status, q.hint(status))}
}

func (q inquiry) hint(status int) string {
	if hint := q.hints[status]; hint != "" {
		return " " + hint
	}
	return ""
}

// retryAfter reads how long a server wants to be left alone.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds <= 0 {
		return 0
	}
	return time.Duration(min(seconds, int(maxRetryAfter/time.Second))) * time.Second
}
