package assumerole

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// translate turns an error of the SDK into one of this package. The SDK's own can hold the whole answer, so none of
// them is wrapped, and of texts from outside only what text lets through is kept.
func translate(err error, text serverText) error {
	if redirect, ok := errors.AsType[*transport.RedirectError](err); ok {
		return &transport.RedirectError{Status: redirect.Status, Host: secret.PlainHost(redirect.Host, text.secrets...)}
	}
	if answer, ok := errors.AsType[*AnswerError](err); ok {
		return answer
	}
	if service, ok := errors.AsType[*ServiceError](err); ok {
		return service
	}
	if errors.Is(err, transport.ErrBodyTooLarge) {
		return &AnswerError{Kind: AnswerTooLarge}
	}
	if errors.Is(err, transport.ErrNoAnswer) {
		return &AnswerError{Kind: AnswerOtherProtocol, HTTPStatus: http.StatusSwitchingProtocols}
	}
	connection := connectionError(err, text)
	connection.passing = isPassingConnection(connection, err)
	return connection
}

// isPassingConnection goes by the SDK's own rule, except for what another call can't change.
func isPassingConnection(connection *ConnectionError, err error) bool {
	switch connection.Kind {
	case ConnectionDenied:
		return isPassing(connection.HTTPStatus)
	case ConnectionCertificate, ConnectionNotTLS:
		return false
	case ConnectionClosed:
		return true
	case ConnectionNoName, ConnectionRefused, ConnectionOther:
	}
	return retry.RetryableConnectionError{}.IsErrorRetryable(err) == aws.TrueTernary
}

// connectionError sorts a failed connection by the types of Go's network errors.
func connectionError(err error, text serverText) *ConnectionError {
	if refusal, ok := errors.AsType[*transport.ProxyError](err); ok {
		return &ConnectionError{Kind: ConnectionDenied, OfProxy: true, HTTPStatus: refusal.Status}
	}
	if operation, ok := errors.AsType[*net.OpError](err); ok && operation.Op == "proxyconnect" {
		problem := connectionError(operation.Err, text)
		problem.OfProxy = true
		return problem
	}
	if resolution, ok := errors.AsType[*net.DNSError](err); ok {
		return &ConnectionError{Kind: ConnectionNoName, Name: text.plain(resolution.Name)}
	}
	if verification, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return &ConnectionError{
			Kind:        ConnectionCertificate,
			Certificate: certificateProblem(verification),
			Reason:      text.plain(verification.Err.Error()),
		}
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return &ConnectionError{Kind: ConnectionNotTLS}
	}
	switch {
	case errors.Is(err, errRefused):
		return &ConnectionError{Kind: ConnectionRefused}
	case errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, errReset),
		errors.Is(err, net.ErrClosed):
		return &ConnectionError{Kind: ConnectionClosed}
	}
	return &ConnectionError{Kind: ConnectionOther, Reason: text.plain(innermost(err).Error())}
}

// certificateProblem goes by the types of x509.
func certificateProblem(verification *tls.CertificateVerificationError) CertificateProblem {
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](verification.Err); unknown {
		return CertificateAuthority
	}
	if _, other := errors.AsType[x509.HostnameError](verification.Err); other {
		return CertificateName
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](
		verification.Err,
	); ok &&
		invalid.Reason == x509.Expired {
		return CertificateExpired
	}
	return CertificateOther
}

func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
