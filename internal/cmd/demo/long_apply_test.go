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
	exchanges := []emulator.Request{exchange(brief.roleARN), exchange(brief.roleARN)}
	calls := []emulator.Request{signed("ASIA1"), signed("ASIA2")}
	expired := signed("ASIA1")
	expired.Status, expired.ErrorCode = http.StatusForbidden, "ExpiredToken"

	tests := map[string]struct {
		took     time.Duration
		requests []emulator.Request
		want     string // in the error; empty: no error
	}{
		"it outlived its credentials":         {longWait, slices.Concat(exchanges, calls), ""},
		"the second call's keys have expired": {longWait, slices.Concat(exchanges, []emulator.Request{signed("ASIA1"), expired}), "ExpiredToken"},
		"nobody called":                       {longWait, exchanges, "0 calls made"},
		"the second call is missing":          {longWait, append(exchanges, signed("ASIA1")), "1 call made"},
		"an anonymous call":                   {longWait, append(exchanges, signed("ASIA1"), emulator.Request{Action: callerIdentity, Status: 200}), "1 call made"},
		"the same keys":                       {longWait, append(exchanges, signed("ASIA1"), signed("ASIA1")), "nothing was refreshed"},
		"keys of another run":                 {longWait, append(calls, exchange(brief.roleARN)), "1 session in"},
		"it was over too soon":                {2 * sessionLife, slices.Concat(exchanges, calls), "no longer than two sessions"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			seen, err := newLongApply(test.took, test.requests)
			if err == nil {
				err = seen.check()
			}
			wantError(t, err, test.want)
		})
	}
}

func TestCheckCallers(t *testing.T) {
	tests := map[string]struct{ before, after, want string }{
		"the role's session, twice": {brief.sessionARN, brief.sessionARN, ""},
		"somebody else before":      {production.sessionARN, brief.sessionARN, "before the wait"},
		"somebody else after":       {brief.sessionARN, production.sessionARN, "after the wait"},
		"nobody after":              {brief.sessionARN, "", "after the wait"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			callers := map[string]string{"before": test.before, "after": test.after}
			text, err := json.Marshal(map[string]any{"callers": map[string]any{"sensitive": false, "type": "dynamic", "value": callers}})
			if err != nil {
				t.Fatal(err)
			}
			wantError(t, checkCallers(string(text)), test.want)
		})
	}
}

func TestMasked(t *testing.T) {
	for id, want := range map[string]string{"ASIAIOSFODNN7EXAMPLE": "ASIA...MPLE", "ASIA1234": "...", "": "..."} {
		if got := masked(id); got != want {
			t.Errorf("%q: got %q, want %q", id, got, want)
		}
	}
}
