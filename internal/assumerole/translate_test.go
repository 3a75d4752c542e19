package assumerole

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
)

// What a test on loopback can't provoke. The wrapping is that of Go's HTTP client.
func TestConnectionError(t *testing.T) {
	dial := func(operation string, err error) error {
		return fmt.Errorf(
			"operation error STS: %w",
			&url.Error{
				Op:  "Post",
				URL: "https://sts.example.com/",
				Err: &net.OpError{Op: operation, Net: "tcp", Err: err},
			},
		)
	}
	unknown := &net.DNSError{Err: "no such host", Name: "sts.example.com", IsNotFound: true}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"a name that doesn't resolve": {
			dial("dial", unknown), `the name doesn't resolve: "sts.example.com"`,
		},
		"a proxy whose name doesn't resolve": {
			dial("proxyconnect", unknown), `the proxy can't be used: the name doesn't resolve: "sts.example.com"`,
		},
		"something else, with a proxy's password": {
			dial("dial", errors.New("via http://user:hunter2@proxy:3128")), `the connection failed: "via [30 characters left out]`,
		},
	} {
		if got := connectionError(test.err, serverText{}).Error(); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestCertificateProblems(t *testing.T) {
	for want, err := range map[CertificateProblem]error{
		CertificateAuthority: x509.UnknownAuthorityError{},
		CertificateName:      x509.HostnameError{Certificate: &x509.Certificate{}, Host: "sts.example.com"},
		CertificateExpired:   x509.CertificateInvalidError{Reason: x509.Expired},
		CertificateOther:     x509.CertificateInvalidError{Reason: x509.TooManyIntermediates},
	} {
		failure := &url.Error{
			Op:  "Post",
			URL: "https://sts.example.com/",
			Err: &tls.CertificateVerificationError{Err: err},
		}
		if got := connectionError(failure, serverText{}); got.Kind != ConnectionCertificate || got.Certificate != want {
			t.Errorf("%T: got %d, want %d", err, got.Certificate, want)
		}
	}
}
