package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

func TestLongApply(t *testing.T) {
	chain := []emulator.Request{exchange(shortLivedHubARN), hop(shortLived.roleARN, "")}
	chains := slices.Concat(chain, chain)
	calls := []emulator.Request{signed("ASIA1"), signed("ASIA2")}
	expired := signed("ASIA1")
	expired.Status, expired.ErrorCode = http.StatusForbidden, "ExpiredToken"

	tests := map[string]struct {
		duration time.Duration
		requests []emulator.Request
		want     string // in the error; empty: no error
	}{
		"it outlived its credentials": {duration: longWait, requests: slices.Concat(chains, calls)},
		"the second call's keys have expired": {
			duration: longWait, requests: slices.Concat(chains, []emulator.Request{signed("ASIA1"), expired}),
			want: "ExpiredToken",
		},
		"nobody called": {duration: longWait, requests: chains, want: "0 calls made"},
		"the second call is missing": {
			duration: longWait, requests: append(chains[:4:4], signed("ASIA1")), want: "1 call made",
		},
		"an anonymous call": {
			duration: longWait,
			requests: append(chains[:4:4], signed("ASIA1"), emulator.Request{Action: callerIdentity, Status: 200}),
			want:     "1 call made",
		},
		"the same keys": {
			duration: longWait, requests: append(chains[:4:4], signed("ASIA1"), signed("ASIA1")),
			want: "nothing was refreshed",
		},
		"keys of another run": {
			duration: longWait, requests: slices.Concat(chain, calls), want: "1 exchange and 1 hop in",
		},
		"only the hop was made again": {
			duration: longWait, requests: slices.Concat(chain, chain[1:], calls), want: "1 exchange and 2 hops in",
		},
		"only the token was exchanged again": {
			duration: longWait, requests: slices.Concat(chain, chain[:1], calls), want: "2 exchanges and 1 hop in",
		},
		"a hop was denied": {
			duration: longWait,
			requests: slices.Concat(chain, chain[:1], []emulator.Request{failed(chain[1], 403, accessDenied)}, calls),
			want:     "AssumeRole with status 403: AccessDenied",
		},
		"it was over too soon": {
			duration: 2 * sessionLife, requests: slices.Concat(chains, calls), want: "no longer than two sessions",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			apply, err := newLongApply(test.duration, test.requests)
			if err == nil {
				err = apply.check()
			}
			wantError(t, err, test.want)
		})
	}
}

func TestCheckCallers(t *testing.T) {
	tests := map[string]struct{ before, after, want string }{
		"the role's session, twice": {before: shortLived.sessionARN, after: shortLived.sessionARN},
		"somebody else before": {
			before: production.sessionARN, after: shortLived.sessionARN, want: "before the wait",
		},
		"somebody else after": {before: shortLived.sessionARN, after: production.sessionARN, want: "after the wait"},
		"nobody after":        {before: shortLived.sessionARN, want: "after the wait"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			callers := map[string]string{"before": test.before, "after": test.after}
			text, err := json.Marshal(
				map[string]any{"callers": map[string]any{"sensitive": false, "type": "dynamic", "value": callers}},
			)
			if err != nil {
				t.Fatal(err)
			}
			wantError(t, checkCallers(string(text)), test.want)
		})
	}
}

func TestMask(t *testing.T) {
	for id, want := range map[string]string{"ASIAIOSFODNN7EXAMPLE": "ASIA...MPLE", "ASIA1234": "...", "": "..."} {
		if got := mask(id); got != want {
			t.Errorf("%q: got %q, want %q", id, got, want)
		}
	}
}
