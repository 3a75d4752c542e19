package assumerole

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// DefaultMaxRetries is how often a call is made again after a failure that might be transient, unless the user says
// otherwise: the SDK's default of three attempts.
const DefaultMaxRetries = 2

// maxDelay bounds the pause between two calls. The SDK's 20 s would leave room for only a few within a minute.
const maxDelay = 5 * time.Second

// tokenPauseDivisor shortens the pause before another request for a token, because a platform is near.
const tokenPauseDivisor = 4

// Attempt is a call that failed.
type Attempt struct {
	Number   int           // from 1
	Duration time.Duration // from its start to its end
	Err      error         // how it failed, of one of this package's types
	Again    bool          // another call follows, if there is time
}

// loop makes one exchange. It gets a token, calls STS, and looks up the answer. Then it returns, or it waits or gets a
// new token and continues.
type loop struct {
	client   *Client
	sts      *sts.Client
	input    *sts.AssumeRoleWithWebIdentityInput
	exchange *Exchange
	delays   *retry.ExponentialJitterBackoff

	started     time.Time   // of the loop
	resumed     time.Time   // after the last pause for IAM. From then on, Request.Timeout applies
	token       secret.Text // of the last call
	renewed     bool        // a token that had expired was replaced. Once is enough
	failures    int         // that count toward the retries
	pauses      int         // so far
	last        error       // the last answer that wasn't a result; nil if there was none
	propagating error       // the last one that might be because IAM hasn't propagated a change
	requested   int         // the number of the shared request for a token that this exchange last took part in
	called      int         // the number of the shared call that this exchange last took part in
	began       time.Time   // of the last call
}

func (c *Client) newLoop(client *sts.Client, input *sts.AssumeRoleWithWebIdentityInput, exchange *Exchange) *loop {
	now := time.Now()
	return &loop{
		client:   c,
		sts:      client,
		input:    input,
		exchange: exchange,
		delays:   retry.NewExponentialJitterBackoff(maxDelay),
		started:  now,
		resumed:  now,
	}
}

// run continues until there is a result, a final failure, or no time.
func (l *loop) run(ctx context.Context) (*Result, error) {
	for renew := false; ; {
		token, err := l.nextToken(ctx, renew)
		if err == nil && renew && token == l.token {
			return nil, l.outcome(l.last) // the token that has expired again
		}
		var result *Result
		gotToken := err == nil
		if gotToken {
			result, err = l.call(ctx, token)
		}
		if err == nil {
			return result, nil
		}
		class := l.classOf(err)
		if !l.goesOn(class, err, gotToken) {
			return nil, l.outcome(err)
		}
		if err := l.pause(ctx, class, err); err != nil {
			return nil, err
		}
		renew = class == Expired || renew && !gotToken
	}
}

// nextToken gets the token for the next call.
func (l *loop) nextToken(ctx context.Context, renew bool) (secret.Text, error) {
	ctx, timeout, cancel := l.within(ctx)
	defer cancel()
	token, number, err := l.client.token(ctx, l.exchange.Request, l.token, renew, l.requested)
	if number > 0 {
		l.requested = number
	}
	return token, ended(ctx, err, timeout, StageToken, l.last)
}

// call calls STS once, or takes part in the call of another exchange that asks for exactly the same.
func (l *loop) call(ctx context.Context, token secret.Text) (*Result, error) {
	ctx, timeout, cancel := l.within(ctx)
	defer cancel()
	l.token = token
	if claims, err := webidentity.Decode(token.Reveal()); err == nil {
		l.exchange.Claims = &claims
	}
	l.exchange.Sent, l.began = true, time.Now()
	input := *l.input
	input.WebIdentityToken = aws.String(token.Reveal())
	text := newServerText(*l.exchange, token)
	result, number, err := l.client.session(
		ctx,
		l.exchange.Request,
		&input,
		l.called,
		func(ctx context.Context) (*Result, error) {
			return call(ctx, l.sts, &input, text)
		},
	)
	if number > 0 { // it isn't the result of an earlier call
		l.exchange.Calls++
		l.called = number
	}
	l.exchange.Result = result
	return result, ended(ctx, err, timeout, StageCall, l.last)
}

// goesOn reports whether there is another attempt after a failure. It counts the failure, and tells of that of a call.
func (l *loop) goesOn(class Class, err error, gotToken bool) bool {
	if !isAnswer(err) {
		return false
	}
	again := false
	switch class {
	case Final:
	case Expired:
		_, inline := l.exchange.Request.Token.(webidentity.Inline)
		again, l.renewed = !inline && !l.renewed, true
	case Propagating:
		again, l.propagating = l.exchange.Request.PropagationTimeout > 0, err
	case Throttled: // a run with many roles slows down, and doesn't fail
		again = true
	case Passing:
		if failure, ok := errors.AsType[*webidentity.Error](err); ok {
			again = l.exchange.Requests+1 < failure.MaxAttempts
			break
		}
		l.failures++
		again = l.failures <= l.client.maxRetries
	}
	l.last = err
	switch tell := l.exchange.Request.Attempted; {
	case !gotToken:
		l.exchange.Requests++
	case tell != nil:
		tell(Attempt{Number: l.exchange.Calls, Duration: time.Since(l.began), Err: err, Again: again})
	}
	return again
}

// isAnswer reports whether a call ended before the deadline and without an interrupt.
func isAnswer(err error) bool {
	_, late := errors.AsType[*TimeoutError](err)
	_, interrupted := errors.AsType[*InterruptedError](err)
	return !late && !interrupted
}

// outcome is the error of the exchange. That the token has expired while IAM was waited for says less than what IAM
// lacks.
func (l *loop) outcome(err error) error {
	if l.propagating != nil && l.classOf(err) == Expired {
		return l.propagating
	}
	return err
}

func (l *loop) classOf(err error) Class { return classOf(err, l.exchange.Destination.AWS) }

// pause waits before the next attempt. If there is no time for another one, an exchange that waits for IAM or for a
// platform ends with the failure itself, which says more than a timeout.
func (l *loop) pause(ctx context.Context, class Class, err error) error {
	if class == Expired {
		return nil
	}
	l.pauses++
	delay, _ := l.delays.BackoffDelay(l.pauses, err)
	during, earlyEnd := StageCall, false
	if failure, ok := errors.AsType[*webidentity.Error](err); ok {
		during, earlyEnd = StageToken, true
		delay = delay/tokenPauseDivisor + failure.RetryAfter
	}
	if class == Propagating {
		during, earlyEnd = StagePropagation, true
		if time.Since(l.started)+delay < l.timeout() {
			l.resumed = time.Now().Add(delay)
		}
	}
	ctx, timeout, cancel := l.within(ctx)
	defer cancel()
	if deadline, _ := ctx.Deadline(); earlyEnd && time.Until(deadline) <= delay {
		return err
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ended(ctx, context.Cause(ctx), timeout, during, err)
	}
}

// timeout bounds the exchange.
func (l *loop) timeout() time.Duration {
	if l.propagating != nil {
		return l.exchange.Request.Timeout + l.exchange.Request.PropagationTimeout
	}
	return l.exchange.Request.Timeout
}

// within is the caller's context with the exchange's deadline, and the timeout that the deadline comes from. While IAM
// is waited for, a single stretch has no more time than any exchange.
func (l *loop) within(ctx context.Context) (context.Context, time.Duration, context.CancelFunc) {
	deadline, timeout := l.started.Add(l.timeout()), l.timeout()
	if stretch := l.resumed.Add(l.exchange.Request.Timeout); stretch.Before(deadline) {
		deadline, timeout = stretch, l.exchange.Request.Timeout
	}
	within, cancel := context.WithDeadline(ctx, deadline)
	return within, timeout, cancel
}

// ended tells an exchange that ran out of time, or was interrupted, from one that failed for another reason. The last
// failure is how a call before that ended; nil if there was none.
func ended(ctx context.Context, err error, timeout time.Duration, during Stage, last error) error {
	switch {
	case err == nil:
		return nil
	// what has the same deadline may notice first
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return &TimeoutError{Timeout: timeout, During: during, Last: last}
	case ctx.Err() != nil:
		return &InterruptedError{During: during, Last: last}
	}
	return err
}
