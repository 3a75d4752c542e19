package assumerole

import (
	"context"
	"fmt"
	"time"
)

// ArgumentError is a value that can't be sent: it breaks a constraint of the API, or contradicts another. Nothing was
// sent.
type ArgumentError struct {
	Argument  string // of the block
	Misplaced bool   // a token might be in the argument by mistake, so the argument's line must not be shown
	Summary   string
	Detail    string // what is wrong and what would be valid, in sentences
}

func (e *ArgumentError) Error() string { return e.Summary + ": " + e.Detail }

// SettingError is a setting of the provider, its environment or the shared configuration that can't be used. Nothing
// was sent.
type SettingError struct {
	Argument string // of the provider block; empty when the setting stands elsewhere, which Detail names
	Secret   bool   // the argument might hold a password, so its line must not be shown
	Summary  string
	Detail   string
}

func (e *SettingError) Error() string { return e.Summary + ": " + e.Detail }

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

// InterruptedError is an exchange that its context's end cut short. It unwraps to context.Canceled.
type InterruptedError struct {
	During string // what it was waiting for
	Last   error  // how the last of several calls failed, of one of the types here; nil when none had failed yet
}

func (e *InterruptedError) Error() string { return "interrupted while " + e.During }

// Unwrap gives context.Canceled.
func (e *InterruptedError) Unwrap() error { return context.Canceled }

// TimeoutError is an exchange that took longer than Request.Timeout.
type TimeoutError struct {
	Timeout time.Duration
	During  string // what it was waiting for
	Last    error  // how the last of several calls failed, of one of the types above; nil when none had failed yet
}

func (e *TimeoutError) Error() string {
	text := fmt.Sprintf("no result within %s, while %s", e.Timeout, e.During)
	if e.Last != nil {
		text += "; before that: " + e.Last.Error()
	}
	return text
}
