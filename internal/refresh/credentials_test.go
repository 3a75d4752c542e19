package refresh

import (
	"context"
	"testing"
	"time"
)

// A clock that tests set.
type clock struct{ now time.Time }

func (c *clock) time() time.Time { return c.now }

func TestNewCredentialsAreFetchedBeforeExpiration(t *testing.T) {
	for name, test := range map[string]struct {
		life, left time.Duration
		minted     bool
		early      time.Duration // of what is reported, whichever it is: new ones have the same life
	}{
		"an hour, just begun":      {life: time.Hour, left: time.Hour, early: time.Minute},
		"an hour, 16 minutes left": {life: time.Hour, left: 16 * time.Minute, early: time.Minute},
		"an hour, a second less": {
			life: time.Hour, left: 16*time.Minute - time.Second, minted: true, early: time.Minute,
		},
		"an hour, over": {
			life: time.Hour, left: -time.Second, minted: true, early: time.Minute,
		},
		"twelve hours, 16 minutes left": {life: 12 * time.Hour, left: 16 * time.Minute, early: time.Minute},
		"twelve hours, a second less": {
			life: 12 * time.Hour, left: 16*time.Minute - time.Second, minted: true, early: time.Minute,
		},
		"900 s, just begun": {
			life: 900 * time.Second, left: 900 * time.Second, early: time.Minute,
		},
		"900 s, half left": {
			life: 900 * time.Second, left: 450 * time.Second, early: time.Minute,
		},
		"900 s, a second less": {
			life: 900 * time.Second, left: 449 * time.Second, minted: true, early: time.Minute,
		},
		"12 s, just begun": {
			life: 12 * time.Second, left: 12 * time.Second, early: 1200 * time.Millisecond,
		},
		"12 s, half left": {
			life: 12 * time.Second, left: 6 * time.Second, early: 1200 * time.Millisecond,
		},
		"12 s, a bit less": {
			life: 12 * time.Second, left: 5900 * time.Millisecond, minted: true, early: 1200 * time.Millisecond,
		},
		"expired when they came":                 {life: -time.Minute, left: -time.Minute, minted: true},
		"expiring the moment they came":          {life: 0, left: 0, minted: true},
		"an hour, and the clock was turned back": {life: time.Hour, left: 2 * time.Hour, early: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			end := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
			clock := &clock{now: end.Add(-test.left)}
			mints := 0
			keeper := &keeper{
				clock:   clock.time,
				timeout: time.Minute,
				held:    heldCredentials{credentials: session(1, end), obtained: end.Add(-test.life)},
				mint: func(context.Context) (Credentials, error) {
					mints++
					return session(2, clock.now.Add(test.life)), nil
				},
			}
			got, err := keeper.ask(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			wantNumber, wantEnd := 1, end
			if test.minted {
				wantNumber, wantEnd = 2, clock.now.Add(test.life)
			}
			if number(got) != wantNumber || mints != wantNumber-1 {
				t.Errorf("got session %d after %d calls of Mint", number(got), mints)
			}
			if want := wantEnd.Add(-test.early); !got.Expiration.Equal(want) {
				t.Errorf("expiration %s, want %s", got.Expiration, want)
			}
		})
	}
}

func TestCredentialsWithoutExpirationAreNotRefreshed(t *testing.T) {
	clock := &clock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	keeper := &keeper{
		clock: clock.time,
		held:  heldCredentials{credentials: session(1, time.Time{}), obtained: clock.now},
		mint: func(context.Context) (Credentials, error) {
			t.Error("Mint was called")
			return session(2, time.Time{}), nil
		},
	}
	clock.now = clock.now.Add(1000 * time.Hour)
	got, err := keeper.ask(t.Context())
	if err != nil || number(got) != 1 || !got.Expiration.IsZero() {
		t.Errorf("got session %d until %s, %v", number(got), got.Expiration, err)
	}
}
