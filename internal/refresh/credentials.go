package refresh

import (
	"errors"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

const (
	// maxMargin is how long the reported expiration is before the true one, at most. The Go SDK uses the
	// credentials of a process until the last second, so a request that it signs then arrives too late.
	maxMargin = time.Minute

	// maxRefreshAhead is how long before the expiration new credentials are fetched, at most. From 15 minutes before
	// the reported expiration, botocore asks again at every request. By then there must be new credentials.
	maxRefreshAhead = 15*time.Minute + maxMargin
)

// Credentials are temporary credentials as STS answers them.
type Credentials struct {
	AccessKeyID     secret.Text // API: AccessKeyId; never empty
	SecretAccessKey secret.Text // never empty
	SessionToken    secret.Text // empty if a server that isn't AWS's returns none
	Expiration      time.Time   // zero if the server returns none. Such credentials are never refreshed
}

// check returns an error if the credentials aren't complete.
func (c Credentials) check() error {
	switch {
	case c.AccessKeyID.IsEmpty():
		return errors.New("they have no access key ID")
	case c.SecretAccessKey.IsEmpty():
		return errors.New("they have no secret access key")
	}
	return nil
}

// heldCredentials are credentials and the time at which they were obtained. Together they give the length of the
// session.
type heldCredentials struct {
	credentials Credentials
	obtained    time.Time
}

// lifetime is how long the credentials were valid when they were obtained.
func (h heldCredentials) lifetime() time.Duration {
	return max(0, h.credentials.Expiration.Sub(h.obtained))
}

// margin is how long the reported expiration is before the true one.
func (h heldCredentials) margin() time.Duration {
	return min(maxMargin, h.lifetime()/10)
}

// isUsable reports whether the reported expiration is in the future.
func (h heldCredentials) isUsable(now time.Time) bool {
	expiration := h.credentials.Expiration
	return expiration.IsZero() || expiration.Sub(now) > h.margin()
}

// isDue reports whether it is time to fetch new credentials. Without the limit of half the lifetime, a short session
// would be fetched at every request.
func (h heldCredentials) isDue(now time.Time) bool {
	expiration := h.credentials.Expiration
	if expiration.IsZero() {
		return false
	}
	return expiration.Sub(now) < min(maxRefreshAhead, h.lifetime()/2) || !h.isUsable(now)
}

// reported is the credentials that a client gets, with an earlier expiration.
func (h heldCredentials) reported() Credentials {
	credentials := h.credentials
	if !credentials.Expiration.IsZero() {
		credentials.Expiration = credentials.Expiration.Add(-h.margin())
	}
	return credentials
}

// Reported is the credentials that a client gets from a program of its own, with an earlier expiration. They were
// obtained at the time.
func Reported(credentials Credentials, obtained time.Time) Credentials {
	return heldCredentials{credentials, obtained}.reported()
}
