package assumerole

import (
	"context"
	"errors"
	"slices"
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
	Hop      int           // the number of the hop, from 1; 0 for the exchange
	Number   int           // from 1
	Duration time.Duration // from its start to its end
	Err      error         // how it failed, of one of this package's types
	Again    bool          // another call follows, if there is time
}

// loop makes one exchange and its hops. It gets a token, calls STS, and looks up the answer. Then it goes on to the
// next hop or returns, or it waits or gets a new token and continues.
type loop struct {
	client   *Client
	sts      *sts.Client
	input    *sts.AssumeRoleWithWebIdentityInput
	hops     []*sts.AssumeRoleInput
	exchange *Exchange
	delays   *retry.ExponentialJitterBackoff

	started   time.Time   // of the loop
	resumed   time.Time   // after the last pause for IAM. From then on, Request.Timeout applies
	waited    bool        // for IAM, so that Request.PropagationTimeout applies, too
	token     secret.Text // of the last call
	renewed   bool        // a token that had expired was replaced. Once is enough
	returned  []bool      // by hop: the session that calls it had expired and was replaced. Once is enough
	requested int         // the number of the shared request for a token that this exchange last took part in
	results   []*Result   // of the exchange and of each hop so far
	secrets   []secret.Text
	calls     []string // the keys of the shared calls that gave them; empty: not shared
	keys      []string // of the sessions in callers, for the exchange and each hop but the last; empty: not kept
	progress
}

// progress is that of the exchange, or of one hop.
type progress struct {
	failures    int       // that count toward the retries
	pauses      int       // so far
	last        error     // the last answer that wasn't a result; nil if there was none
	propagating error     // the last one that might be because IAM hasn't propagated a change
	called      int       // the number of the shared call that this exchange last took part in
	began       time.Time // of the last call
}

// errSameToken is the outcome of an attempt to replace an expired token by the same one.
var errSameToken = errors.New("the source has no newer token")

func (c *Client) newLoop(
	client *sts.Client,
	input *sts.AssumeRoleWithWebIdentityInput,
	hops []*sts.AssumeRoleInput,
	exchange *Exchange,
) *loop {
	now := time.Now()
	return &loop{
		client:   c,
		sts:      client,
		input:    input,
		hops:     hops,
		exchange: exchange,
		delays:   retry.NewExponentialJitterBackoff(maxDelay),
		started:  now,
		resumed:  now,
		results:  make([]*Result, len(hops)+1),
		calls:    make([]string, len(hops)+1),
		returned: make([]bool, len(hops)+1),
	}
}

// run continues until there is a result, a final failure, or no time.
func (l *loop) run(ctx context.Context) error {
	if err := l.begin(ctx); err != nil {
		return err
	}
	for renew := false; ; {
		called, err := l.attempt(ctx, renew)
		switch {
		case err == nil && l.exchange.OnlyToken:
			return nil
		case err == nil && l.exchange.Hop == len(l.hops):
			l.exchange.Result = l.results[l.exchange.Hop]
			if len(l.hops) > 0 {
				l.exchange.Result = l.exchange.Result.ofChain(l.results[0])
			}
			return nil
		case err == nil:
			l.keep()
			l.goTo(l.exchange.Hop + 1)
			renew = false
			continue
		case errors.Is(err, errSameToken):
			return l.outcome(l.last)
		}
		class := l.classOf(err)
		if !l.goesOn(class, err, called) {
			return l.outcome(err)
		}
		if err := l.pause(ctx, class, err); err != nil {
			return err
		}
		renew = class == Expired || renew && !called
		if class == Expired && l.exchange.Hop > 0 {
			l.goBack()
			renew = false
		}
	}
}

// begin goes to the first hop whose caller isn't kept from earlier exchanges. The token of such a caller was checked
// then.
func (l *loop) begin(ctx context.Context) error {
	if err := l.client.checkRequestedAudience(l.exchange.Request); err != nil {
		return err
	}
	if err := l.nameCallers(l.identity(ctx)); err != nil {
		return err
	}
	for hop := len(l.hops); hop > 0; hop-- {
		found, ok := l.client.callers.find(l.keys[hop-1])
		if !ok {
			continue
		}
		l.exchange.Claims = found.claims
		if err := l.exchange.Request.checkInheritance(found.claims); err != nil {
			return err
		}
		l.results[0] = found.first
		l.use(found, hop)
		break
	}
	return nil
}

// identity is that of the token in a file, which can be another one for each exchange. A refresh is for the identity of
// its first exchange, even if the token in the file has expired or is gone. It is empty for other sources, and if the
// file has no token. The exchange then finds that out.
func (l *loop) identity(ctx context.Context) string {
	file, ok := l.exchange.Request.Token.(webidentity.File)
	switch {
	case !ok || len(l.hops) == 0:
		return ""
	case l.exchange.Request.Fresh && l.exchange.Request.identity != "":
		return l.exchange.Request.identity
	}
	ctx, _, cancel := l.within(ctx)
	defer cancel()
	token, err := file.Token(ctx)
	if err != nil {
		return ""
	}
	l.exchange.Request.identity = identityOf(token)
	return l.exchange.Request.identity
}

// nameCallers makes the keys of the sessions that hops are called with. Each key has those of the calls before.
func (l *loop) nameCallers(identity string) error {
	key := sourceKey(l.exchange.Request.Token, identity)
	for hop := range l.hops {
		var err error
		switch {
		case key == "":
		case hop == 0:
			key, err = keyOf(key, l.input)
		default:
			key, err = keyOf(key, l.hops[hop-1])
		}
		if err != nil {
			return err
		}
		l.keys = append(l.keys, key)
	}
	return nil
}

// keep has later exchanges find the session that the next hop is called with.
func (l *loop) keep() {
	if hop := l.exchange.Hop; l.keys[hop] != "" {
		l.client.callers.keep(l.keys[hop], caller{
			session: l.results[hop],
			call:    l.calls[hop],
			first:   l.results[0],
			claims:  l.exchange.Claims,
			secrets: slices.Clone(l.secrets),
		})
	}
}

// use goes on to a hop with a session that is kept.
func (l *loop) use(kept caller, hop int) {
	l.results[hop-1], l.calls[hop-1] = kept.session, kept.call
	l.secrets = append(l.secrets, kept.secrets...)
	l.goTo(hop)
}

// goTo goes on to a hop.
func (l *loop) goTo(hop int) {
	l.progress = progress{}
	l.exchange.Hop, l.exchange.Calls, l.exchange.Caller = hop, 0, nil
	if hop > 0 {
		l.exchange.Caller = l.results[hop-1]
	}
}

// goBack returns to a call before the hop, because the session that the hop is called with has expired. The sessions
// before that one might be kept still.
func (l *loop) goBack() {
	hop := l.exchange.Hop
	l.client.callers.forget(l.keys[hop-1], l.exchange.Caller)
	l.client.sessions.forget(l.calls[hop-1], l.exchange.Caller)
	for hop--; hop > 0; hop-- {
		if found, ok := l.client.callers.find(l.keys[hop-1]); ok {
			l.use(found, hop)
			return
		}
	}
	l.goTo(0)
}

// attempt makes one call, after it has got what the call needs, or it gets only the token. It reports whether it
// called.
func (l *loop) attempt(ctx context.Context, renew bool) (called bool, err error) {
	if l.exchange.Hop > 0 {
		return true, l.callHop(ctx)
	}
	token, err := l.nextToken(ctx, renew)
	switch {
	case err != nil:
		return false, err
	case renew && token == l.token:
		return false, errSameToken
	}
	l.token = token
	if err := l.check(token); err != nil || l.exchange.OnlyToken {
		return false, err
	}
	return true, l.call(ctx)
}

// check reads what a token claims, and checks it before the token leaves this process.
func (l *loop) check(token secret.Text) error {
	claims, err := webidentity.Decode(token.Reveal())
	if err == nil {
		l.exchange.Claims = &claims
	}
	if err := l.client.checkAudience(claims, err == nil); err != nil {
		return err
	}
	if l.exchange.OnlyToken {
		return webidentity.CheckJWT(l.exchange.Request.Token, token)
	}
	return l.exchange.Request.checkInheritance(l.exchange.Claims)
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
func (l *loop) call(ctx context.Context) error {
	l.exchange.Sent = true
	input := *l.input
	input.WebIdentityToken = aws.String(l.token.Reveal())
	l.secrets = append(l.secrets, l.token)
	text := newServerText(*l.exchange, l.secrets...)
	return l.share(ctx, &input, func(ctx context.Context) (*Result, error) { return call(ctx, l.sts, &input, text) })
}

// callHop is call for the hop that the exchange has come to.
func (l *loop) callHop(ctx context.Context) error {
	input, caller := l.hops[l.exchange.Hop-1], l.exchange.Caller.Credentials
	text := newServerText(*l.exchange, l.secrets...)
	return l.share(ctx, []any{caller.AccessKeyID.Reveal(), input}, func(ctx context.Context) (*Result, error) {
		return l.client.callHop(ctx, l.sts, caller, input, text)
	})
}

// share makes a call, or takes part in one that is equal.
func (l *loop) share(ctx context.Context, equal any, call func(context.Context) (*Result, error)) error {
	ctx, timeout, cancel := l.within(ctx)
	defer cancel()
	key := ""
	if !l.exchange.Request.isFresh(l.exchange.Hop) {
		var err error
		if key, err = keyOf(equal); err != nil {
			return err
		}
	}
	l.calls[l.exchange.Hop] = key
	l.began = time.Now()
	result, number, err := l.client.session(ctx, key, l.called, call)
	if number > 0 { // it isn't the result of an earlier call
		l.exchange.Calls++
		l.called = number
	}
	l.results[l.exchange.Hop] = result
	if result != nil {
		l.secrets = append(l.secrets, result.Credentials.SecretAccessKey, result.Credentials.SessionToken)
	}
	return ended(ctx, err, timeout, StageCall, l.last)
}

// goesOn reports whether there is another attempt after a failure. It counts the failure, and tells of that of a call.
func (l *loop) goesOn(class Class, err error, called bool) bool {
	if !isAnswer(err) {
		return false
	}
	again := false
	switch class {
	case Final:
	case Expired:
		again = l.renews()
	case Propagating:
		again, l.propagating, l.waited = l.exchange.Request.PropagationTimeout > 0, err, true
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
	case !called:
		l.exchange.Requests++
	case tell != nil:
		tell(Attempt{
			Hop:      l.exchange.Hop,
			Number:   l.exchange.Calls,
			Duration: time.Since(l.began),
			Err:      err,
			Again:    again,
		})
	}
	return again
}

// renews reports whether what has expired is replaced: the token, or the session that a hop is called with.
func (l *loop) renews() bool {
	if hop := l.exchange.Hop; hop > 0 {
		again := !l.returned[hop]
		l.returned[hop] = true
		return again
	}
	_, inline := l.exchange.Request.Token.(webidentity.Inline)
	again := !inline && !l.renewed
	l.renewed = true
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

func (l *loop) classOf(err error) Class { return classOf(err, l.exchange.Answers()) }

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
	if l.waited {
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
