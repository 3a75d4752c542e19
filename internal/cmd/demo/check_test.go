package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// rightOutputs are what a run that went well has, half a minute after it got its sessions.
func rightOutputs() outputs {
	sessions := map[string]sessionOutput{}
	for name, of := range map[string]target{"production": production, "shared": shared, "partner": partner} {
		sessions[name] = sessionOutput{
			ARN:             of.sessionARN,
			Expiration:      noon.Add(time.Hour - 30*time.Second),
			VerifiedAccount: of.account,
			VerifiedARN:     of.sessionARN,
		}
	}
	return outputs{
		Identity: identityOutput{IdentityProvider: issuerURL, Subject: subject, Audience: audience},
		Sessions: sessions,
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
		"another subject":              {func(o *outputs) { o.Identity.Subject = breakGlassSubject }, "subject"},
		"another audience":             {func(o *outputs) { o.Identity.Audience = "sts.amazon.com" }, "audience"},
		"a session is missing":         {func(o *outputs) { delete(o.Sessions, "shared") }, "shared"},
		"the hop's session is missing": {func(o *outputs) { delete(o.Sessions, "partner") }, "partner"},
		"the hop's session is the one before the hop": {
			func(o *outputs) { o.Sessions["partner"] = o.Sessions["shared"] },
			"partner: the account",
		},
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
	return emulator.Request{Action: exchangeToken, Form: url.Values{"RoleArn": {roleARN}}, Status: http.StatusOK}
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

// hop is an AssumeRole without an external ID if that is empty.
func hop(roleARN, externalID string) emulator.Request {
	form := url.Values{"RoleArn": {roleARN}}
	if externalID != "" {
		form.Set("ExternalId", externalID)
	}
	return emulator.Request{
		Action: assumeRole, Form: form, Header: signed("ASIA2").Header, Status: http.StatusOK,
	}
}

// failed is a request as STS answered it instead.
func failed(request emulator.Request, status int, code string) emulator.Request {
	request.Status, request.ErrorCode = status, code
	return request
}

func TestCheckCalls(t *testing.T) {
	exchanges := []emulator.Request{exchange(production.roleARN), exchange(shared.roleARN)}
	hops := []emulator.Request{hop(partner.roleARN, externalID)}
	callers := []emulator.Request{signed("ASIA1"), signed("ASIA2"), signed("ASIA3")}
	signedExchange := exchange(shared.roleARN)
	signedExchange.Header = signed("ASIA0").Header
	anonymousHop := hops[0]
	anonymousHop.Header = nil
	anonymousCall := emulator.Request{Action: callerIdentity, Status: http.StatusOK}

	tests := map[string]struct {
		exchanges, hops, callers []emulator.Request
		want                     string // in the error; empty: no error
	}{
		"all is right":     {exchanges, hops, callers, ""},
		"in another order": {[]emulator.Request{exchanges[1], exchanges[0]}, hops, callers, ""},
		"nobody called":    {nil, nil, nil, "0 calls to GetCallerIdentity"},
		"a role wasn't asked for": {
			exchanges[:1], hops, callers, `exchanged for: got "` + production.roleARN + `", want`,
		},
		"the token was exchanged again": {
			append(exchanges[:2:2], exchanges[1]), hops, callers, "exchanged for: got",
		},
		"the token was exchanged for the partner's role": {
			append(exchanges[:2:2], exchange(partner.roleARN)), hops, callers, "exchanged for: got",
		},
		"an exchange was signed": {
			[]emulator.Request{exchanges[0], signedExchange}, hops, callers, "was signed",
		},
		"no hop": {exchanges, nil, callers, `the roles of AssumeRole: got "", want`},
		"a second hop": {
			exchanges, append(hops[:1:1], hops[0]), callers, "the roles of AssumeRole: got",
		},
		"a hop to another role": {
			exchanges, []emulator.Request{hop(breakGlassARN, externalID)}, callers, "the roles of AssumeRole: got",
		},
		"a hop without the external ID": {
			exchanges, []emulator.Request{hop(partner.roleARN, "")}, callers, `with the external ID \"\"`,
		},
		"a hop wasn't signed": {exchanges, []emulator.Request{anonymousHop}, callers, "AssumeRole wasn't signed"},
		"a hop was denied": {
			exchanges,
			[]emulator.Request{failed(hops[0], http.StatusForbidden, accessDenied)},
			callers,
			"AssumeRole with status 403: AccessDenied",
		},
		"nobody used the credentials": {exchanges, hops, nil, "0 calls to GetCallerIdentity"},
		"nobody used the hop's credentials": {
			exchanges, hops, callers[:2], "2 calls to GetCallerIdentity, signed with 2 different",
		},
		"a call is made again": {
			exchanges, hops, append(callers[:3:3], callers[0]), "4 calls to GetCallerIdentity, signed with 3 different",
		},
		"one used them for two accounts": {
			exchanges, hops, []emulator.Request{callers[0], callers[1], callers[1]}, "signed with 2 different",
		},
		"an anonymous call": {
			exchanges, hops, append(callers[:2:2], anonymousCall), "2 calls to GetCallerIdentity",
		},
		"the credentials' signature is wrong": {
			exchanges, hops, append(callers[:2:2], failed(callers[2], http.StatusForbidden, "SignatureDoesNotMatch")),
			"SignatureDoesNotMatch",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := sortRequests(slices.Concat(test.exchanges, test.hops, test.callers))
			if err == nil {
				err = got.check()
			}
			wantError(t, err, test.want)
		})
	}
}

func TestRefusal(t *testing.T) {
	refused := failed(exchange(breakGlassARN), http.StatusForbidden, accessDenied)
	otherRole := exchange(production.roleARN)

	tests := map[string]struct {
		requests []emulator.Request
		want     bool
	}{
		"refused":       {[]emulator.Request{otherRole, refused}, true},
		"refused again": {[]emulator.Request{refused, refused}, true},
		"allowed":       {[]emulator.Request{exchange(breakGlassARN)}, false},
		"allowed later": {[]emulator.Request{refused, exchange(breakGlassARN)}, false},
		"refused for another reason": {
			[]emulator.Request{failed(exchange(breakGlassARN), http.StatusBadRequest, invalidIdentityToken)}, false,
		},
		"the status with another code": {
			[]emulator.Request{failed(exchange(breakGlassARN), http.StatusForbidden, "Throttling")}, false,
		},
		"the code with another status": {
			[]emulator.Request{failed(exchange(breakGlassARN), http.StatusBadRequest, accessDenied)}, false,
		},
		"a hop was denied": {
			[]emulator.Request{failed(hop(breakGlassARN, ""), http.StatusForbidden, accessDenied)}, false,
		},
		"never asked for": {[]emulator.Request{otherRole}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			want := refusal{breakGlassARN, http.StatusForbidden, accessDenied}
			if got := want.isAmong(test.requests); got != test.want {
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
