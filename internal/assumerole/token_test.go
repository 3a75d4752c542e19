package assumerole_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

const allowedAudience = "sts.example.com" // of newIssuer

// gitHub is a request to a service that fails a number of times first, and then returns tokens for the audience that it
// is asked for.
func gitHub(
	t *testing.T, issuer *emulator.Issuer, failures int32, values webidentity.Values,
) (source webidentity.PlatformRequest, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) <= failures {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		token, err := issuer.Mint(
			emulator.Token{Subject: subject, Audience: []string{r.URL.Query().Get("audience")}},
		)
		if err != nil {
			t.Error(err)
		}
		if err := json.NewEncoder(w).Encode(map[string]string{"value": token}); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(service.Close)
	variables := map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL": service.URL, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job",
	}
	requester := webidentity.Requester{Getenv: func(name string) string { return variables[name] }}
	return webidentity.GitHubActions.Request(requester, values), requests
}

// TestAllowedAudiences checks each way in which a token can be for others. STS isn't called, and the token isn't
// returned.
func TestAllowedAudiences(t *testing.T) {
	t.Parallel()
	server, issuer := newIssuer(t, emulator.Options{})
	policy := emulator.TrustPolicy(account, issuer.URL(), map[string]string{"sub": subject}, nil)
	if err := server.AddRole(emulator.Role{ARN: roleARN, TrustPolicy: policy}); err != nil {
		t.Fatal(err)
	}
	mint := func(claims map[string]any, audiences ...string) string {
		token, err := issuer.Mint(emulator.Token{Subject: subject, Audience: audiences, Claims: claims})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	const claimed, missing, opaque = assumerole.AudienceClaimed, assumerole.AudienceMissing, assumerole.AudienceOpaque
	only := []string{allowedAudience}
	aud := func(value any) string { return mint(map[string]any{"aud": value}) }
	for name, test := range map[string]struct {
		token    string
		allowed  []string
		kind     assumerole.AudienceKind // empty: it is allowed
		audience string
	}{
		"the allowed one":   {mint(nil, allowedAudience), []string{"other", allowedAudience}, "", ""},
		"no list":           {mint(nil, allowedAudience), nil, "", ""},
		"another":           {mint(nil, allowedAudience), []string{"other"}, claimed, allowedAudience},
		"in another case":   {mint(nil, allowedAudience), []string{"STS.example.com"}, claimed, allowedAudience},
		"a prefix":          {mint(nil, allowedAudience), []string{"sts.example"}, claimed, allowedAudience},
		"a further one":     {mint(nil, allowedAudience, "x"), only, claimed, "x"},
		"none":              {mint(nil), only, missing, ""},
		"a number":          {aud(7), only, missing, ""},
		"an empty list":     {aud([]any{}), only, missing, ""},
		"an object":         {aud(map[string]any{"a": 1}), only, missing, ""},
		"a number among":    {aud([]any{allowedAudience, 7}), only, missing, ""},
		"a token as text":   {"an-opaque-token", only, opaque, ""},
		"an encrypted one":  {"eyJhbGciOiJub25lIn0.a.b.c.d", only, opaque, ""},
		"an empty audience": {mint(nil, ""), only, missing, ""},
	} {
		t.Run(name, func(t *testing.T) {
			settings := assumerole.Settings{Endpoint: server.URL(), AllowedAudiences: test.allowed}
			before := len(server.Requests())
			exchange, err := makeExchange(t, settings, newRequest(test.token))
			checkAudienceError(t, err, test.kind, test.audience)
			if test.kind != "" && (exchange.Sent || len(server.Requests()) != before) {
				t.Error("the token was sent")
			}
			if test.kind == "" && exchange.Result == nil {
				t.Error("there are no credentials")
			}
			client, err := assumerole.NewClient(t.Context(), settings)
			if err != nil {
				t.Fatal(err)
			}
			before = len(server.Requests())
			_, token, err := client.Token(t.Context(), newRequest(test.token))
			checkAudienceError(t, err, test.kind, test.audience)
			if want := test.token; test.kind == "" && token.Reveal() != want || test.kind != "" && !token.IsEmpty() {
				t.Errorf("the token has %d bytes", len(token.Reveal()))
			}
			if len(server.Requests()) != before {
				t.Error("STS was called")
			}
		})
	}
}

func checkAudienceError(t *testing.T, err error, kind assumerole.AudienceKind, audience string) {
	t.Helper()
	failure, ok := errors.AsType[*assumerole.AudienceError](err)
	switch {
	case kind == "" && err != nil:
		t.Errorf("got %v", err)
	case kind != "" && (!ok || failure.Kind != kind || failure.Audience != audience):
		t.Errorf("got %#v, want %q for %q", err, kind, audience)
	}
}

// TestRequestedAudience checks that a platform isn't asked for a token with an audience that isn't allowed, whether the
// audience is set or a default. A platform that chooses the audience itself is asked, and its token is checked.
func TestRequestedAudience(t *testing.T) {
	t.Parallel()
	server, issuer := newIssuer(t, emulator.Options{})
	for name, test := range map[string]struct {
		values   webidentity.Values
		allowed  string
		audience string
		requests int32
	}{
		"the default":          {nil, allowedAudience, webidentity.DefaultAudience, 0},
		"a set one":            {webidentity.Values{"audience": "other"}, allowedAudience, "other", 0},
		"the allowed one":      {webidentity.Values{"audience": allowedAudience}, allowedAudience, "", 1},
		"the default, allowed": {nil, webidentity.DefaultAudience, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			source, requests := gitHub(t, issuer, 0, test.values)
			request := newRequest("")
			request.Token = source
			settings := assumerole.Settings{Endpoint: server.URL(), AllowedAudiences: []string{test.allowed}}
			client, err := assumerole.NewClient(t.Context(), settings)
			if err != nil {
				t.Fatal(err)
			}
			kind := assumerole.AudienceKind("")
			if test.requests == 0 {
				kind = assumerole.AudienceRequested
			}
			before := len(server.Requests())
			_, _, err = client.Token(t.Context(), request)
			checkAudienceError(t, err, kind, test.audience)
			if requests.Load() != test.requests || len(server.Requests()) != before {
				t.Errorf("%d requests, and %d calls", requests.Load(), len(server.Requests())-before)
			}
			_, err = client.Exchange(t.Context(), request)
			if _, refused := errors.AsType[*assumerole.AudienceError](err); refused != (test.requests == 0) {
				t.Errorf("for the exchange, got %v", err)
			}
			if requests.Load() != 2*test.requests {
				t.Errorf("%d requests", requests.Load())
			}
		})
	}
}

// TestChosenAudience checks the token of a platform that has no argument for the audience.
func TestChosenAudience(t *testing.T) {
	t.Parallel()
	_, issuer := newIssuer(t, emulator.Options{})
	mint := minter(t, issuer)
	asks := new(atomic.Int32)
	request := newRequest("")
	request.Token = platform{func() string { return mint(emulator.Token{}) }, 0, asks}
	client, err := assumerole.NewClient(t.Context(), assumerole.Settings{AllowedAudiences: []string{"other"}})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = client.Token(t.Context(), request)
	checkAudienceError(t, err, assumerole.AudienceClaimed, allowedAudience)
	if asks.Load() != 1 {
		t.Errorf("%d requests", asks.Load())
	}
}

// TestNewTokenIsChecked checks the token that replaces an expired one.
func TestNewTokenIsChecked(t *testing.T) {
	t.Parallel()
	server, issuer := newIssuer(t, emulator.Options{})
	for name, second := range map[string]string{"another audience": "", "an opaque token": "an-opaque-token"} {
		t.Run(name, func(t *testing.T) {
			before := len(server.Requests())
			refuseFirst(server, 1, "ExpiredTokenException", "Token expired")
			asks := new(atomic.Int32)
			request := newRequest("")
			request.Token = platform{func() string {
				audience := allowedAudience
				if asks.Load() > 1 {
					if second != "" {
						return second
					}
					audience = "other"
				}
				token, err := issuer.Mint(emulator.Token{Subject: subject, Audience: []string{audience}})
				if err != nil {
					t.Error(err)
				}
				return token
			}, 0, asks}
			settings := assumerole.Settings{Endpoint: server.URL(), AllowedAudiences: []string{allowedAudience}}
			_, err := makeExchange(t, settings, request)
			if _, ok := errors.AsType[*assumerole.AudienceError](err); !ok {
				t.Errorf("got %v", err)
			}
			if calls := len(server.Requests()) - before; asks.Load() != 2 || calls != 1 {
				t.Errorf("%d tokens, %d calls", asks.Load(), calls)
			}
		})
	}
}

// TestTokenIsNew checks that a token that is asked for isn't one that others use, and that others don't use it.
func TestTokenIsNew(t *testing.T) {
	t.Parallel()
	server, issuer := newIssuer(t, emulator.Options{})
	source, requests := gitHub(t, issuer, 0, webidentity.Values{"audience": allowedAudience})
	client, err := assumerole.NewClient(t.Context(), assumerole.Settings{Endpoint: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	request := newRequest("")
	request.Token = source
	seen := map[string]bool{}
	for range 3 {
		exchange, token, err := client.Token(t.Context(), request)
		if err != nil || exchange.Claims == nil || exchange.Claims.Subject != subject || !exchange.OnlyToken {
			t.Fatalf("got %v with %+v", err, exchange.Claims)
		}
		seen[token.Reveal()] = true
	}
	if len(seen) != 3 || requests.Load() != 3 || len(server.Requests()) != 0 {
		t.Errorf("%d tokens of %d requests, %d calls", len(seen), requests.Load(), len(server.Requests()))
	}
}

// TestTokenRetries checks that a platform is asked again after a failure that might pass, as for an exchange.
func TestTokenRetries(t *testing.T) {
	t.Parallel()
	_, issuer := newIssuer(t, emulator.Options{})
	source, requests := gitHub(t, issuer, 2, nil)
	client, err := assumerole.NewClient(t.Context(), assumerole.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	request := assumerole.Request{Token: source, Timeout: 30 * time.Second}
	exchange, token, err := client.Token(t.Context(), request)
	if err != nil || token.IsEmpty() || requests.Load() != 3 || exchange.Requests != 2 || exchange.Elapsed == 0 {
		t.Errorf("%d requests, %d of them in vain, and %v", requests.Load(), exchange.Requests, err)
	}
}

func TestTokenErrors(t *testing.T) {
	t.Parallel()
	client, err := assumerole.NewClient(t.Context(), assumerole.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx    context.Context //nolint:containedctx // a case of the table
		source webidentity.Source
		want   string
	}{
		"not a JWT": {
			t.Context(), webidentity.Inline{Value: secret.New("an-opaque-token")}, "*webidentity.SourceError",
		},
		"opaque is no excuse": {
			t.Context(),
			webidentity.File{Path: testenv.WriteFile(t, "token", "an-opaque-token"), Opaque: true},
			"*webidentity.SourceError",
		},
		"too slow":      {t.Context(), slowSource{}, "*assumerole.TimeoutError"},
		"interrupted":   {canceled, slowSource{}, "*assumerole.InterruptedError"},
		"a panic":       {t.Context(), panickingSource{}, "*assumerole.BugError"},
		"a final error": {t.Context(), failingPlatform{new(atomic.Int32)}, "*webidentity.Error"},
	} {
		t.Run(name, func(t *testing.T) {
			request := assumerole.Request{Token: test.source, Timeout: 300 * time.Millisecond}
			_, token, err := client.Token(test.ctx, request)
			if got := fmt.Sprintf("%T", err); got != test.want || !token.IsEmpty() {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "an-opaque-token") {
				t.Errorf("the token is in %v", err)
			}
		})
	}
}

// slowSource never has a token.
type slowSource struct{}

func (slowSource) Token(ctx context.Context) (secret.Text, error) {
	<-ctx.Done()
	return secret.Text{}, context.Cause(ctx)
}

type panickingSource struct{}

func (panickingSource) Token(context.Context) (secret.Text, error) { panic("an-opaque-token") }
