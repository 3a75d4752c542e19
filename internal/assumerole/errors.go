package assumerole

import (
	"fmt"
	"time"
)

// ArgumentError is a value that can't be sent: it breaks a constraint of the API, or contradicts another. Nothing was sent.
type ArgumentError struct {
	Argument string // of the block
	Summary  string
	Detail   string // what is wrong and what would be valid, in sentences
}

func (e *ArgumentError) Error() string { return e.Summary + ": " + e.Detail }

// SettingError is a setting of the provider, its environment or the shared configuration that can't be used. Nothing was sent.
type SettingError struct {
	Argument string // of the provider block; empty when the setting stands elsewhere, which Detail names
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
	return fmt.Sprintf("%s: %s (HTTP status %d, request ID %s)", e.Code, e.Message, e.HTTPStatus, e.RequestID)
}

// AnswerError is an answer that isn't one of STS: a page of HTML, another service's XML, or one without credentials.
type AnswerError struct {
	Problem    string // what is wrong with it, to complete "The answer ..."
	HTTPStatus int    // 0 when it isn't known
}

func (e *AnswerError) Error() string { return "the answer " + e.Problem }

// ConnectionError is a call that got no answer: the name doesn't resolve, the port is closed, the certificate isn't trusted.
type ConnectionError struct {
	Problem string // scrubbed, to complete "The endpoint can't be reached: ..."
}

func (e *ConnectionError) Error() string { return e.Problem }

// TimeoutError is an exchange that took longer than Request.Timeout.
type TimeoutError struct {
	Timeout time.Duration
	During  string // what it was waiting for
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("no result within %s, while %s", e.Timeout, e.During)
}
