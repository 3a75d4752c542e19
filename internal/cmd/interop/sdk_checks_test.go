package main

import "testing"

func TestPrintsCredentials(t *testing.T) {
	secrets := []string{"token-1", "token-2"}
	const first, second = "ASIAEXAMPLEEXAMPLE01 token-1", "ASIAEXAMPLEEXAMPLE02 token-2"
	for name, test := range map[string]struct {
		before, after string
		ok            bool
	}{
		"two sessions":                 {first, second, true},
		"one session":                  {first, first, false},
		"a token that STS didn't give": {first, "ASIAEXAMPLEEXAMPLE02 token-3", false},
		"keys of the machine":          {"AKIAEXAMPLEEXAMPLE01 token-1", second, false},
		"keys without a session token": {first, "ASIAEXAMPLEEXAMPLE02", false},
		"nothing":                      {"", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := printsCredentials(secrets, test.before, test.after); (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestPrintsSession(t *testing.T) {
	if err := printsSession(nil, briefSession, briefSession); err != nil {
		t.Error(err)
	}
	if printsSession(nil, briefSession, deploySession) == nil || printsSession(nil, "", briefSession) == nil {
		t.Error("another session is accepted")
	}
}
