package assumerole

import (
	"context"
	"sync"
	"time"
)

// shared does the same work once for all who ask for it at about the same time. The zero value is ready for use.
type shared[V comparable] struct {
	mutex   sync.Mutex
	started int // pieces of work
	latest  map[string]*work[V]
	swept   time.Time // when what is stale was last forgotten
}

// work is one piece: under way until done is closed, and then its outcome, which may be given until it is stale.
type work[V comparable] struct {
	number  int // from 1, in the order in which they began
	done    chan struct{}
	waiting int
	cancel  context.CancelFunc
	value   V
	err     error
	until   time.Time
}

// keepFailure is how long a failure is kept for those who pause meanwhile: longer than their pauses.
const keepFailure = 2 * maxDelay

// do gives the outcome for a key: of work under way, or a value that isn't stale yet, or of new work. Whoever asks
// waits for as long as the own context lets them. The work has no deadline of its own, and ends when nobody waits for
// it.
//
// A failure goes to all who wait. Who took part in earlier work, and pauses after its failure, gives that work's
// number: a failure since then is theirs, too, so that many who ask for the same call hardly more often than one. The
// number that do returns is 0 if the value is of earlier work.
func (s *shared[V]) do(
	ctx context.Context,
	key string,
	after int,
	f func(context.Context) (V, time.Time, error),
) (V, int, error) {
	current, isNew := s.join(ctx, key, after, f)
	defer s.leave(key, current)
	if !isNew && current.isDone() && current.err == nil {
		return current.value, 0, nil
	}
	select {
	case <-current.done:
		return current.value, current.number, current.err
	case <-ctx.Done():
		var none V
		return none, current.number, context.Cause(ctx)
	}
}

// forget has the next asker get new work, if the value for a key is this one.
func (s *shared[V]) forget(key string, value V) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if kept := s.latest[key]; kept != nil && kept.isDone() && kept.value == value {
		delete(s.latest, key)
	}
}

// join finds the work to wait for, and starts it if there is none.
func (s *shared[V]) join(
	ctx context.Context,
	key string,
	after int,
	f func(context.Context) (V, time.Time, error),
) (current *work[V], isNew bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := time.Now()
	s.dropStale(now)
	if latest := s.latest[key]; latest != nil && !latest.isStale(now) && latest.serves(after) {
		latest.waiting++
		return latest, false
	}
	if s.latest == nil {
		s.latest = map[string]*work[V]{}
	}
	s.started++
	started := &work[V]{number: s.started, done: make(chan struct{}), waiting: 1}
	s.latest[key] = started
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	started.cancel = cancel
	go func() {
		defer cancel()
		value, until, err := survive(working, f)
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if err != nil {
			until = time.Now().Add(keepFailure)
		}
		started.value, started.until, started.err = value, until, err
		started.cancel = nil // it holds the asker's context, and with it all that the asker was sent
		close(started.done)
	}()
	return started, true
}

// serves reports whether someone who took part in the numbered work may have this work's outcome.
func (w *work[V]) serves(after int) bool {
	return !w.isDone() || w.err == nil || after > 0 && w.number > after
}

// survive makes an error of a panic, because the waiting callers would otherwise wait forever.
func survive[V any](
	ctx context.Context,
	f func(context.Context) (V, time.Time, error),
) (value V, until time.Time, err error) {
	defer func() {
		if bug := Bug(recover()); bug != nil {
			err = bug
		}
	}()
	return f(ctx)
}

// leave ends work that nobody waits for.
func (s *shared[V]) leave(key string, left *work[V]) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	left.waiting--
	if left.waiting > 0 || left.isDone() {
		return
	}
	left.cancel()
	if s.latest[key] == left {
		delete(s.latest, key)
	}
}

// sweepInterval spares a run with many roles a look at all of them for each.
const sweepInterval = time.Second

// dropStale forgets the outcomes that may no longer be given, secrets among them.
func (s *shared[V]) dropStale(now time.Time) {
	if now.Sub(s.swept) < sweepInterval {
		return
	}
	s.swept = now
	for key, candidate := range s.latest {
		if candidate.isStale(now) {
			delete(s.latest, key)
		}
	}
}

// isStale reports whether this is an outcome that may no longer be given.
func (w *work[V]) isStale(now time.Time) bool { return w.isDone() && !now.Before(w.until) }

func (w *work[V]) isDone() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}
