package webidentity_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

func TestEachPlatformIsAskedAgainWhenItIsBusy(t *testing.T) {
	statuses := []int{http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusInternalServerError}
	var trials sync.WaitGroup // all at once, however few processors there are: they mostly wait
	for name, platform := range platforms() {
		server := play(t, func(w http.ResponseWriter, r *http.Request, number int) {
			if number > len(statuses) {
				always(http.StatusOK, platform.answer(jwt()))(w, r, number)
				return
			}
			if number == 1 {
				w.Header().Set("Retry-After", "1")
			}
			w.WriteHeader(statuses[number-1])
		})
		trials.Go(func() {
			started := time.Now()
			got, _, err := fetch(t, platform.source(server))
			if err != nil || got.Reveal() != jwt() {
				t.Errorf("%s: got %q, %v", name, got.Reveal(), err)
			}
			if elapsed := time.Since(started); elapsed < time.Second || elapsed > 10*time.Second {
				t.Errorf("%s: that took %s, with a Retry-After of 1 s", name, elapsed)
			}
			if requests := len(server.requests()); requests != 4 {
				t.Errorf("%s: %d questions were asked", name, requests)
			}
		})
	}
	trials.Wait()
}

func TestEachPlatformIsNotAskedAgainAfterARefusal(t *testing.T) {
	for name, platform := range platforms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, status := range []int{400, 401, 403, 405, 418} {
				server := play(t, always(status, "{}"))
				_, err := platform.source(server).Token(t.Context())
				expectError(t, err, platform.place(), fmt.Sprintf("HTTP status %d", status))
				server.only(t)
			}
		})
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	for name, platform := range platforms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := play(t, func(_ http.ResponseWriter, r *http.Request, _ int) { <-r.Context().Done() })
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if _, err := platform.source(server).Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a slow server: got %v", err)
			}
			exchanges := newFetcher(t, func(string) { t.Error("STS was called") })
			_, err := exchanges.exchange(t.Context(), platform.source(server), 100*time.Millisecond)
			timeout, ok := errors.AsType[*assumerole.TimeoutError](err)
			if !ok || timeout.During != assumerole.StageToken {
				t.Errorf("a slow server: got %v", err)
			}

			busy := play(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
				w.Header().Set("Retry-After", "30")
				w.WriteHeader(http.StatusTooManyRequests)
			})
			ctx, interrupt := context.WithCancel(t.Context())
			time.AfterFunc(100*time.Millisecond, interrupt)
			started := time.Now()
			if _, err := exchanges.exchange(
				ctx,
				platform.source(busy),
				time.Minute,
			); !errors.Is(
				err,
				context.Canceled,
			) {
				t.Errorf("a pause: got %v", err)
			}
			if elapsed := time.Since(started); elapsed > 5*time.Second {
				t.Errorf("that took %s", elapsed)
			}

			if _, err := platform.source(busy).Token(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("a context that has ended: got %v", err)
			}
			busy.only(t)
		})
	}
}

// TestRequestWithoutAnAnswerIsRepeated checks that a request has a bound of its own, apart from the exchange's.
func TestRequestWithoutAnAnswerIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := gitHub(nil, "https://platform.example")
		source.Client = &http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			<-request.Context().Done()
			return nil, request.Context().Err()
		})}
		started := time.Now()
		_, err := source.Token(t.Context())
		expectError(
			t,
			err,
			webidentity.Error{Platform: "github_actions"},
			"didn't answer at platform.example within 30s",
		)
		failure, ok := errors.AsType[*webidentity.Error](err)
		if elapsed := time.Since(started); !ok || failure.MaxAttempts != 3 || elapsed != 30*time.Second {
			t.Errorf("after %s, %d attempts are allowed", elapsed, failure.MaxAttempts)
		}
	})
}

func TestAPauseBeyondTheDeadlineEndsWithTheAnswer(t *testing.T) {
	for header, want := range map[string]string{"30": "a pause of 30s", "86400": "a pause of 1m"} {
		server := play(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Retry-After", header)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		started := time.Now()
		exchange, err := newFetcher(
			t,
			func(string) {},
		).exchange(t.Context(), gitHub(server, server.URL), 20*time.Second)
		expectError(t, err, webidentity.Error{Platform: "github_actions"}, "HTTP status 429")
		if text := explainedExchange(exchange, err); !strings.Contains(text, want) {
			t.Errorf("%q isn't in: %s", want, text)
		}
		if elapsed := time.Since(started); elapsed > 5*time.Second {
			t.Errorf("that took %s", elapsed)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

func TestPausesGrowAndAreBounded(t *testing.T) {
	for name, test := range map[string]struct {
		header        string
		least, atMost []int64 // milliseconds
	}{
		"by themselves": {
			least:  []int64{0, 0, 0, 0, 0, 0},
			atMost: []int64{500, 1000, 1250, 1250, 1250, 1250},
		},
		"a Retry-After that is no number": {header: "soon", least: []int64{0}, atMost: []int64{500}},
		"a Retry-After of nothing":        {header: "0", least: []int64{0}, atMost: []int64{500}},
		"a Retry-After of a day": {
			header: "86400", least: []int64{60000, 60000}, atMost: []int64{60500, 61000},
		},
	} {
		t.Run(name, func(t *testing.T) {
			exchanges := newFetcher(t, func(string) { t.Error("STS was called") })
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				var at []time.Time
				source := gitHub(nil, "https://"+strings.ReplaceAll(name, " ", "-")+".example")
				source.Client = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
					at = append(at, time.Now())
					if len(at) > len(test.least) {
						stop()
					}
					return &http.Response{
						StatusCode: http.StatusServiceUnavailable,
						Header:     http.Header{"Retry-After": {test.header}},
						Body:       http.NoBody,
					}, nil
				})}
				if _, err := exchanges.exchange(ctx, source, time.Hour); !errors.Is(err, context.Canceled) {
					t.Fatalf("got %v", err)
				}
				for i, least := range test.least {
					if wait := at[i+1].Sub(at[i]).Milliseconds(); wait < least || wait > test.atMost[i] {
						t.Errorf("pause %d is %d ms, want %d to %d ms", i+1, wait, least, test.atMost[i])
					}
				}
			})
		})
	}
}

func TestWhereThereIsNoMetadataServiceIsKnownSoon(t *testing.T) {
	for name, source := range map[string]webidentity.PlatformRequest{
		"Google": webidentity.GoogleCompute.Request(
			webidentity.Requester{Getenv: variables(nil)}, values{"audience": "a"}),
		"Azure": azureMachine(&standIn{}),
	} {
		for failure, dial := range map[string]func(context.Context, string, string) (net.Conn, error){
			"packets vanish": func(ctx context.Context, _, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			},
			"the connection is refused": func(context.Context, string, string) (net.Conn, error) {
				return nil, errors.New("connection refused")
			},
		} {
			t.Run(name+", "+failure, func(t *testing.T) {
				exchanges := newFetcher(t, func(string) { t.Error("STS was called") })
				synctest.Test(t, func(t *testing.T) {
					var attempts int
					started := time.Now()
					_, err := exchanges.exchange(t.Context(), reaching(
						source,
						unused(t),
						func(ctx context.Context, network, address string) (net.Conn, error) {
							attempts++
							return dial(ctx, network, address)
						},
					), time.Minute)
					problem, ok := errors.AsType[*webidentity.Error](err)
					if !ok || !strings.Contains(problem.Detail, "can't be reached") ||
						!strings.Contains(problem.Detail, "Terraform might not run on") {
						t.Errorf("got %v", err)
					}
					if elapsed := time.Since(started); elapsed > 8*time.Second || attempts != 3 {
						t.Errorf("%d attempts took %s", attempts, elapsed)
					}
				})
			})
		}
	}
}

func TestAConnectionThatBreaksIsTriedAgain(t *testing.T) {
	for name, platform := range platforms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := play(t, func(w http.ResponseWriter, r *http.Request, number int) {
				if number == 1 {
					panic(http.ErrAbortHandler)
				}
				if number == 2 {
					w.Header().Set("Content-Length", "1000")
					_, _ = io.WriteString(w, "half of an answer")
					return
				}
				always(http.StatusOK, platform.answer(jwt()))(w, r, number)
			})
			if _, _, err := fetch(t, platform.source(server)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatWillNotPassIsNotTriedAgain(t *testing.T) {
	t.Run("an untrusted certificate", func(t *testing.T) {
		var reached atomic.Int32
		server := httptest.NewUnstartedServer(
			http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }),
		)
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		defer server.Close()
		started := time.Now()
		_, exchange, err := fetch(t, gitHub(nil, server.URL))
		expectError(t, err, webidentity.Error{Platform: "github_actions"}, "can't be reached", "certificate")
		if exchange.Requests != 1 || time.Since(started) > 5*time.Second || reached.Load() != 0 {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a proxy that refuses", func(t *testing.T) {
		proxy := play(t, always(http.StatusProxyAuthRequired, ""))
		address, err := url.Parse(strings.Replace(proxy.URL, "http://", "http://user:hidden@", 1))
		if err != nil {
			t.Fatal(err)
		}
		source := gitHub(nil, "https://platform.example/?x=query")
		source.Client = transport.NewClient(&http.Transport{Proxy: http.ProxyURL(address)})
		_, _, err = fetch(t, source)
		expectError(t, err, webidentity.Error{Platform: "github_actions"}, "proxy", "407")
		if strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "x=query") {
			t.Errorf("got %v", err)
		}
		if got := proxy.only(t); got.method != http.MethodConnect || got.header.Get("Authorization") != "" {
			t.Errorf("the proxy was asked %+v", got)
		}
	})
}
