package assumerole_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// platform is a source that counts how often it is asked, and may be slow.
type platform struct {
	token    func() string
	delay    time.Duration
	requests *atomic.Int32
}

func (p platform) String() string { return "a platform" }
func (p platform) Key() string    { return "platform" }

func (p platform) Token(ctx context.Context) (secret.Text, error) {
	p.requests.Add(1)
	select {
	case <-time.After(p.delay):
		return secret.New(p.token()), nil
	case <-ctx.Done():
		return secret.Text{}, ctx.Err()
	}
}

func newClient(t *testing.T, server *emulator.Server) *assumerole.Client {
	t.Helper()
	client, err := assumerole.NewClient(t.Context(), assumerole.Settings{Endpoint: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// atOnce makes exchanges at the same time, and gives their errors.
func atOnce(ctx context.Context, client *assumerole.Client, requests []assumerole.Request) []error {
	errs := make([]error, len(requests))
	var all sync.WaitGroup
	for i, request := range requests {
		all.Go(func() { _, errs[i] = client.Exchange(ctx, request) })
	}
	all.Wait()
	return errs
}

// TestSharing holds what costs a call and what doesn't.
func TestSharing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		vary     func(int, *assumerole.Request)
		calls    int
		requests int32
	}{
		"the same": {vary: func(int, *assumerole.Request) {}, calls: 1, requests: 1},
		"other session names": {
			vary: func(i int, r *assumerole.Request) { r.RoleSessionName = fmt.Sprintf("job-%d", i) }, calls: 20,
			requests: 1,
		},
		"other durations": {
			vary: func(i int, r *assumerole.Request) { r.DurationSeconds = int32(900 + i) }, calls: 20, requests: 1,
		},
		"policies in other order": {
			vary: func(i int, r *assumerole.Request) {
				r.PolicyARNs = [][]string{{readOnly, viewOnly}, {viewOnly, readOnly}}[i%2]
			},
			calls: 1, requests: 1,
		},
		"fresh ones": {vary: func(_ int, r *assumerole.Request) { r.Fresh = true }, calls: 20, requests: 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, token := startSTS(t, emulator.Options{})
			source := platform{func() string { return token }, 50 * time.Millisecond, new(atomic.Int32)}
			var requests []assumerole.Request
			for i := range 20 {
				request := newRequest("")
				request.Token = source
				test.vary(i, &request)
				requests = append(requests, request)
			}
			client := newClient(t, server)
			for _, err := range atOnce(t.Context(), client, requests) {
				if err != nil {
					t.Fatal(err)
				}
			}
			// Those that come a little later share, too.
			for _, err := range atOnce(t.Context(), client, requests[:1]) {
				if err != nil {
					t.Fatal(err)
				}
			}
			if requests[0].Fresh {
				test.calls, test.requests = test.calls+1, test.requests+1
			}
			if got := len(server.Requests()); got != test.calls || source.requests.Load() != test.requests {
				t.Errorf(
					"%d calls and %d requests of a token, want %d and %d",
					got,
					source.requests.Load(),
					test.calls,
					test.requests,
				)
			}
		})
	}
}

const (
	readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	viewOnly = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
)

// TestClientPrintsNothingOfWhatItShares holds that the results which it keeps for a while stay its own.
func TestClientPrintsNothingOfWhatItShares(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	client := newClient(t, server)
	request := newRequest("")
	request.Token = platform{func() string { return token }, 0, new(atomic.Int32)}
	if _, err := client.Exchange(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprintf("%v %+v %#v", client, client, client)
	for _, value := range append(server.Secrets(), token) {
		if strings.Contains(printed, value) {
			t.Error("a secret is printed")
		}
	}
}

// TestTokenIsRequestedAgainNearItsEnd holds that a token with no life left isn't used again.
func TestTokenIsRequestedAgainNearItsEnd(t *testing.T) {
	t.Parallel()
	server := emulatortest.Start(t, emulator.Options{})
	issuer, err := server.NewIssuer("")
	if err != nil {
		t.Fatal(err)
	}
	server.AddOIDCProvider(account, issuer.URL(), "sts.example.com")
	if err := server.AddRole(
		emulator.Role{
			ARN:         roleARN,
			TrustPolicy: emulator.TrustPolicy(account, issuer.URL(), map[string]string{"sub": subject}, nil),
		},
	); err != nil {
		t.Fatal(err)
	}
	lifetime := 2 * time.Second
	source := platform{requests: new(atomic.Int32), token: func() string {
		token, err := issuer.Mint(
			emulator.Token{Subject: subject, Audience: []string{"sts.example.com"}, Lifetime: lifetime},
		)
		if err != nil {
			t.Error(err)
		}
		return token
	}}
	client := newClient(t, server)
	request := newRequest("")
	request.Token = source
	for i, wait := range []time.Duration{0, 0, 2 * time.Second, 0} {
		time.Sleep(wait)
		request.RoleSessionName = fmt.Sprintf("job-%d", i)
		if _, err := client.Exchange(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		lifetime = time.Hour
	}
	if got := source.requests.Load(); got != 2 {
		t.Errorf("the token was requested %d times, want 2", got)
	}
}

// TestOneInterruptionDoesNotTakeTheOthers holds that who leaves, leaves alone; and that work ends when all have left.
func TestOneInterruptionDoesNotTakeTheOthers(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	release, ended := make(chan struct{}), make(chan struct{}, 2)
	server.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-release:
		case <-r.Context().Done():
			ended <- struct{}{}
		}
		return false
	})
	client := newClient(t, server)
	first, leave := context.WithCancel(t.Context())
	results := make(chan error, 2)
	for _, ctx := range []context.Context{first, t.Context()} {
		go func() {
			_, err := client.Exchange(ctx, newRequest(token))
			results <- err
		}()
	}
	time.Sleep(200 * time.Millisecond) // both wait for one call
	leave()
	if err := <-results; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(release)
	if err := <-results; err != nil {
		t.Errorf("who stayed got %v", err)
	}
	if calls := len(server.Requests()); calls != 1 {
		t.Errorf("%d calls", calls)
	}

	release = make(chan struct{})
	alone, leave := context.WithCancel(t.Context())
	request := newRequest(token)
	request.RoleSessionName = "alone"
	go func() {
		_, err := client.Exchange(alone, request)
		results <- err
	}()
	time.Sleep(200 * time.Millisecond)
	leave()
	if err := <-results; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("the call goes on though nobody waits for it")
	}
}

// TestThrottlingSlowsDownAndDoesNotFail has an STS that takes 20 calls a second, and 200 roles.
func TestThrottlingSlowsDownAndDoesNotFail(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	var mutex sync.Mutex
	left, last := 20.0, time.Now()
	throttled := 0
	server.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		mutex.Lock()
		defer mutex.Unlock()
		left, last = min(20, left+20*time.Since(last).Seconds()), time.Now()
		if left < 1 {
			throttled++
			emulator.WriteError(w, 400, "Throttling", "Rate exceeded")
			return true
		}
		left--
		return false
	})
	var requests []assumerole.Request
	for i := range 200 {
		request := newRequest(token)
		request.RoleSessionName = fmt.Sprintf("role-%d", i)
		request.Timeout = time.Minute
		requests = append(requests, request)
	}
	client := newClient(t, server)
	for _, err := range atOnce(t.Context(), client, requests) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if throttled == 0 {
		t.Error("nothing was throttled, so nothing was shown")
	}
}

// TestSharedFailureTellsOfItsCalls holds that each of those who share a call knows how often it was made.
func TestSharedFailureTellsOfItsCalls(t *testing.T) {
	testenv.Isolate(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "2")
	server, token := startSTS(t, emulator.Options{})
	refuseFirst(server, 1000, "IDPCommunicationError", "Not reached")
	client := newClient(t, server)
	counts := make(chan int, 3)
	var all sync.WaitGroup
	for range cap(counts) {
		all.Go(func() {
			exchange, err := client.Exchange(t.Context(), newRequest(token))
			if _, ok := errors.AsType[*assumerole.ServiceError](err); !ok {
				t.Errorf("got %T: %v", err, err)
			}
			counts <- exchange.Calls
		})
	}
	all.Wait()
	close(counts)
	for count := range counts {
		if count != 2 {
			t.Errorf("it tells of %d calls", count)
		}
	}
}

// TestJoinedRequestHasTimeOfItsOwn holds that a block which joined another's request for a token doesn't fail because
// the other had little time.
func TestJoinedRequestHasTimeOfItsOwn(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	client := newClient(t, server)
	source := platform{func() string { return token }, time.Second, new(atomic.Int32)}
	hurried, patient := newRequest(""), newRequest("")
	hurried.Token, hurried.Timeout, patient.Token = source, 300*time.Millisecond, source
	first := make(chan error, 1)
	go func() {
		_, err := client.Exchange(t.Context(), hurried)
		first <- err
	}()
	for source.requests.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := client.Exchange(t.Context(), patient); err != nil {
		t.Errorf("the one with time got %v", err)
	}
	if timeout, ok := errors.AsType[*assumerole.TimeoutError](<-first); !ok || timeout.Timeout != hurried.Timeout {
		t.Errorf("the one without got %v", timeout)
	}
	if got := source.requests.Load(); got != 1 {
		t.Errorf("the platform was asked %d times", got)
	}
}

// TestFailedRequestIsSharedByEqualBlocks holds that a platform which refuses isn't asked once for each block.
func TestFailedRequestIsSharedByEqualBlocks(t *testing.T) {
	t.Parallel()
	server, _ := startSTS(t, emulator.Options{})
	source := failingPlatform{new(atomic.Int32)}
	request := newRequest("")
	request.Token = source
	for _, err := range atOnce(t.Context(), newClient(t, server), slices.Repeat([]assumerole.Request{request}, 10)) {
		if problem, ok := errors.AsType[*webidentity.Error](err); !ok || problem.Summary != "No" {
			t.Errorf("got %T: %v", err, err)
		}
	}
	if got := source.requests.Load(); got != 1 {
		t.Errorf("the platform was asked %d times", got)
	}
}

// failingPlatform refuses, after a while.
type failingPlatform struct{ requests *atomic.Int32 }

func (failingPlatform) String() string { return "a platform" }
func (failingPlatform) Key() string    { return "failing" }

func (p failingPlatform) Token(context.Context) (secret.Text, error) {
	p.requests.Add(1)
	time.Sleep(100 * time.Millisecond)
	return secret.Text{}, &webidentity.Error{Summary: "No"}
}

// TestJoinerKnowsOfTheCall holds that whoever runs out of time while another's call goes on knows how it went so far.
func TestJoinerKnowsOfTheCall(t *testing.T) {
	testenv.Isolate(t)
	server, token := startSTS(t, emulator.Options{})
	refuseFirst(server, 1000, "Throttling", "Rate exceeded")
	client := newClient(t, server)
	patient, hurried := newRequest(token), newRequest(token)
	patient.Timeout, hurried.Timeout = 3*time.Second, time.Second
	failed := make(chan struct{}, 100)
	patient.Attempted = func(assumerole.Attempt) { failed <- struct{}{} }
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = client.Exchange(t.Context(), patient)
	}()
	<-failed
	exchange, err := client.Exchange(t.Context(), hurried)
	timeout, ok := errors.AsType[*assumerole.TimeoutError](err)
	if !ok || exchange.Calls == 0 || timeout.Last == nil || !strings.Contains(timeout.Last.Error(), "Throttling") {
		t.Errorf("%d calls, and %T: %v", exchange.Calls, err, err)
	}
	<-ended
}

// TestAttemptsAreTold holds what is told of each call that failed, while it is made again.
func TestAttemptsAreTold(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	refuseFirst(server, 2, "Throttling", "Rate exceeded for "+token)
	request := newRequest(token)
	var attempts []assumerole.Attempt
	request.Attempted = func(attempt assumerole.Attempt) { attempts = append(attempts, attempt) }
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	if err != nil || exchange.Calls != 3 || len(attempts) != 2 {
		t.Fatalf("%d calls, %d were told of: %v", exchange.Calls, len(attempts), err)
	}
	for n, attempt := range attempts {
		service, ok := errors.AsType[*assumerole.ServiceError](attempt.Err)
		if !ok || service.Code != "Throttling" || service.RequestID == "" || attempt.Number != n+1 || !attempt.Again ||
			attempt.Duration <= 0 ||
			strings.Contains(attempt.Err.Error(), token) {
			t.Errorf("it tells %+v", attempt)
		}
	}
}

// panicking is a source with a bug.
type panicking struct{ secret string }

func (p panicking) String() string                             { return "a bug" }
func (p panicking) Key() string                                { return "bug" }
func (p panicking) Token(context.Context) (secret.Text, error) { panic(p.secret) }

// TestPanicIsAnError holds that a bug fails those who ask, with its place and without what was thrown, and nobody else.
func TestPanicIsAnError(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	client := newClient(t, server)
	for name, fresh := range map[string]bool{"alone": true, "shared": false} {
		request := newRequest("")
		request.Token, request.Fresh = panicking{token}, fresh
		for _, err := range atOnce(t.Context(), client, []assumerole.Request{request, request}) {
			bug, ok := errors.AsType[*assumerole.BugError](err)
			if !ok || !strings.Contains(bug.Place, "assumerole_test.panicking.Token, line ") ||
				strings.Contains(err.Error(), token) {
				t.Errorf("%s: got %T: %v", name, err, err)
			}
		}
	}
	if _, err := client.Exchange(t.Context(), newRequest(token)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
