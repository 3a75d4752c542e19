package refresh

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// keeperOfExpired gives a keeper whose credentials have expired. In a synctest bubble, its clock is the bubble's.
func keeperOfExpired(mint func(context.Context) (Credentials, error)) *keeper {
	now := time.Now()
	return &keeper{
		mint:    mint,
		clock:   time.Now,
		timeout: mintTimeout,
		held:    heldCredentials{credentials: session(1, now), obtained: now.Add(-time.Hour)},
	}
}

// reply is the result of a call of ask.
type reply struct {
	credentials Credentials
	err         error
}

// askConcurrently makes many calls of ask. The channel has the replies, and is closed after the last one.
func askConcurrently(ctx context.Context, keeper *keeper, many int) <-chan reply {
	replies := make(chan reply, many)
	var group sync.WaitGroup
	for range many {
		group.Go(func() {
			credentials, err := keeper.ask(ctx)
			replies <- reply{credentials, err}
		})
	}
	go func() {
		group.Wait()
		close(replies)
	}()
	return replies
}

func TestConcurrentCallersShareOneFetch(t *testing.T) {
	for name, failure := range map[string]error{"that succeeds": nil, "that fails": errors.New("denied")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mints := 0
				keeper := keeperOfExpired(func(context.Context) (Credentials, error) {
					mints++
					time.Sleep(time.Second)
					return session(2, time.Now().Add(time.Hour)), failure
				})
				replies := askConcurrently(t.Context(), keeper, 100)
				count := 0
				for reply := range replies {
					count++
					if !errors.Is(reply.err, failure) || failure == nil && number(reply.credentials) != 2 {
						t.Errorf("got session %d, %v", number(reply.credentials), reply.err)
					}
				}
				if count != 100 || mints != 1 {
					t.Errorf("%d replies, %d calls of Mint", count, mints)
				}
			})
		})
	}
}

func TestFailureIsRetriedAtNextRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		denied := errors.New("denied")
		var mints int
		var reported []error
		keeper := keeperOfExpired(func(context.Context) (Credentials, error) {
			if mints++; mints < 3 {
				return Credentials{}, denied
			}
			return session(mints, time.Now().Add(time.Hour)), nil
		})
		keeper.failed = func(err error) { reported = append(reported, err) }
		for range 2 {
			if _, err := keeper.ask(t.Context()); !errors.Is(err, denied) {
				t.Errorf("got %v", err)
			}
			keeper.tasks.Wait()
			if err := keeper.lastFailure(); !errors.Is(err, denied) {
				t.Errorf("last failure %v", err)
			}
		}
		got, err := keeper.ask(t.Context())
		if err != nil || number(got) != 3 || keeper.lastFailure() != nil {
			t.Errorf("got session %d, %v; last failure %v", number(got), err, keeper.lastFailure())
		}
		keeper.tasks.Wait()
		if !slices.Equal(reported, []error{denied, denied}) { // the errors themselves, not wrapped
			t.Errorf("reported %v", reported)
		}
	})
}

func TestCurrentCredentialsAfterFailedRefresh(t *testing.T) {
	for name, test := range map[string]struct {
		left time.Duration
		good bool
	}{
		"ten minutes left":                         {left: 10 * time.Minute, good: true},
		"a second more than the reported end":      {left: time.Minute + time.Second, good: true},
		"what is reported has ended":               {left: time.Minute},
		"ended":                                    {left: -time.Second},
		"it was good, but the fetch took too long": {left: time.Minute + 500*time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				denied := errors.New("denied")
				reports := 0
				keeper := keeperOfExpired(func(context.Context) (Credentials, error) {
					time.Sleep(600 * time.Millisecond)
					return Credentials{}, denied
				})
				keeper.failed = func(error) { reports++ }
				end := time.Now().Add(test.left)
				keeper.held = heldCredentials{credentials: session(1, end), obtained: end.Add(-time.Hour)}

				got, err := keeper.ask(t.Context())
				switch {
				case test.good && (err != nil || number(got) != 1 || !got.Expiration.Equal(end.Add(-time.Minute))):
					t.Errorf("got session %d until %s, %v", number(got), got.Expiration, err)
				case !test.good && (!errors.Is(err, denied) || number(got) != -1):
					t.Errorf("got session %d, %v", number(got), err)
				}
				keeper.tasks.Wait()
				if reports != 1 || !errors.Is(keeper.lastFailure(), denied) {
					t.Errorf("told %d times, last failure %v", reports, keeper.lastFailure())
				}
			})
		})
	}
}

func TestFetchTimeout(t *testing.T) {
	for name, test := range map[string]struct {
		mint     func(context.Context) (Credentials, error)
		duration time.Duration
		want     string
	}{
		"it heeds its context, and its reason comes through": {
			mint: func(ctx context.Context) (Credentials, error) {
				<-ctx.Done()
				return Credentials{}, errors.New("sts.example.com didn't answer")
			},
			duration: 48 * time.Second, want: "sts.example.com didn't answer",
		},
		"it doesn't": {
			mint: func(context.Context) (Credentials, error) {
				time.Sleep(5 * time.Minute)
				return session(2, time.Now().Add(time.Hour)), nil
			},
			duration: 50 * time.Second, want: "didn't end within 50s",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				keeper := keeperOfExpired(test.mint)
				began := time.Now()
				got, err := keeper.ask(t.Context())
				if err == nil || !strings.Contains(err.Error(), test.want) || time.Since(began) != test.duration {
					t.Errorf("got session %d, %v after %s", number(got), err, time.Since(began))
				}
				time.Sleep(10 * time.Minute)
				if held := keeper.held.credentials; number(held) != 1 {
					t.Errorf("what came too late was taken: session %d", number(held))
				}
			})
		})
	}
}

func TestFetchWithoutCredentials(t *testing.T) {
	const hidden = "SeCrEtKeY of a panic"
	for name, test := range map[string]struct {
		mint func(context.Context) (Credentials, error)
		want string
	}{
		"a panic with text": {
			mint: func(context.Context) (Credentials, error) { panic(hidden) }, want: "type string",
		},
		"a panic with an error": {
			mint: func(context.Context) (Credentials, error) { panic(errors.New(hidden)) },
			want: "type *errors.errorString",
		},
		"a panic of the runtime": {
			mint: func(context.Context) (Credentials, error) { return []Credentials{}[len(hidden)], nil },
			want: "index out of range",
		},
		"the goroutine ends": {
			mint: func(context.Context) (Credentials, error) { runtime.Goexit(); return Credentials{}, nil },
			want: "without a result",
		},
		"no credentials": {
			mint: func(context.Context) (Credentials, error) { return Credentials{}, nil },
			want: "no access key ID",
		},
		"half the credentials": {
			mint: func(context.Context) (Credentials, error) {
				half := session(2, time.Now().Add(time.Hour))
				return Credentials{AccessKeyID: half.AccessKeyID, SessionToken: half.SessionToken}, nil
			},
			want: "no secret access key",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := keeperOfExpired(test.mint).ask(t.Context())
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), hidden) {
				t.Errorf("got %v, want it to contain %q", err, test.want)
			}
		})
	}
}

func TestEndOfServerCancelsFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		keeper := keeperOfExpired(func(ctx context.Context) (Credentials, error) {
			<-ctx.Done()
			return Credentials{}, ctx.Err()
		})
		keeper.failed = func(err error) { t.Errorf("told of %v", err) }
		began := time.Now()
		replies := askConcurrently(ctx, keeper, 10)
		synctest.Wait()
		cancel()
		for reply := range replies {
			if !errors.Is(reply.err, errEnded) {
				t.Errorf("got session %d, %v", number(reply.credentials), reply.err)
			}
		}
		keeper.tasks.Wait()
		if time.Since(began) != 0 || keeper.lastFailure() != nil {
			t.Errorf("took %s, last failure %v", time.Since(began), keeper.lastFailure())
		}
	})
}
