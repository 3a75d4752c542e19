package assumerole

import (
	"context"
	"sync"
	"time"
)

// shared does the same work once for all who ask for it at about the same time. The zero value is ready for use.
type shared[V comparable] struct {
	mutex   sync.Mutex
	flights map[string]*flight[V]
}

// flight is one piece of work: under way until done is closed, and then its result, which may be given until it is stale.
type flight[V comparable] struct {
	attempts *retryer // of the one who began it; nil where it has none
	done     chan struct{}
	waiting  int
	cancel   context.CancelFunc
	value    V
	err      error
	until    time.Time
}

// do gives the result for a key: that of work under way, or one that isn't stale yet, or that of new work. Each asker waits
// for as long as its own context lets it; the work ends early only when nobody waits for it any more. An error goes to all
// who wait, and to nobody after them. The attempts are those of the work: the asker's own, unless it joined another's.
func (s *shared[V]) do(ctx context.Context, key string, attempts *retryer, work func(context.Context) (V, time.Time, error)) (V, *retryer, error) {
	joined := s.join(ctx, key, attempts, work)
	select {
	case <-joined.done:
		s.leave(key, joined)
		return joined.value, joined.attempts, joined.err
	case <-ctx.Done():
		s.leave(key, joined)
		var none V
		return none, joined.attempts, context.Cause(ctx)
	}
}

// forget has the next asker get new work, where the result for a key is this one.
func (s *shared[V]) forget(key string, value V) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if kept := s.flights[key]; kept != nil && kept.isDone() && kept.value == value {
		delete(s.flights, key)
	}
}

func (s *shared[V]) join(ctx context.Context, key string, attempts *retryer, work func(context.Context) (V, time.Time, error)) *flight[V] {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.flights == nil {
		s.flights = map[string]*flight[V]{}
	}
	s.dropStale()
	if joined := s.flights[key]; joined != nil {
		joined.waiting++
		return joined
	}
	started := &flight[V]{attempts: attempts, done: make(chan struct{}), waiting: 1}
	s.flights[key] = started
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	started.cancel = cancel
	go func() {
		defer cancel()
		value, until, err := survive(working, work)
		s.mutex.Lock()
		defer s.mutex.Unlock()
		started.value, started.until, started.err = value, until, err
		if err != nil && s.flights[key] == started {
			delete(s.flights, key)
		}
		close(started.done)
	}()
	return started
}

// survive makes an error of a panic: those who wait would wait forever.
func survive[V any](ctx context.Context, work func(context.Context) (V, time.Time, error)) (value V, until time.Time, err error) {
	defer func() {
		if bug := Bug(recover()); bug != nil {
			err = bug
		}
	}()
	return work(ctx)
}

// leave ends work that nobody waits for.
func (s *shared[V]) leave(key string, left *flight[V]) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	left.waiting--
	if left.waiting > 0 || left.isDone() {
		return
	}
	left.cancel()
	if s.flights[key] == left {
		delete(s.flights, key)
	}
}

// dropStale forgets the results that may no longer be given, secrets among them.
func (s *shared[V]) dropStale() {
	now := time.Now()
	for key, candidate := range s.flights {
		if candidate.isDone() && !now.Before(candidate.until) {
			delete(s.flights, key)
		}
	}
}

func (f *flight[V]) isDone() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}
