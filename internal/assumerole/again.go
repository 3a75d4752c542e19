package assumerole

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// maxPropagationDelay bounds the pause between two tries while IAM propagates. It takes seconds, rarely minutes.
const maxPropagationDelay = 5 * time.Second

// rounds decides, after an exchange that failed, whether the whole of it is worth another round: what a call's own retries
// can't mend, because it takes another token, or another state of IAM.
type rounds struct {
	request   Request
	started   time.Time
	delays    *retry.ExponentialJitterBackoff
	number    int           // rounds made so far
	calls     int           // calls made so far
	newToken  bool          // the next round needs a token other than the last one, which has expired
	lastErr   error         // how the last round failed
	fetched   bool          // a token that had expired was fetched anew; once is enough
	spreading bool          // IAM may not know the role yet, so that PropagationTimeout counts
	unknown   error         // how STS said last that IAM doesn't know it
	lastToken secret.Text   // of the last round
	pause     time.Duration // before the next round
}

func newRounds(request Request) *rounds {
	return &rounds{request: request, started: time.Now(), delays: retry.NewExponentialJitterBackoff(maxPropagationDelay)}
}

// another tells whether there is to be another round, after a pause.
func (r *rounds) another(err error) bool {
	service, refused := errors.AsType[*ServiceError](err)
	r.newToken, r.pause, r.lastErr = false, 0, err
	switch {
	case !refused:
		return false
	case service.needsNewToken() && r.canFetch() && !r.fetched:
		r.fetched, r.newToken = true, true
		return true
	case service.mayPropagate() && r.request.PropagationTimeout > 0:
		r.spreading, r.unknown = true, err
		r.pause, _ = r.delays.BackoffDelay(r.number, err) // the token is asked for again all the same, and a new one fetched where it has aged
		return time.Since(r.started)+r.pause < r.timeout()
	}
	return false
}

// telling is the error of all rounds: that of the last one, unless that merely says that the token has grown old while IAM was
// waited for.
func (r *rounds) telling(err error) error {
	if service, refused := errors.AsType[*ServiceError](err); refused && service.needsNewToken() && r.unknown != nil {
		return r.unknown
	}
	return err
}

// timeout bounds all rounds together.
func (r *rounds) timeout() time.Duration {
	if r.spreading {
		return r.request.Timeout + r.request.PropagationTimeout
	}
	return r.request.Timeout
}

// deadline is that of the round that begins, and the timeout that it comes from: that of all, or that of a single exchange
// where it ends sooner.
func (r *rounds) deadline() (time.Time, time.Duration) {
	end, own := r.started.Add(r.timeout()), time.Now().Add(r.request.Timeout)
	if own.Before(end) {
		return own, r.request.Timeout
	}
	return end, r.timeout()
}

// canFetch tells whether the source can give another token than the last one.
func (r *rounds) canFetch() bool {
	_, inline := r.request.Token.(webidentity.Inline)
	return !inline
}

// isTheOld tells whether what was fetched in place of an expired token is the very same: then the call needn't be made again.
func (r *rounds) isTheOld(token, before secret.Text) bool {
	return r.newToken && token == before
}

// wait pauses. Its error is the context's.
func (r *rounds) wait(ctx context.Context) error {
	select {
	case <-time.After(r.pause):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// ExpiredCodes are the codes for an expired token: AWS's and MinIO's. IsExpired recognizes more answers than these codes.
func ExpiredCodes() []string { return []string{"ExpiredTokenException", "ExpiredToken"} }

// expiredMessage says that the token has expired, whatever the code. MinIO sends it with the code of an invalid token.
const expiredMessage = "token is expired"

// IsExpired tells whether the server answered that the token has expired.
func (e *ServiceError) IsExpired() bool {
	return slices.Contains(ExpiredCodes(), e.Code) || strings.Contains(strings.ToLower(e.Message), expiredMessage)
}

// needsNewToken tells whether the exchange might succeed with a new token.
func (e *ServiceError) needsNewToken() bool {
	return e.IsExpired() || e.Code == "IDPRejectedClaim"
}

// mayPropagate tells whether it is what STS answers while a role, or an OIDC provider with its audiences, was made only just
// now.
func (e *ServiceError) mayPropagate() bool {
	switch e.Code {
	case "AccessDenied":
		return strings.Contains(e.Message, "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	case "InvalidIdentityToken":
		return strings.Contains(e.Message, "No OpenIDConnect provider found") || strings.Contains(e.Message, "Incorrect token audience")
	}
	return false
}
