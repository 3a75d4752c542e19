package assumerole

import (
	"crypto/tls"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"

	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// DefaultMaxRetries is how often a call whose failure may pass is made again, unless the user says otherwise: the SDK's
// default of three attempts.
const DefaultMaxRetries = 2

// maxBackoff bounds the pause between two attempts. The SDK's 20 s would leave room for only a few within a minute.
const maxBackoff = 5 * time.Second

// retryer decides for one call whether it is made again. It is the SDK's standard one, but for two things: throttling
// doesn't count, so that a run with many roles slows down rather than fails (the call's deadline is its bound); and there is
// no quota shared with other calls, which such a run would use up.
type retryer struct {
	*retry.Standard
	maxRetries int

	mutex    sync.Mutex
	failures int
	attempts int
	last     error
}

func newRetryer(maxRetries int) *retryer {
	return &retryer{
		maxRetries: maxRetries,
		Standard: retry.NewStandard(func(o *retry.StandardOptions) {
			o.RateLimiter = ratelimit.None
			o.MaxBackoff = maxBackoff
			o.Retryables = append([]retry.IsErrorRetryable{
				retry.IsErrorRetryableFunc(notForRetry),
				retry.IsErrorRetryableFunc(passingInvalidToken),
				retry.RetryableErrorCode{Codes: map[string]struct{}{"IDPCommunicationError": {}}},
			}, o.Retryables...)
		}),
	}
}

// MaxAttempts has the SDK ask IsErrorRetryable each time.
func (r *retryer) MaxAttempts() int { return 0 }

// IsErrorRetryable is asked once for each attempt that failed.
func (r *retryer) IsErrorRetryable(err error) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.attempts++
	r.last = err
	if !r.Standard.IsErrorRetryable(err) {
		return false
	}
	if isThrottle(err) {
		return true
	}
	r.failures++
	return r.failures <= r.maxRetries
}

// failed tells how many attempts failed.
func (r *retryer) failed() int {
	attempts, _ := r.story()
	return attempts
}

// story tells how often the call was made, and how it failed last; nil when it hasn't failed.
func (r *retryer) story() (attempts int, last error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.attempts, r.last
}

// passingInvalidToken tells the one reason for InvalidIdentityToken that passes: an identity provider that many jobs ask for
// its keys at once.
func passingInvalidToken(err error) aws.Ternary {
	api, found := errors.AsType[smithy.APIError](err)
	if found && api.ErrorCode() == "InvalidIdentityToken" && strings.Contains(api.ErrorMessage(), "Couldn't retrieve verification key") {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

func isThrottle(err error) bool {
	return retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err) == aws.TrueTernary
}

// notForRetry stops the retrying of what a second try can't mend, though the SDK takes it for a passing fault of the
// connection.
func notForRetry(err error) aws.Ternary {
	_, redirect := errors.AsType[*transport.RedirectError](err)
	_, proxy := errors.AsType[*transport.ProxyError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	if redirect || proxy || certificate || plain || errors.Is(err, http.ErrSchemeMismatch) || errors.Is(err, transport.ErrBodyTooLarge) || errors.Is(err, transport.ErrNoAnswer) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}
