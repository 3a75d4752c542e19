package refresh

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// keeper holds the credentials and fetches new ones in time, one fetch at once however many ask.
type keeper struct {
	mint   func(context.Context) (Credentials, error)
	failed func(error)
	clock  func() time.Time
	bound  time.Duration

	tasks sync.WaitGroup // the attempts under way, and their reports

	mu      sync.Mutex
	held    holding
	current *attempt // the one under way
	failure error    // of the last refresh; nil when that succeeded
}

// attempt is one refresh, shared by everyone who asks while it is under way.
type attempt struct {
	done   chan struct{} // closed once the rest is set
	result Credentials   // as reported
	err    error
}

// ask gives the credentials at hand, or new ones when those are about to expire. It waits for as long as a refresh may
// take. A refresh ends with ctx, which is the server's: it is everyone's, so it doesn't end with one of those who wait
// for it.
func (k *keeper) ask(ctx context.Context) (Credentials, error) {
	k.mu.Lock()
	if !k.held.due(k.clock()) {
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

// outcome is what an attempt comes to for those who waited: when it failed, what is at hand may still be good.
func (k *keeper) outcome(ended *attempt) (Credentials, error) {
	if ended.err == nil {
		return ended.result, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held.usable(k.clock()) {
		return k.held.reported(), nil
	}
	return Credentials{}, ended.err
}

// refresh makes one attempt. What Close cut short is no failure.
func (k *keeper) refresh(ctx context.Context, shared *attempt) {
	fresh, err := k.fetch(ctx)

	k.mu.Lock()
	switch {
	case err == nil:
		k.held = holding{credentials: fresh, obtained: k.clock()}
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

	// After those who wait have been let go: a log that blocks must not hold them.
	if err != nil && ctx.Err() == nil && k.failed != nil {
		k.failed(err)
	}
}

// fetch calls Mint, and returns in time even if Mint doesn't heed its context.
func (k *keeper) fetch(ctx context.Context) (Credentials, error) {
	whole, stop := context.WithTimeout(ctx, k.bound)
	defer stop()
	// A little less for Mint, so that its own reason comes through: it knows what it was waiting for.
	most, cancel := context.WithTimeout(whole, k.bound-k.bound/25)
	results := make(chan fetched, 1)
	go func() {
		defer cancel()
		call(most, k.mint, results)
	}()

	select {
	case result := <-results:
		return result.credentials, result.err
	case <-whole.Done():
		return Credentials{}, fmt.Errorf("fetching new credentials didn't end within %s", k.bound)
	}
}

// fetched is what Mint returned.
type fetched struct {
	credentials Credentials
	err         error
}

// call runs mint and always sends one result, whichever way mint ends.
func call(ctx context.Context, mint func(context.Context) (Credentials, error), results chan<- fetched) {
	result := fetched{err: errors.New("fetching new credentials stopped without a result: this is a bug of the " +
		"provider")}
	defer func() {
		if value := recover(); value != nil {
			result.err = panicked(value)
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

// panicked puts a panic into words. Only the runtime's own texts are known to quote no data.
func panicked(value any) error {
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
