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
type AnswerKind int

// The kinds of AnswerError.
const (
	AnswerForeign       AnswerKind = iota // another service's, or nobody's
	AnswerHTML                            // a page for people
	AnswerEmpty                           // nothing
	AnswerNoCode                          // an error that doesn't say which
	AnswerWantsTLS                        // that the server speaks https alone
	AnswerCutOff                          // STS's, but not all of it
	AnswerTooLarge                        // more than transport.MaxBodyBytes
	AnswerOtherProtocol                   // HTTP status 101
	AnswerNoCredentials                   // STS's, without all of the credentials
	AnswerBadTime                         // STS's, with an expiration that can't be read
	AnswerExpired                         // STS's, with credentials that have expired
)

// AnswerError is an answer that isn't one of STS, or not a whole one.
type AnswerError struct {
	Kind       AnswerKind
	Problem    string // what is wrong with it, to complete "The answer ..."
	HTTPStatus int    // 0 when it isn't known
}

func (e *AnswerError) Error() string { return "the answer " + e.Problem }

// ConnectionKind is why a call got no answer.
type ConnectionKind int

// The kinds of ConnectionError.
const (
	ConnectionOther       ConnectionKind = iota // as Problem has it
	ConnectionNoName                            // the endpoint's name doesn't resolve
	ConnectionRefused                           // nothing listens on the port
	ConnectionClosed                            // it was closed before the answer was complete
	ConnectionCertificate                       // the endpoint's certificate isn't trusted
	ConnectionNotTLS                            // the endpoint speaks plain http
	ConnectionDenied                            // the proxy answers that it doesn't connect
)

// CertificateProblem is why a certificate isn't trusted.
type CertificateProblem int

// The kinds of CertificateProblem.
const (
	CertificateOther     CertificateProblem = iota // as Problem has it
	CertificateAuthority                           // an unknown authority signed it
	CertificateName                                // it is for other names
	CertificateExpired                             // it has expired or isn't valid yet
)

// ConnectionError is a call that got no answer: the name doesn't resolve, the port is closed, the certificate isn't
// trusted.
type ConnectionError struct {
	Kind       ConnectionKind
	OfProxy    bool   // it is the connection to the proxy
	HTTPStatus int    // of the proxy that denies it; otherwise 0
	Problem    string // to complete "The endpoint can't be reached: ..."

	Certificate CertificateProblem // of a ConnectionCertificate
	passing     bool               // another call might succeed
}

func (e *ConnectionError) Error() string { return e.Problem }

// BugError is a panic, kept from ending the process, and with it every other block's work. What was thrown isn't in it:
// it may hold anything.
type BugError struct {
	Place string // the function and line of this module where it came up
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

// InterruptedError is an exchange that its context's end cut short. It unwraps to context.Canceled.
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
