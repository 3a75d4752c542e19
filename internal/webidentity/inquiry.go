package webidentity

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
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

// How often to request a token in all, if the failure might be transient. Only the caller's deadline bounds
// manyAttempts.
const (
	fewAttempts  = 3
	manyAttempts = math.MaxInt
)

// maxRetryAfter bounds the pause that a platform can ask for.
const maxRetryAfter = time.Minute

// responseTimeout bounds one request, independent of its callers.
const responseTimeout = 30 * time.Second

// inquiry is one question to a platform.
type inquiry struct {
	Platform

	client  *http.Client
	method  string
	url     *url.URL
	bearer  secret.Text       // the job's credential at the platform; empty for a metadata service
	header  string            // the header that takes the bearer
	scheme  string            // the text before it there
	headers map[string]string // further ones
	body    []byte
	names   []string // values of the request's arguments, which an answer can repeat
}

// send sends the request once, and returns the token. Its errors are *Error, or the context's.
func (q inquiry) send(ctx context.Context) (secret.Text, error) {
	bounded, cancel := context.WithTimeout(ctx, responseTimeout)
	defer cancel()
	token, failure := q.attempt(bounded)
	switch {
	case failure == nil:
		return token, nil
	case isOver(ctx):
		return secret.Text{}, fmt.Errorf("waiting for a web identity token from %s: %w", q.title, context.Cause(ctx))
	case bounded.Err() != nil:
		failure = q.failed("didn't answer at %s within %s.%s",
			secret.PlainHost(q.url.Host), responseTimeout, q.absent)
		failure.MaxAttempts = fewAttempts
	}
	return secret.Text{}, failure
}

// isOver reports whether ctx has ended. A connection's deadline, which is taken from ctx's, can strike a moment before
// it.
func isOver(ctx context.Context) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= 0 {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// attempt is send without the bound.
func (q inquiry) attempt(ctx context.Context) (secret.Text, *Error) {
	request, err := http.NewRequestWithContext(ctx, q.method, q.url.String(), bytes.NewReader(q.body))
	if err != nil {
		return secret.Text{}, q.failed("can't be called, because the URL in its environment variable isn't valid.")
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

// unreached describes a connection that failed.
func (q inquiry) unreached(err error) *Error {
	if redirect, ok := errors.AsType[*transport.RedirectError](err); ok {
		return q.redirected(redirect.Status, redirect.Host)
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err // without the URL, whose query isn't for a log
	}
	failure := q.failed("can't be reached at %s: %s.%s", secret.PlainHost(q.url.Host), q.plain(err.Error()), q.absent)
	if !isFinal(err) {
		failure.MaxAttempts = fewAttempts
	}
	return failure
}

// isFinal reports whether a connection fails for a reason that another attempt won't change.
func isFinal(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.IsNotFound
	}
	_, refused := errors.AsType[*transport.ProxyError](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	return refused || untrusted
}

// plain is what may be shown of a text that can come from the platform's server.
func (q inquiry) plain(text string) string {
	hosts := []string{secret.PlainHost(q.url.Host), secret.PlainHost(q.url.Hostname())}
	return secret.PlainWords(text, append(hosts, q.names...), q.bearer)
}

func (q inquiry) redirected(status int, host string) *Error {
	where := ""
	if host != "" {
		where = " to " + strconv.Quote(secret.PlainHost(host, q.bearer))
	}
	return q.failed(
		"answered with a redirect%s (HTTP status %d). The provider doesn't follow it, because the request goes "+
			"only to the platform's own host.%s",
		where,
		status,
		q.hint(status),
	)
}

func (q inquiry) hint(status int) string {
	if hint := q.hints[status]; hint != "" {
		return " " + hint
	}
	return ""
}

// retryAfter reads the pause that a server asks for.
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds <= 0 {
		return 0
	}
	return min(time.Duration(min(seconds, math.MaxInt32))*time.Second, maxRetryAfter)
}
