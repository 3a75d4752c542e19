package assumerole

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// DefaultMaxRetries is how often a call whose failure may pass is made again, unless the user says otherwise: the SDK's
// default of three attempts.
const DefaultMaxRetries = 2

// maxBackoff bounds the pause between two attempts. The SDK's 20 s would leave room for only a few within a minute.
const maxBackoff = 5 * time.Second

// Attempt is one sending of a call that failed.
type Attempt struct {
	Number   int           // from 1
	Duration time.Duration // from its start to its end
	Err      error         // how it failed, of one of this package's types
	Again    bool          // it is made again, if there is time
}

// retryer decides for one call whether it is made again. It is the SDK's standard one, but for two things: throttling
// doesn't count, so that a run with many roles slows down rather than fails (the call's deadline is its bound); and there is
// no quota shared with other calls, which such a run would use up.
type retryer struct {
	*retry.Standard
	maxRetries int
	text       serverText    // for what is told
	tell       func(Attempt) // may be nil

	mutex    sync.Mutex
	began    time.Time       // of the attempt under way
	ctx      context.Context // its own
	failures int
	attempts int
	last     error
}

func newRetryer(maxRetries int, text serverText, tell func(Attempt)) *retryer {
	return &retryer{
		maxRetries: maxRetries,
		text:       text,
		tell:       tell,
		Standard: retry.NewStandard(func(o *retry.StandardOptions) {
			o.RateLimiter = ratelimit.None
			o.MaxBackoff = maxBackoff
			o.Retryables = append([]retry.IsErrorRetryable{
				retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
					if isThrottle(err) {
						return aws.TrueTernary
					}
					return aws.UnknownTernary
				}),
				retry.IsErrorRetryableFunc(notForRetry),
				retry.IsErrorRetryableFunc(passingAnswer),
				retry.IsErrorRetryableFunc(passingInvalidToken),
				retry.RetryableErrorCode{Codes: map[string]struct{}{"IDPCommunicationError": {}}},
			}, o.Retryables...)
		}),
	}
}

// MaxAttempts has the SDK ask IsErrorRetryable each time.
func (r *retryer) MaxAttempts() int { return 0 }

// GetAttemptToken is asked when an attempt begins.
func (r *retryer) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	r.mutex.Lock()
	r.began, r.ctx = time.Now(), ctx
	r.attempts++
	r.mutex.Unlock()
	return r.Standard.GetAttemptToken(ctx)
}

// IsErrorRetryable is asked once for each attempt that failed.
func (r *retryer) IsErrorRetryable(err error) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.ctx.Err() != nil {
		return false // it was ended, and has no failure of its own
	}
	r.last = translate(err, r.text)
	again := r.Standard.IsErrorRetryable(err)
	if again && !isThrottle(err) {
		r.failures++
		again = r.failures <= r.maxRetries
	}
	if r.tell != nil {
		r.tell(Attempt{Number: r.attempts, Duration: time.Since(r.began), Err: r.last, Again: again})
	}
	return again
}

// story tells how many attempts were begun, and how the last of them failed that wasn't ended by the context; nil when none
// has.
func (r *retryer) story() (begun int, last error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.attempts, r.last
}

// passingAnswer tells whether something between here and STS had a passing reason to answer in its place.
func passingAnswer(err error) aws.Ternary {
	answer, found := errors.AsType[*AnswerError](err)
	if !found {
		return aws.UnknownTernary
	}
	return aws.BoolTernary(answer.Kind == AnswerCutOff || isPassing(answer.HTTPStatus))
}

// isPassing tells the statuses of a server, a load balancer or a proxy that may answer otherwise in a moment.
func isPassing(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return status >= 520 && status <= 524 // of gateways that say so by numbers of their own
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

// isThrottle knows the codes of AWS and of MinIO, and the status that says so, whatever else is in the answer.
func isThrottle(err error) bool {
	if api, found := errors.AsType[smithy.APIError](err); found {
		switch api.ErrorCode() {
		case "TooManyRequests", "SlowDownRead", "SlowDownWrite":
			return true
		}
	}
	if answer, found := errors.AsType[*AnswerError](err); found && answer.HTTPStatus == http.StatusTooManyRequests {
		return true
	}
	if response, found := errors.AsType[*awshttp.ResponseError](err); found && response.HTTPStatusCode() == http.StatusTooManyRequests {
		return true
	}
	return retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err) == aws.TrueTernary
}

// notForRetry stops the retrying of what a second try can't mend, though the SDK takes it for a passing fault of the
// connection.
func notForRetry(err error) aws.Ternary {
	_, redirect := errors.AsType[*transport.RedirectError](err)
	denial, proxy := errors.AsType[*transport.ProxyError](err)
	if proxy && isPassing(denial.Status) {
		return aws.TrueTernary
	}
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	if redirect || proxy || certificate || plain || errors.Is(err, http.ErrSchemeMismatch) || errors.Is(err, transport.ErrBodyTooLarge) || errors.Is(err, transport.ErrNoAnswer) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}
