package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

// longApply is what was observed of an apply that must take longer than its credentials are valid.
type longApply struct {
	duration time.Duration
	calls    calls // while it ran
}

// newLongApply reads the requests that STS got during the apply. The error is for one that it refused.
func newLongApply(duration time.Duration, requests []emulator.Request) (longApply, error) {
	sorted, err := sortRequests(requests)
	return longApply{duration: duration, calls: sorted}, err
}

// check returns an error if the apply proves nothing: no two calls, no different credentials, or not long enough.
func (l longApply) check() error {
	signers, exchanges, hops := l.calls.signers, len(l.calls.exchanged), len(l.calls.assumed)
	switch {
	case len(signers) != 2:
		return fmt.Errorf(
			"%s made in the apply, not one before and one after the wait",
			counted(len(signers), "call"),
		)
	case signers[0] == signers[1]:
		return errors.New("both calls were signed with the same credentials: nothing was refreshed")
	case exchanges < 2 || hops < 2:
		return fmt.Errorf(
			"STS answered %s and %s in the apply, which outlasts two sessions of each role",
			counted(exchanges, "exchange"),
			counted(hops, "hop"),
		)
	case l.duration <= 2*sessionLife:
		return fmt.Errorf(
			"the apply took %s, which is no longer than two sessions of %s",
			l.duration.Round(time.Millisecond),
			sessionLife,
		)
	}
	return nil
}

// checkCallers compares the outputs, as the command `output -json` writes them, with the session of the role.
func checkCallers(text string) error {
	var document struct {
		Callers struct {
			Value struct{ Before, After string }
		} `json:"callers"`
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		return fmt.Errorf("reading the outputs: %w", err)
	}
	callers := document.Callers.Value
	return errors.Join(
		same("who called before the wait", callers.Before, shortLived.sessionARN),
		same("who called after the wait", callers.After, shortLived.sessionARN),
	)
}

// mask shortens an access key ID so that it can still be distinguished from another. It isn't a secret, but it names a
// session.
func mask(accessKeyID string) string {
	const shown = 4
	if len(accessKeyID) <= 2*shown {
		return "..."
	}
	return accessKeyID[:shown] + "..." + accessKeyID[len(accessKeyID)-shown:]
}
