// Package transport is the HTTP client that every request of this provider goes through. It follows no redirect, and it
// reads no answer without a bound.
package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// MaxBodyBytes bounds an answer. The largest answer of STS has a session token of 4096 bytes and is far smaller.
const MaxBodyBytes = 1 << 20

// ErrBodyTooLarge is what reading an answer beyond MaxBodyBytes ends with.
var ErrBodyTooLarge = errors.New("the answer is larger than 1 MiB")

// ErrNoAnswer is a response that isn't one: HTTP status 101, which asks to go on in another protocol.
var ErrNoAnswer = errors.New("the answer asks to switch to another protocol")

// RedirectError is an answer that points elsewhere. The client doesn't follow it, because the token goes only to the
// configured endpoint.
type RedirectError struct {
	Status int    // HTTP status, 300 to 399
	Host   string // the host it points to, as the answer has it; empty when it names none
}

func (e *RedirectError) Error() string {
	if e.Host == "" {
		return fmt.Sprintf("the answer is a redirect (HTTP status %d)", e.Status)
	}
	return fmt.Sprintf("the answer is a redirect to %s (HTTP status %d)", e.Host, e.Status)
}

// ProxyError is a proxy that doesn't connect.
type ProxyError struct {
	Host   string // the proxy's host and port
	Status int    // HTTP status of its answer
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s doesn't connect (HTTP status %d)", e.Host, e.Status)
}

// NewClient makes a client that sends through base and keeps the rules of this package. Deadlines come with each
// request's context.
func NewClient(base *http.Transport) *http.Client {
	base = base.Clone()
	// HTTP/2 has a debug log of its own, which prints bodies. It has no advantage for one small request.
	base.Protocols = new(http.Protocols)
	base.Protocols.SetHTTP1(true)
	base.ForceAttemptHTTP2 = false
	base.OnProxyConnectResponse = func(_ context.Context, proxy *url.URL, _ *http.Request,
		response *http.Response,
	) error {
		if response.StatusCode != http.StatusOK {
			return &ProxyError{Host: proxy.Host, Status: response.StatusCode}
		}
		return nil
	}
	return &http.Client{
		Transport: guard{base},
		// guard already turns redirects into errors, so this is a second safeguard.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type guard struct {
	base http.RoundTripper
}

// RoundTrip sends one request, rejects a redirect, and bounds the answer's body.
func (g guard) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := g.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode < 200 {
		// Another protocol would take over the connection, which would then have no deadline.
		_ = response.Body.Close()
		return nil, ErrNoAnswer
	}
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		_ = response.Body.Close()
		return nil, &RedirectError{Status: response.StatusCode, Host: redirectHost(response)}
	}
	response.Body = &boundedBody{ReadCloser: response.Body, left: MaxBodyBytes}
	return response, nil
}

// redirectHost is where a redirect leads, or empty if that isn't a host.
func redirectHost(response *http.Response) string {
	location, err := response.Location()
	if err != nil || len(location.Host) > maxHost {
		return ""
	}
	return location.Host
}

// maxHost bounds the host that an error has, in bytes. It is the maximum length of a name, with a port.
const maxHost = 260

type boundedBody struct {
	io.ReadCloser
	left int64
}

// Read reads up to the bound. The byte beyond it tells a body that ends there from one that goes on.
func (b *boundedBody) Read(buffer []byte) (int, error) {
	if int64(len(buffer)) > b.left+1 {
		buffer = buffer[:b.left+1]
	}
	n, err := b.ReadCloser.Read(buffer)
	b.left -= int64(n)
	if b.left < 0 {
		return 0, ErrBodyTooLarge
	}
	return n, err
}

// IsLoopback reports whether a URL's host is this machine, without asking DNS.
func IsLoopback(u *url.URL) bool {
	host := u.Hostname()
	if host == "localhost" { // other names, even those that end in .localhost, might go to a proxy or to DNS
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
