package refresh

import (
	"errors"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

const (
	// longestEarly is the most that a reported expiration is ahead of the true one: the Go SDK uses what a process gave
	// it to the last second, and a request that is signed then arrives too late.
	longestEarly = time.Minute

	// longestAhead is the most time before the expiration that new credentials are fetched. Below 15 minutes botocore
	// asks again at every request, so by then there must be new ones; what is reported is early.
	longestAhead = 15*time.Minute + longestEarly
)

// Credentials are temporary credentials as STS answers them.
type Credentials struct {
	AccessKeyID     secret.Text // API: AccessKeyId; never empty
	SecretAccessKey secret.Text // never empty
	SessionToken    secret.Text // empty where a server that isn't AWS's has none
	Expiration      time.Time   // zero where the server doesn't tell; such credentials are never refreshed
}

// check tells what the credentials lack.
func (c Credentials) check() error {
	switch {
	case c.AccessKeyID.IsEmpty():
		return errors.New("they have no access key ID")
	case c.SecretAccessKey.IsEmpty():
		return errors.New("they have no secret access key")
	}
	return nil
}

// holding is credentials and the time they came: together they tell how long the session is.
type holding struct {
	credentials Credentials
	obtained    time.Time
}

// life is how long the credentials were good for when they came.
func (h holding) life() time.Duration {
	return max(0, h.credentials.Expiration.Sub(h.obtained))
}

// early is how far ahead of the true expiration the reported one is.
func (h holding) early() time.Duration {
	return min(longestEarly, h.life()/10)
}

// usable tells whether there is life left beyond the reported expiration.
func (h holding) usable(now time.Time) bool {
	expiration := h.credentials.Expiration
	return expiration.IsZero() || expiration.Sub(now) > h.early()
}

// due tells whether it is time to fetch new credentials. The half keeps a short session from being minted at every
// request.
func (h holding) due(now time.Time) bool {
	expiration := h.credentials.Expiration
	if expiration.IsZero() {
		return false
	}
	return expiration.Sub(now) < min(longestAhead, h.life()/2) || !h.usable(now)
}

// reported is the credentials as they are answered: with an expiration that is a little early.
func (h holding) reported() Credentials {
	credentials := h.credentials
	if !credentials.Expiration.IsZero() {
		credentials.Expiration = credentials.Expiration.Add(-h.early())
	}
	return credentials
}
