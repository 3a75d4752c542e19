package assumerole

import (
	"context"
	"errors"
	"testing"
	"time"
)

type contextKey struct{}

// awaitAskers waits until so many ask for a key.
func awaitAskers(t *testing.T, s *shared[int], key string, number int) {
	t.Helper()
	for range 5000 {
		s.mutex.Lock()
		joined := s.latest[key]
		waiting := 0
		if joined != nil {
			waiting = joined.waiting
		}
		s.mutex.Unlock()
		if waiting == number {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("there are never %d askers", number)
}

// TestWorkOutlivesItsFirstAsker holds that work goes on for those who joined it, with the values of its context (a
// logger, say).
func TestWorkOutlivesItsFirstAsker(t *testing.T) {
	t.Parallel()
	var s shared[int]
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), contextKey{}, "value"))
	finish := make(chan struct{})
	first, second := make(chan error, 1), make(chan error, 1)
	go func() {
		_, _, err := s.do(ctx, "key", 0, func(ctx context.Context) (int, time.Time, error) {
			select {
			case <-ctx.Done():
				return 0, time.Time{}, ctx.Err()
			case <-finish:
			}
			if ctx.Value(contextKey{}) != "value" {
				return 0, time.Time{}, errors.New("the context's values are gone")
			}
			return 1, time.Time{}, nil
		})
		first <- err
	}()
	awaitAskers(t, &s, "key", 1)
	go func() {
		_, _, err := s.do(t.Context(), "key", 0, nil)
		second <- err
	}()
	awaitAskers(t, &s, "key", 2)
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first got %v", err)
	}
	close(finish)
	if err := <-second; err != nil {
		t.Errorf("the second got %v", err)
	}
}

// TestAbandonedWorkIsNotJoined holds that whoever asks after all have left gets new work, which the old one's late end
// doesn't touch.
func TestAbandonedWorkIsNotJoined(t *testing.T) {
	t.Parallel()
	var s shared[int]
	ctx, cancel := context.WithCancel(t.Context())
	begun, slow, finish := make(chan struct{}), make(chan struct{}), make(chan struct{})
	ended := make(chan struct{})
	go func() { <-begun; cancel() }()
	if _, _, err := s.do(ctx, "key", 0, func(ctx context.Context) (int, time.Time, error) {
		defer close(ended)
		close(begun)
		<-ctx.Done()
		<-slow
		return 0, time.Time{}, ctx.Err()
	}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}

	results := make(chan int, 2)
	ask := func(result int) {
		value, _, err := s.do(t.Context(), "key", 0, func(context.Context) (int, time.Time, error) {
			<-finish
			return result, time.Now().Add(time.Hour), nil
		})
		if err != nil {
			t.Error(err)
		}
		results <- value
	}
	go ask(2)
	awaitAskers(t, &s, "key", 1)
	close(slow)
	<-ended
	time.Sleep(10 * time.Millisecond) // for the end to be noted
	go ask(3)
	awaitAskers(t, &s, "key", 2)
	close(finish)
	if first, second := <-results, <-results; first != 2 || second != 2 {
		t.Errorf("got %d and %d", first, second)
	}
}

// TestForgettingSparesWhatIsNewer holds that two who saw the same old value get one new one.
func TestForgettingSparesWhatIsNewer(t *testing.T) {
	t.Parallel()
	var s shared[int]
	calls := 0
	ask := func() int {
		value, _, err := s.do(t.Context(), "key", 0, func(context.Context) (int, time.Time, error) {
			calls++
			return calls, time.Now().Add(time.Hour), nil
		})
		if err != nil {
			t.Error(err)
		}
		return value
	}
	old := ask()
	s.forget("key", old)
	newer := ask()
	s.forget("key", old)
	if last := ask(); last != newer || newer == old {
		t.Errorf("got %d, %d and %d", old, newer, last)
	}
}

func TestGoodUntil(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ life, keep time.Duration }{
		"a long one, to its last minute": {time.Hour, 59 * time.Minute},
		"a short one, for half its life": {time.Minute, 30 * time.Second},
		"an expired one, not at all":     {-time.Minute, -30 * time.Second},
	} {
		now := time.Unix(1788264000, 0)
		if got := keepUntil(now.Add(test.life), now).Sub(now); got != test.keep {
			t.Errorf("%s: kept for %s", name, got)
		}
	}
}
