package emulator

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
)

// maxBodyBytes bounds a request's body. The longest one within STS's limits is
// about 90 KB: a token of 20000 characters and a policy of 2048, each percent-
// encoded. Session tags that don't fit would be too large for a session, too.
const maxBodyBytes = 128 << 10

// maxSniffedBytes is how much of an error's body is searched for its code.
const maxSniffedBytes = 4 << 10

// Request is one request that STS received.
type Request struct {
	// Action is the Action parameter: AssumeRoleWithWebIdentity, for one.
	Action string
	// Form holds the body's parameters, decoded, the token among them.
	Form url.Values
	// Header holds the request's headers.
	Header http.Header
	// Method and URL are those of the request line.
	Method, URL string
	// Status is the HTTP status of the answer, or 0 when there was none: it is
	// still under way, or the connection was dropped.
	Status int
	// ErrorCode is the code of a refusal, AccessDenied for one, or empty.
	ErrorCode string
	// RequestID is the one that STS gave. A request that was intercepted has one
	// too, but its answer only when the interceptor used WriteError.
	RequestID string
	// SourceAddr is the client's address and port, one for each connection.
	SourceAddr string
}

// String has neither parameters nor headers: they hold a token.
func (r Request) String() string {
	return fmt.Sprintf("emulator.Request(%s %s, status %d %s, request ID %s)",
		r.Method, r.Action, r.Status, r.ErrorCode, r.RequestID)
}

// GoString is String, for %#v.
func (r Request) GoString() string { return r.String() }

// LogValue is String, for structured logs.
func (r Request) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Requests are those that STS has received so far, intercepted ones included, in
// the order in which they came. Fetches from an Issuer aren't among them.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := make([]Request, len(s.requests))
	for i, r := range s.requests {
		requests[i] = *r
		requests[i].Header = r.Header.Clone()
		requests[i].Form = cloneForm(r.Form)
	}
	return requests
}

func cloneForm(form url.Values) url.Values {
	clone := make(url.Values, len(form))
	for name, values := range form {
		clone[name] = slices.Clone(values)
	}
	return clone
}

// errBodyTooLarge is readBody's, for a body of more than maxBodyBytes.
var errBodyTooLarge = fmt.Errorf("the body has more than %d bytes", maxBodyBytes)

// readBody reads the body and leaves a copy in its place.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	if len(body) > maxBodyBytes {
		return nil, errBodyTooLarge
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// record notes the request's arrival. The recorder it returns adds the answer.
func (s *Server) record(w http.ResponseWriter, c *call) *recorder {
	r := c.request
	request := &Request{
		Action:     c.form.Get("Action"),
		Form:       cloneForm(c.form),
		Header:     r.Header.Clone(),
		Method:     r.Method,
		URL:        r.URL.RequestURI(),
		RequestID:  c.requestID,
		SourceAddr: r.RemoteAddr,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, request)
	return &recorder{ResponseWriter: w, server: s, request: request}
}

// recorder passes an answer on and keeps what Requests reports of it.
type recorder struct {
	http.ResponseWriter
	server  *Server
	request *Request
	status  int
	sniffed []byte
	// hijacked: whatever is answered passes the recorder by.
	hijacked bool
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(body []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if room := maxSniffedBytes - len(r.sniffed); room > 0 && r.status >= http.StatusBadRequest {
		r.sniffed = append(r.sniffed, body[:min(room, len(body))]...)
	}
	return r.ResponseWriter.Write(body)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Flush lets an interceptor send half an answer.
func (r *recorder) Flush() { _ = http.NewResponseController(r.ResponseWriter).Flush() }

// Hijack lets an interceptor drop the connection.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r.hijacked = true
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// defaultStatus is for an interceptor that answered by writing nothing at all,
// which net/http sends as 200.
func (r *recorder) defaultStatus() {
	if r.status == 0 && !r.hijacked {
		r.status = http.StatusOK
	}
}

var errorCodeElement = regexp.MustCompile(`<Code>\s*([^<\s]+)\s*</Code>`)

// finish notes the answer.
func (r *recorder) finish() {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.request.Status = r.status
	if match := errorCodeElement.FindSubmatch(r.sniffed); match != nil {
		r.request.ErrorCode = string(match[1])
	}
}
