package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// rightOutputs are what a run that went well has, half a minute after it got its sessions.
func rightOutputs() outputs {
	session := func(of target) sessionOutput {
		return sessionOutput{
			ARN:             of.sessionARN,
			Expiration:      noon.Add(time.Hour - 30*time.Second),
			VerifiedAccount: of.account,
			VerifiedARN:     of.sessionARN,
		}
	}
	return outputs{
		Identity: identityOutput{IdentityProvider: issuerURL, Subject: subject, Audience: audience},
		Sessions: map[string]sessionOutput{"production": session(production), "shared": session(shared)},
	}
}

func TestCheckOutputs(t *testing.T) {
	// changed answers a change of the session in production.
	changed := func(change func(*sessionOutput)) func(*outputs) {
		return func(o *outputs) {
			session := o.Sessions["production"]
			change(&session)
			o.Sessions["production"] = session
		}
	}
	tests := map[string]struct {
		change func(*outputs)
		want   string // in the error; empty: no error
	}{
		"all is right": {func(*outputs) {}, ""},
		"another issuer": {
			func(o *outputs) { o.Identity.IdentityProvider = "https://other.example.com" },
			"identity provider",
		},
		"another subject":      {func(o *outputs) { o.Identity.Subject = breakGlassSubject }, "subject"},
		"another audience":     {func(o *outputs) { o.Identity.Audience = "sts.amazon.com" }, "audience"},
		"a session is missing": {func(o *outputs) { delete(o.Sessions, "shared") }, "shared"},
		"the sessions are mixed up": {
			func(o *outputs) { o.Sessions["production"] = o.Sessions["shared"] },
			"production: the account",
		},
		"another session": {
			changed(func(s *sessionOutput) { s.ARN = shared.sessionARN }),
			"the session that STS gave",
		},
		"credentials of another account": {
			changed(
				func(s *sessionOutput) { s.VerifiedAccount = shared.account },
			),
			`got "444455556666", want "111122223333"`,
		},
		"credentials of somebody else": {
			changed(func(s *sessionOutput) { s.VerifiedARN = breakGlassARN }),
			"whom the credentials belong to",
		},
		"a session that has ended": {
			changed(func(s *sessionOutput) { s.Expiration = noon.Add(-time.Second) }),
			"not in about an hour",
		},
		"a session of a day": {
			changed(func(s *sessionOutput) { s.Expiration = noon.Add(24 * time.Hour) }),
			"not in about an hour",
		},
		"no expiration": {
			changed(func(s *sessionOutput) { s.Expiration = time.Time{} }),
			"not in about an hour",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := rightOutputs()
			test.change(&got)
			wantError(t, checkOutputs(got, noon), test.want)
		})
	}
}

func TestParseOutputs(t *testing.T) {
	want := rightOutputs()
	text, err := json.Marshal(map[string]any{
		"identity": map[string]any{"sensitive": false, "type": "dynamic", "value": want.Identity},
		"sessions": map[string]any{"sensitive": false, "type": "dynamic", "value": want.Sessions},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseOutputs(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if got.Identity != want.Identity || got.Sessions["shared"] != want.Sessions["shared"] {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func exchange(roleARN string) emulator.Request {
	return emulator.Request{Action: assumeRole, Form: url.Values{"RoleArn": {roleARN}}, Status: http.StatusOK}
}

func signed(keyID string) emulator.Request {
	authorization := "AWS4-HMAC-SHA256 Credential=" + keyID + "/20260102/us-east-1/sts/aws4_request, " +
		"SignedHeaders=host, Signature=00"
	return emulator.Request{
		Action: callerIdentity,
		Header: http.Header{"Authorization": {authorization}},
		Status: http.StatusOK,
	}
}

func TestCheckRequests(t *testing.T) {
	exchanges := []emulator.Request{exchange(production.roleARN), exchange(shared.roleARN)}
	signedExchange := exchange(shared.roleARN)
	signedExchange.Header = signed("ASIA0").Header
	refusedCall := signed("ASIA2")
	refusedCall.Status, refusedCall.ErrorCode = http.StatusForbidden, "SignatureDoesNotMatch"

	tests := map[string]struct {
		requests []emulator.Request
		want     string
	}{
		"all is right": {append(exchanges, signed("ASIA1"), signed("ASIA2")), ""},
		"a call is made again": {
			append(exchanges, signed("ASIA1"), signed("ASIA1"), signed("ASIA2")),
			"",
		},
		"nobody called": {nil, "nobody asked STS for"},
		"a role wasn't asked for": {
			[]emulator.Request{exchange(production.roleARN), signed("ASIA1")},
			shared.roleARN,
		},
		"an exchange was signed": {
			append(exchanges[:1:1], signedExchange, signed("ASIA1"), signed("ASIA2")),
			"was signed",
		},
		"nobody used the credentials": {exchanges, "0 different credentials"},
		"one used them for both accounts": {
			append(exchanges, signed("ASIA1"), signed("ASIA1")),
			"1 different credentials",
		},
		"an anonymous call": {
			append(exchanges, signed("ASIA1"), emulator.Request{Action: callerIdentity, Status: 200}),
			"1 different",
		},
		"the credentials' signature is wrong": {
			append(exchanges, signed("ASIA1"), refusedCall),
			"SignatureDoesNotMatch",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			wantError(t, checkRequests(test.requests), test.want)
		})
	}
}

func TestWasRefused(t *testing.T) {
	refusal := exchange(breakGlassARN)
	refusal.Status, refusal.ErrorCode = http.StatusForbidden, accessDenied
	failure := exchange(breakGlassARN)
	failure.Status, failure.ErrorCode = http.StatusBadRequest, "InvalidIdentityToken"

	tests := map[string]struct {
		requests []emulator.Request
		want     bool
	}{
		"refused":                    {[]emulator.Request{exchange(production.roleARN), refusal}, true},
		"granted":                    {[]emulator.Request{exchange(breakGlassARN)}, false},
		"refused for another reason": {[]emulator.Request{failure}, false},
		"never asked for":            {[]emulator.Request{exchange(production.roleARN)}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := wasRefused(test.requests, breakGlassARN); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want an error with %q", err, want)
	}
}
