package assumerole

import (
	"context"
	"fmt"
	"time"
)

// ServiceError is an error that STS answered.
type ServiceError struct {
	Code       string // as the API reference lists them, such as AccessDenied; scrubbed
	Message    string // scrubbed
	HTTPStatus int
	RequestID  string // empty when the answer had none; scrubbed
}

func (e *ServiceError) Error() string {
	text := e.Code
	if e.Message != "" {
		text += ": " + e.Message
	}
	text += fmt.Sprintf(" (HTTP status %d", e.HTTPStatus)
	if e.RequestID != "" {
		text += ", request ID " + e.RequestID
	}
	return text + ")"
}

// AnswerKind is what is wrong with an answer that isn't one of STS.
type AnswerKind string

// The kinds of AnswerError.
const (
	AnswerForeign            AnswerKind = "isn't one of STS" // AnswerError.MediaType
	AnswerHTML               AnswerKind = "is a page of HTML"
	AnswerEmpty              AnswerKind = "is empty"
	AnswerNoCode             AnswerKind = "is an error without a code"
	AnswerWantsTLS           AnswerKind = "says that the server wants https"
	AnswerCutOff             AnswerKind = "begins as one of STS, but breaks off or is garbled"
	AnswerTooLarge           AnswerKind = "is larger than 1 MiB" // transport.MaxBodyBytes
	AnswerOtherProtocol      AnswerKind = "asks to switch to another protocol"
	AnswerNoCredentials      AnswerKind = "has no credentials"
	AnswerPartialCredentials AnswerKind = "has incomplete credentials"
	AnswerBadTime            AnswerKind = "has an expiration that isn't a time in the form of RFC 3339"
	AnswerExpired            AnswerKind = "has credentials that have already expired" // AnswerError.Expiration
)

// AnswerError is an answer that isn't one of STS, or not a whole one.
type AnswerError struct {
	Kind       AnswerKind
	HTTPStatus int       // 0 when it isn't known
	MediaType  string    // of an AnswerForeign, such as application/json; scrubbed, empty when it isn't known
	Expiration time.Time // of an AnswerExpired, in UTC
}

func (e *AnswerError) Error() string {
	text := "the answer"
	if e.HTTPStatus != 0 {
		text += fmt.Sprintf(" (HTTP status %d)", e.HTTPStatus)
	}
	text += " " + string(e.Kind)
	if e.MediaType != "" {
		text += ", but of type " + e.MediaType
	}
	if !e.Expiration.IsZero() {
		text += ", at " + e.Expiration.Format(time.RFC3339)
	}
	return text
}

// ConnectionKind is why a call got no answer.
type ConnectionKind string

// The kinds of ConnectionError.
const (
	ConnectionOther       ConnectionKind = "the connection failed"    // ConnectionError.Reason
	ConnectionNoName      ConnectionKind = "the name doesn't resolve" // ConnectionError.Name
	ConnectionRefused     ConnectionKind = "nothing listens on the port"
	ConnectionClosed      ConnectionKind = "the connection was closed before the answer was complete"
	ConnectionCertificate ConnectionKind = "the certificate isn't trusted" // ConnectionError.Certificate, Reason
	ConnectionNotTLS      ConnectionKind = "the server speaks plain http"
	ConnectionDenied      ConnectionKind = "the proxy doesn't connect" // ConnectionError.HTTPStatus
)

// CertificateProblem is why a certificate isn't trusted.
type CertificateProblem int

// The kinds of CertificateProblem.
const (
	CertificateOther     CertificateProblem = iota // as Reason has it
	CertificateAuthority                           // an unknown authority signed it
	CertificateName                                // it is for other names
	CertificateExpired                             // it has expired or isn't valid yet
)

// ConnectionError is a call that got no answer: the name doesn't resolve, the port is closed, the certificate isn't
// trusted.
type ConnectionError struct {
	Kind        ConnectionKind
	OfProxy     bool               // it is the connection to the proxy
	HTTPStatus  int                // of a ConnectionDenied
	Name        string             // of a ConnectionNoName; scrubbed
	Certificate CertificateProblem // of a ConnectionCertificate
	Reason      string             // the text of Go's error, of a ConnectionCertificate or ConnectionOther; scrubbed

	passing bool // another call might succeed
}

func (e *ConnectionError) Error() string {
	text := string(e.Kind)
	if e.OfProxy && e.Kind != ConnectionDenied {
		text = "the proxy can't be used: " + text
	}
	if e.HTTPStatus != 0 {
		text += fmt.Sprintf(" (HTTP status %d)", e.HTTPStatus)
	}
	for _, detail := range []string{e.Name, e.Reason} {
		if detail != "" {
			text += fmt.Sprintf(": %q", detail)
		}
	}
	return text
}

// BugError is a panic. It doesn't end the process, because other blocks still work. The value of the panic isn't in it,
// because it might contain a secret.
type BugError struct {
	Place string // the function and line of this module where it happened
}

func (e *BugError) Error() string { return "a bug of the provider, at " + e.Place }

// Stage is what an exchange waits for.
type Stage string

// The stages of an exchange.
const (
	StageToken       Stage = "waiting for the web identity token"
	StageCall        Stage = "waiting for the response of STS"
	StagePropagation Stage = "waiting for changes of IAM to propagate"
)

// InterruptedError is an exchange that ended with its context. It unwraps to context.Canceled.
type InterruptedError struct {
	During Stage
	Last   error // how the last of several calls failed, of one of the types here; nil when none had failed yet
}

func (e *InterruptedError) Error() string { return "interrupted while " + string(e.During) }

// Unwrap gives context.Canceled.
func (e *InterruptedError) Unwrap() error { return context.Canceled }

// TimeoutError is an exchange that took longer than Request.Timeout.
type TimeoutError struct {
	Timeout time.Duration
	During  Stage
	Last    error // how the last of several calls failed, of one of the types above; nil when none had failed yet
}

func (e *TimeoutError) Error() string {
	text := fmt.Sprintf("no result within %s, while %s", e.Timeout, e.During)
	if e.Last != nil {
		text += "; before that: " + e.Last.Error()
	}
	return text
}
