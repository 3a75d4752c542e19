package assumerole_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// replaced is a source that gives another token each time, as a file does that its platform replaces.
type replaced struct {
	tokens   []string
	requests *atomic.Int32
}

func (r replaced) String() string { return "a file" }

func (r replaced) Token(context.Context) (secret.Text, error) {
	return secret.New(r.tokens[min(int(r.requests.Add(1)), len(r.tokens))-1]), nil
}

// refuseFirst has the server answer the first calls with an error.
func refuseFirst(server *emulator.Server, calls int, code, message string) {
	var received atomic.Int32
	server.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		if int(received.Add(1)) > calls {
			return false
		}
		emulator.WriteError(w, 400, code, message)
		return true
	})
}

// TestExpiredTokenIsFetchedAnewOnce holds what is done when STS says that the token has expired.
func TestExpiredTokenIsFetchedAnewOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refused   int
		code      string
		message   string
		tokens    func(good string) []string
		inline    bool
		succeeds  bool
		wantCalls int
	}{
		"a new token mends it": {
			refused: 1, code: "ExpiredTokenException", message: "It is so",
			tokens: func(good string) []string { return []string{"old.token.here", good} }, succeeds: true,
			wantCalls: 2,
		},
		"so it does at MinIO": {
			refused: 1, code: "ExpiredToken", message: "It is so",
			tokens: func(good string) []string { return []string{"old.token.here", good} }, succeeds: true,
			wantCalls: 2,
		},
		"MinIO's code of a bad token": {
			refused: 1, code: "InvalidParameterValue", message: "Token is expired",
			tokens: func(good string) []string { return []string{"old.token.here", good} }, succeeds: true,
			wantCalls: 2,
		},
		"a token that is only bad": {
			refused: 1, code: "InvalidParameterValue", message: "crypto/rsa: verification error",
			tokens: func(good string) []string { return []string{"old.token.here", good} }, wantCalls: 1,
		},
		"MinIO, it was given inline": {
			refused: 1, code: "InvalidParameterValue", message: "Token is expired",
			tokens: func(good string) []string { return []string{good} }, inline: true, wantCalls: 1,
		},
		"a claim that was rejected": {
			refused: 1, code: "IDPRejectedClaim", message: "It is so",
			tokens: func(good string) []string { return []string{"old.token.here", good} }, succeeds: true,
			wantCalls: 2,
		},
		"the new one has expired, too": {
			refused: 2, code: "ExpiredTokenException", message: "It is so",
			tokens:    func(good string) []string { return []string{"old.token.here", "other.token.here", good} },
			wantCalls: 2,
		},
		"the file has no other": {
			refused: 1, code: "ExpiredTokenException", message: "It is so",
			tokens: func(good string) []string { return []string{good} }, wantCalls: 1,
		},
		"it was given inline": {
			refused: 1, code: "ExpiredTokenException", message: "It is so",
			tokens: func(good string) []string { return []string{good} }, inline: true, wantCalls: 1,
		},
		"another reason": {
			refused: 1, code: "AccessDenied", message: "It is so",
			tokens: func(good string) []string { return []string{"old.token.here", good} }, wantCalls: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, token := startSTS(t, emulator.Options{})
			refuseFirst(server, test.refused, test.code, test.message)
			request := newRequest(token)
			if !test.inline {
				request.Token = replaced{test.tokens(token), new(atomic.Int32)}
			}
			exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
			if (err == nil) != test.succeeds || len(server.Requests()) != test.wantCalls {
				t.Errorf("%d calls, and %v", len(server.Requests()), err)
			}
			if err != nil && exchange.Calls != test.wantCalls {
				t.Errorf("it tells of %d calls", exchange.Calls)
			}
		})
	}
}

// TestIsExpired checks which answers say that the token has expired.
func TestExpiredAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		code, message string
		want          bool
	}{
		"AWS": {
			code:    "ExpiredTokenException",
			message: "Token expired: current date/time 1788264000 must be before the expiration date/time1788260400",
			want:    true,
		},
		"MinIO's own code":    {code: "ExpiredToken", message: "token expired", want: true},
		"MinIO's JWT library": {code: "InvalidParameterValue", message: "Token is expired", want: true},
		"SeaweedFS": {
			code:    "ExpiredTokenException",
			message: "token has expired: provider: token has expired: token has invalid claims: token is expired",
			want:    true,
		},
		"another code":   {code: "AccessDenied", message: "the token is expired", want: true},
		"another reason": {code: "InvalidParameterValue", message: "Token is not valid yet"},
		"nothing":        {},
	} {
		t.Run(name, func(t *testing.T) {
			n := assumerole.Lookup(
				assumerole.OtherAnswers,
				&assumerole.ServiceError{Code: test.code, Message: test.message},
			)
			if got := n >= 0 && assumerole.OtherAnswers[n].Class == assumerole.Expired; got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

// TestExpiredTokenOfAPlatformIsRequestedAnew holds that a token which STS found expired isn't shared any more.
func TestExpiredTokenOfAPlatformIsRequestedAnew(t *testing.T) {
	t.Parallel()
	server, mint := startIssuer(t, emulator.Options{})
	refuseFirst(server, 1, "ExpiredTokenException", "Token expired")
	asks := new(atomic.Int32)
	request := newRequest("")
	request.Token = platform{func() string { return mint(emulator.Token{}) }, 0, asks}
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	requests := server.Requests()
	if err != nil || exchange.Calls != 2 || asks.Load() != 2 ||
		requests[0].Form.Get("WebIdentityToken") == requests[1].Form.Get("WebIdentityToken") {
		t.Errorf("%d calls with %d tokens, and %v", exchange.Calls, asks.Load(), err)
	}
}

type propagationCase struct {
	code, message string
	timeout       time.Duration
	succeeds      bool
}

// TestPropagation holds that a role which was made only just now is waited for, when that is asked for.
func TestPropagation(t *testing.T) {
	t.Parallel()
	const denied = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
	together(t, map[string]propagationCase{
		"the role": {code: "AccessDenied", message: denied, timeout: 30 * time.Second, succeeds: true},
		"the OIDC provider": {
			code:    "InvalidIdentityToken",
			message: "No OpenIDConnect provider found in your account for https://ci.example.com",
			timeout: 30 * time.Second, succeeds: true,
		},
		"its audience": {
			code: "InvalidIdentityToken", message: "Incorrect token audience", timeout: 30 * time.Second,
			succeeds: true,
		},
		"when it isn't asked": {code: "AccessDenied", message: denied},
		"tags, which don't": {
			code: "AccessDenied", message: "Not authorized to perform sts:TagSession", timeout: 30 * time.Second,
		},
		"a policy, nor does it": {
			code: "MalformedPolicyDocument", message: "Syntax errors in policy", timeout: 30 * time.Second,
		},
	}, func(t *testing.T, test propagationCase) { //nolint:thelper // it is the test itself
		server, token := startSTS(t, emulator.Options{})
		refuseFirst(server, 2, test.code, test.message)
		request := newRequest(token)
		request.PropagationTimeout = test.timeout
		_, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
		want := 1
		if test.succeeds {
			want = 3
		}
		if (err == nil) != test.succeeds || len(server.Requests()) != want {
			t.Errorf("%d calls, and %v", len(server.Requests()), err)
		}
	})
}

type lifetime struct {
	of    time.Duration
	again bool
}

// TestPropagationAsksForAgedTokensAlone holds that a platform isn't asked for a token with each try, but for one that
// is about to expire.
func TestPropagationAsksForAgedTokensAlone(t *testing.T) {
	t.Parallel()
	together(
		t,
		map[string]lifetime{"a good one": {time.Hour, false}, "an aged one": {time.Second, true}},
		func(t *testing.T, test lifetime) { //nolint:thelper // it is the test itself
			server, mint := startIssuer(t, emulator.Options{})
			until := time.Now().Add(1500 * time.Millisecond)
			server.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
				if time.Now().After(until) {
					return false
				}
				emulator.WriteError(w, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
				return true
			})
			source := platform{func() string { return mint(emulator.Token{Lifetime: test.of}) }, 0, new(atomic.Int32)}
			request := newRequest("")
			request.Token, request.PropagationTimeout = source, 30*time.Second
			exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
			if err != nil || exchange.Calls < 2 {
				t.Fatalf("%d calls, and %v", exchange.Calls, err)
			}
			if got := source.requests.Load(); (got > 1) != test.again {
				t.Errorf("the platform was asked %d times in %d calls", got, exchange.Calls)
			}
		},
	)
}

// TestPropagationTellsOfWhatWasWaitedFor: that a token which stands in the configuration grew old meanwhile isn't the
// matter.
func TestPropagationTellsOfWhatWasWaitedFor(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	var calls atomic.Int32
	server.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		if calls.Add(1) == 1 {
			emulator.WriteError(w, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
		} else {
			emulator.WriteError(w, 400, "ExpiredTokenException", "Token expired")
		}
		return true
	})
	request := newRequest(token)
	request.PropagationTimeout = time.Minute
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	if service, ok := errors.AsType[*assumerole.ServiceError](
		err,
	); !ok || service.Code != "AccessDenied" ||
		exchange.Calls != 2 {
		t.Errorf("%d calls, and %v", exchange.Calls, err)
	}
}

func TestPropagationEndsInTime(t *testing.T) {
	testenv.Isolate(t)
	server, token := startSTS(t, emulator.Options{})
	refuseFirst(server, 1000, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	request := newRequest(token)
	request.Timeout, request.PropagationTimeout = time.Second, 2*time.Second
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	if service, ok := errors.AsType[*assumerole.ServiceError](err); !ok || service.Code != "AccessDenied" {
		t.Errorf("got %T: %v", err, err)
	}
	if exchange.Calls < 2 || exchange.Elapsed > 4*time.Second {
		t.Errorf("%d calls in %s", exchange.Calls, exchange.Elapsed)
	}
}

func TestPropagationEndsWithAnInterrupt(t *testing.T) {
	testenv.Isolate(t)
	server, token := startSTS(t, emulator.Options{})
	refuseFirst(server, 1000, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	client := newClient(t, server)
	request := newRequest(token)
	request.PropagationTimeout = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(500*time.Millisecond, cancel)
	start := time.Now()
	_, err := client.Exchange(ctx, request)
	interrupted, ok := errors.AsType[*assumerole.InterruptedError](err)
	if !ok || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %T: %v", err, err)
	}
	if last, ok := errors.AsType[*assumerole.ServiceError](interrupted.Last); !ok || last.Code != "AccessDenied" {
		t.Errorf("before that: %v", interrupted.Last)
	}
	if elapsed := time.Since(start); elapsed > 2*time.Second {
		t.Errorf("it took %s", elapsed)
	}
}

// TestKeysThatCannotBeFetchedAreTriedAgain holds the one reason for InvalidIdentityToken that passes.
func TestKeysThatCannotBeFetchedAreTriedAgain(t *testing.T) {
	t.Parallel()
	for message, calls := range map[string]int{
		"Couldn't retrieve verification key from your identity provider,  please reference": 2,
		"Incorrect token audience": 1,
	} {
		server, token := startSTS(t, emulator.Options{})
		refuseFirst(server, 1, "InvalidIdentityToken", message)
		_, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, newRequest(token))
		if len(server.Requests()) != calls || (err == nil) != (calls == 2) {
			t.Errorf("%s: %d calls, and %v", message, len(server.Requests()), err)
		}
	}
}

var _ webidentity.Source = replaced{}

// TestRoundsShareOneTimeout holds that a token which is fetched again doesn't make the deadline begin again.
func TestRoundsShareOneTimeout(t *testing.T) {
	testenv.Isolate(t)
	server, token := startSTS(t, emulator.Options{})
	var calls atomic.Int32
	server.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if calls.Add(1) == 1 {
			time.Sleep(1500 * time.Millisecond)
			emulator.WriteError(w, 400, "ExpiredTokenException", "Token expired")
			return true
		}
		<-r.Context().Done()
		return true
	})
	request := newRequest("")
	request.Token = replaced{[]string{"old.token.here", token}, new(atomic.Int32)}
	request.Timeout = 2 * time.Second
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	timeout, ok := errors.AsType[*assumerole.TimeoutError](err)
	if !ok || timeout.Timeout != request.Timeout || exchange.Elapsed > 3*time.Second {
		t.Fatalf("after %s, got %T: %v", exchange.Elapsed, err, err)
	}
	if last, ok := errors.AsType[*assumerole.ServiceError](
		timeout.Last,
	); !ok || last.Code != "ExpiredTokenException" ||
		exchange.Calls != 2 {
		t.Errorf("%d calls, and before that: %v", exchange.Calls, timeout.Last)
	}
}

// TestPropagationWithAFile holds that a token which is the same each time is as good as another while IAM propagates.
func TestPropagationWithAFile(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	refuseFirst(server, 2, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	request := newRequest("")
	request.Token = webidentity.File{Path: testenv.WriteFile(t, "token", token), Origin: origin.Of(origin.Block)}
	request.PropagationTimeout = 30 * time.Second
	if exchange, err := makeExchange(
		t,
		assumerole.Settings{Endpoint: server.URL()},
		request,
	); err != nil ||
		exchange.Calls != 3 {
		t.Errorf("%d calls, and %v", exchange.Calls, err)
	}
}

// TestEndedAttemptIsNoFailure holds that a call which the timeout ended isn't told of as one that failed.
func TestEndedAttemptIsNoFailure(t *testing.T) {
	testenv.Isolate(t)
	server, token := startSTS(t, emulator.Options{})
	server.Intercept(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
	for _, fresh := range []bool{false, true} {
		request := newRequest(token)
		request.Timeout, request.Fresh = 300*time.Millisecond, fresh
		var attempts atomic.Int32
		request.Attempted = func(assumerole.Attempt) { attempts.Add(1) }
		exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
		timeout, ok := errors.AsType[*assumerole.TimeoutError](err)
		if !ok || timeout.Last != nil || attempts.Load() != 0 || exchange.Calls != 1 {
			t.Errorf("fresh %v: told %d times of %d calls: %v", fresh, attempts.Load(), exchange.Calls, err)
		}
	}
}

// TestRoundEndsInTheTimeoutOfOne holds that a call during the propagation has no more time than any.
func TestRoundEndsInTheTimeoutOfOne(t *testing.T) {
	testenv.Isolate(t)
	server, token := startSTS(t, emulator.Options{})
	var calls atomic.Int32
	server.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if calls.Add(1) == 1 {
			emulator.WriteError(w, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
			return true
		}
		<-r.Context().Done()
		return true
	})
	request := newRequest(token)
	request.Timeout, request.PropagationTimeout = time.Second, time.Hour
	_, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	timeout, ok := errors.AsType[*assumerole.TimeoutError](err)
	if !ok || timeout.Timeout != time.Second {
		t.Fatalf("got %T: %v", err, err)
	}
	if last, ok := errors.AsType[*assumerole.ServiceError](timeout.Last); !ok || last.Code != "AccessDenied" {
		t.Errorf("before that: %v", timeout.Last)
	}
}

type throttle struct {
	status int
	body   string
}

// TestThrottlingDoesNotCount holds it for each way of saying so.
func TestThrottlingDoesNotCount(t *testing.T) {
	t.Parallel()
	together(t, map[string]throttle{
		"AWS": {
			400,
			`<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`,
		},
		"MinIO":               {429, `<ErrorResponse><Error><Code>TooManyRequests</Code></Error></ErrorResponse>`},
		"MinIO, of reading":   {503, `<ErrorResponse><Error><Code>SlowDownRead</Code></Error></ErrorResponse>`},
		"a gateway's page":    {429, `<html>slow down</html>`},
		"a gateway's silence": {429, ""},
	}, func(t *testing.T, test throttle) { //nolint:thelper // it is the test itself
		var calls atomic.Int32
		endpoint := answers(t, func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) <= 2 {
				answer(test.status, "text/xml", test.body)(w, r)
				return
			}
			answer(200, "text/xml", result(""))(w, r)
		})
		none := 0
		if exchange, err := makeExchange(
			t,
			assumerole.Settings{Endpoint: endpoint, MaxRetries: &none},
			newRequest("an-opaque-token"),
		); err != nil ||
			exchange.Calls != 3 {
			t.Errorf("%d calls, and %v", exchange.Calls, err)
		}
	})
}

// TestEchoedTokenIsScrubbed holds what is told of attempts, too, where the token isn't one that shows what it is.
func TestEchoedTokenIsScrubbed(t *testing.T) {
	t.Parallel()
	const token = "opaque|IwEBIJfoo+bar/baz~q"
	endpoint := answers(t, func(w http.ResponseWriter, r *http.Request) {
		emulator.WriteError(w, 400, "Throttling", "Slower with "+r.PostFormValue("WebIdentityToken"))
	})
	request := newRequest(token)
	request.Timeout = time.Second
	var attempts []error
	request.Attempted = func(attempt assumerole.Attempt) { attempts = append(attempts, attempt.Err) }
	_, err := makeExchange(t, assumerole.Settings{Endpoint: endpoint}, request)
	timeout, ok := errors.AsType[*assumerole.TimeoutError](err)
	if !ok || len(attempts) == 0 {
		t.Fatalf("told of %d attempts: %v", len(attempts), err)
	}
	for _, err := range append(attempts, timeout.Last) {
		if !strings.Contains(err.Error(), "Slower with [") {
			t.Errorf("it says %v", err)
		}
	}
}
