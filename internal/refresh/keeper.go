package refresh

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// keeper holds the credentials and fetches new ones in time. All callers share one fetch.
type keeper struct {
	mint    func(context.Context) (Credentials, error)
	failed  func(error)
	clock   func() time.Time
	timeout time.Duration

	tasks sync.WaitGroup // the attempts in progress, and their reports

	mu      sync.Mutex
	held    heldCredentials
	current *attempt // the one in progress
	failure error    // of the last refresh; nil when that succeeded
}

// attempt is one refresh, which all callers share while it is in progress.
type attempt struct {
	done   chan struct{} // closed after the other fields are set
	result Credentials   // as reported
	err    error
}

// ask gives the current credentials, or new ones if the current ones expire soon. It waits as long as a refresh can
// take. A refresh ends with ctx, which is the server's context. All callers share the refresh, so it doesn't end with
// one of them.
func (k *keeper) ask(ctx context.Context) (Credentials, error) {
	k.mu.Lock()
	if !k.held.isDue(k.clock()) {
		defer k.mu.Unlock()
		return k.held.reported(), nil
	}
	shared := k.current
	if shared == nil {
		shared = &attempt{done: make(chan struct{})}
		k.current = shared
		k.tasks.Go(func() { k.refresh(ctx, shared) })
	}
	k.mu.Unlock()
	<-shared.done
	return k.outcome(shared)
}

// outcome is the result of an attempt for the callers that waited. If it failed, the current credentials might still be
// valid.
func (k *keeper) outcome(ended *attempt) (Credentials, error) {
	if ended.err == nil {
		return ended.result, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held.isUsable(k.clock()) {
		return k.held.reported(), nil
	}
	return Credentials{}, ended.err
}

// refresh makes one attempt. An attempt that Close canceled isn't a failure.
func (k *keeper) refresh(ctx context.Context, shared *attempt) {
	fresh, err := k.fetch(ctx)

	k.mu.Lock()
	switch {
	case err == nil:
		k.held = heldCredentials{credentials: fresh, obtained: k.clock()}
		k.failure = nil
		shared.result = k.held.reported()
	case ctx.Err() != nil:
		err = errEnded
	default:
		k.failure = err
	}
	shared.err = err
	k.current = nil
	k.mu.Unlock()
	close(shared.done)

	// This comes after the callers have continued, because a log that blocks must not delay them.
	if err != nil && ctx.Err() == nil && k.failed != nil {
		k.failed(err)
	}
}

// fetch calls Mint, and returns in time even if Mint ignores its context.
func (k *keeper) fetch(ctx context.Context) (Credentials, error) {
	whole, stop := context.WithTimeout(ctx, k.timeout)
	defer stop()
	// Mint has a little less time, so that its own error is returned. That error names what Mint waited for.
	most, cancel := context.WithTimeout(whole, k.timeout-k.timeout/25)
	results := make(chan fetched, 1)
	go func() {
		defer cancel()
		callMint(most, k.mint, results)
	}()

	select {
	case result := <-results:
		return result.credentials, result.err
	case <-whole.Done():
		return Credentials{}, fmt.Errorf("fetching new credentials didn't end within %s", k.timeout)
	}
}

// fetched is what Mint returned.
type fetched struct {
	credentials Credentials
	err         error
}

// callMint runs mint and always sends one result, even if mint panics or ends its goroutine.
func callMint(ctx context.Context, mint func(context.Context) (Credentials, error), results chan<- fetched) {
	result := fetched{err: errors.New("fetching new credentials stopped without a result: this is a bug of the " +
		"provider")}
	defer func() {
		if value := recover(); value != nil {
			result.err = panicError(value)
		}
		results <- result
	}()
	credentials, err := mint(ctx)
	if err == nil {
		if lack := credentials.check(); lack != nil {
			err = fmt.Errorf("the new credentials are of no use: %w", lack)
		}
	}
	result = fetched{credentials: credentials, err: err}
}

// panicError makes an error of a panic. Only the texts of the runtime are known to quote no data.
func panicError(value any) error {
	if err, ok := value.(runtime.Error); ok {
		return fmt.Errorf("fetching new credentials ran into a bug of the provider: %w", err)
	}
	return fmt.Errorf("fetching new credentials ran into a bug of the provider: a panic with a value of type %T", value)
}

// lastFailure is why the last refresh failed, or nil.
func (k *keeper) lastFailure() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.failure
}
