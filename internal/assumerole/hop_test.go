package assumerole_test

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

const (
	spokeAccount = "444455556666"
	spokeARN     = "arn:aws:iam::444455556666:role/deploy"
	farARN       = "arn:aws:iam::777788889999:role/audit"
)

// startChain is startIssuer with a role in a second account that trusts the first, and one in a third that trusts the
// second. The first role is as given.
func startChain(t *testing.T, hub emulator.Role) (server *emulator.Server, mint func(emulator.Token) string) {
	t.Helper()
	server, issuer := newIssuer(t, emulator.Options{})
	further := []string{"sts:TagSession", "sts:SetSourceIdentity"}
	all := emulator.AssumeRolePermissions("arn:aws:iam::*:role/*", further...)
	hub.ARN, hub.Permissions = roleARN, cmp.Or(hub.Permissions, all)
	hub.TrustPolicy = emulator.TrustPolicy(account, issuer.URL(), map[string]string{"sub": subject}, nil, further...)
	for _, role := range []emulator.Role{
		hub,
		{
			ARN: spokeARN, TrustPolicy: emulator.ChainTrustPolicy(roleARN, nil, further...), Permissions: all,
			SessionLifetime: hub.SessionLifetime,
		},
		{ARN: farARN, TrustPolicy: emulator.ChainTrustPolicy(spokeARN, nil, further...)},
	} {
		if err := server.AddRole(role); err != nil {
			t.Fatal(err)
		}
	}
	return server, minter(t, issuer)
}

// spoke is a hop to the second account.
func spoke() assumerole.Hop {
	return assumerole.Hop{
		RoleARN: spokeARN, RoleSessionName: "test", RoleSessionNameOrigin: origin.Of(origin.Block),
	}
}

// far is a hop to the third account.
func far() assumerole.Hop {
	hop := spoke()
	hop.RoleARN = farARN
	return hop
}

// actions are the operations that STS was called for, in order.
func actions(server *emulator.Server) []string {
	var all []string
	for _, request := range server.Requests() {
		all = append(all, request.Action)
	}
	return all
}

func count(server *emulator.Server, action string) int {
	n := 0
	for _, called := range actions(server) {
		if called == action {
			n++
		}
	}
	return n
}

const (
	exchangeAction = "AssumeRoleWithWebIdentity"
	hopAction      = "AssumeRole"
)

func TestHops(t *testing.T) {
	t.Parallel()
	server, mint := startChain(t, emulator.Role{})
	request := newRequest(mint(emulator.Token{}))
	request.Hops = []assumerole.Hop{spoke(), far()}
	request.Hops[1].SourceIdentity = "pipeline"
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	if err != nil {
		t.Fatal(err)
	}
	result := exchange.Result
	if want := []string{exchangeAction, hopAction, hopAction}; !slices.Equal(actions(server), want) {
		t.Errorf("it called %v, want %v", actions(server), want)
	}
	if got := *result.AssumedRoleARN; got != "arn:aws:sts::777788889999:assumed-role/audit/test" {
		t.Errorf("the session is %s", got)
	}
	if result.SourceIdentity == nil || *result.SourceIdentity != "pipeline" || result.PackedPolicySize != nil ||
		result.SessionTokenSize == nil || result.SessionTokenUtilization == nil {
		t.Errorf("of the last hop, it has %+v", result)
	}
	if *result.SubjectFromWebIdentityToken != subject || *result.Audience != "sts.example.com" ||
		!strings.HasPrefix(*result.Provider, server.URL()) {
		t.Errorf("of the exchange, it has %+v", result)
	}
	if exchange.Hop != 2 || exchange.RoleARN() != farARN || exchange.CallerRoleARN() != spokeARN {
		t.Errorf("it came to hop %d, from %s to %s", exchange.Hop, exchange.CallerRoleARN(), exchange.RoleARN())
	}
	calls := server.Requests()
	if calls[0].Header.Get("Authorization") != "" {
		t.Error("the exchange is signed")
	}
	for _, call := range calls[1:] {
		if !strings.Contains(call.Header.Get("Authorization"), "/us-east-1/sts/aws4_request") {
			t.Errorf("the hop's signature is for another scope: %s", call.Header.Get("Authorization"))
		}
		if call.Form.Has("WebIdentityToken") {
			t.Error("the hop has the token")
		}
	}
}

// TestHopParameters holds what is sent for each field.
func TestHopParameters(t *testing.T) {
	t.Parallel()
	always := map[string]string{
		"Action": hopAction, "Version": "2011-06-15", "RoleArn": spokeARN, "RoleSessionName": "test",
	}
	for name, test := range map[string]struct {
		change func(*assumerole.Hop)
		want   map[string]string
	}{
		"nothing more": {func(*assumerole.Hop) {}, nil},
		"a duration": {
			func(h *assumerole.Hop) { h.DurationSeconds = 900 }, map[string]string{"DurationSeconds": "900"},
		},
		"another name": {
			func(h *assumerole.Hop) { h.RoleSessionName = "other" },
			map[string]string{"RoleSessionName": "other"},
		},
		"an external ID": {
			func(h *assumerole.Hop) { h.ExternalID = "acme:4711/x" },
			map[string]string{"ExternalId": "acme:4711/x"},
		},
		"a source identity": {
			func(h *assumerole.Hop) { h.SourceIdentity = "pipeline" }, map[string]string{"SourceIdentity": "pipeline"},
		},
		"a policy": {
			func(h *assumerole.Hop) {
				h.Policy = `{ "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"} }`
			},
			map[string]string{
				"Policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
			},
		},
		"policies": {
			func(h *assumerole.Hop) { h.PolicyARNs = []string{viewOnly, readOnly} },
			map[string]string{"PolicyArns.member.1.arn": readOnly, "PolicyArns.member.2.arn": viewOnly},
		},
		"tags": {
			func(h *assumerole.Hop) {
				h.Tags = map[string]string{"team": "platform", "Stage": ""}
				h.TransitiveTagKeys = []string{"team", "Stage"}
			},
			map[string]string{
				"Tags.member.1.Key": "Stage", "Tags.member.1.Value": "",
				"Tags.member.2.Key": "team", "Tags.member.2.Value": "platform",
				"TransitiveTagKeys.member.1": "Stage", "TransitiveTagKeys.member.2": "team",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, mint := startChain(t, emulator.Role{})
			request, hop := newRequest(mint(emulator.Token{})), spoke()
			test.change(&hop)
			request.Hops = []assumerole.Hop{hop}
			if _, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request); err != nil {
				t.Fatal(err)
			}
			want := url.Values{}
			for _, parameters := range []map[string]string{always, test.want} {
				for parameter, value := range parameters {
					want.Set(parameter, value)
				}
			}
			if got := server.Requests()[1].Form; !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

// TestHopConstraints holds that what can't succeed is found before anything is sent, and the token is requested.
func TestHopConstraints(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for n := range 51 {
		many["key"+strconv.Itoa(n)] = ""
	}
	for name, test := range map[string]struct {
		change func(*assumerole.Request)
		want   assumerole.ValueError // of which the parameter, the problem, the hop, the part and the origin count
	}{
		"a short name": {
			func(r *assumerole.Request) { r.Hops[1].RoleSessionName = "x" },
			assumerole.ValueError{
				Parameter: assumerole.ParameterRoleSessionName, Problem: assumerole.ProblemLength, Hop: 2,
			},
		},
		"a short external ID": {
			func(r *assumerole.Request) { r.Hops[0].ExternalID = "x" },
			assumerole.ValueError{Parameter: assumerole.ParameterExternalID, Problem: assumerole.ProblemLength, Hop: 1},
		},
		"a long external ID": {
			func(r *assumerole.Request) { r.Hops[0].ExternalID = strings.Repeat("x", 1225) },
			assumerole.ValueError{Parameter: assumerole.ParameterExternalID, Problem: assumerole.ProblemLength, Hop: 1},
		},
		"an external ID with a blank": {
			func(r *assumerole.Request) { r.Hops[0].ExternalID = "acme 4711" },
			assumerole.ValueError{
				Parameter: assumerole.ParameterExternalID, Problem: assumerole.ProblemCharacters, Hop: 1,
			},
		},
		"a long source identity": {
			func(r *assumerole.Request) { r.Hops[0].SourceIdentity = strings.Repeat("x", 65) },
			assumerole.ValueError{
				Parameter: assumerole.ParameterSourceIdentity, Problem: assumerole.ProblemLength, Hop: 1,
			},
		},
		"a source identity with a colon": {
			func(r *assumerole.Request) { r.Hops[0].SourceIdentity = "aws:x" },
			assumerole.ValueError{
				Parameter: assumerole.ParameterSourceIdentity, Problem: assumerole.ProblemCharacters, Hop: 1,
			},
		},
		"another source identity": {
			func(r *assumerole.Request) { r.Hops[0].SourceIdentity, r.Hops[1].SourceIdentity = "one", "two" },
			assumerole.ValueError{
				Parameter: assumerole.ParameterSourceIdentity, Problem: assumerole.ProblemOtherSourceIdentity, Hop: 2,
				Part: "one",
			},
		},
		"too many tags": {
			func(r *assumerole.Request) { r.Hops[0].Tags = many },
			assumerole.ValueError{Parameter: assumerole.ParameterTags, Problem: assumerole.ProblemTooMany, Hop: 1},
		},
		"an empty key": {
			func(r *assumerole.Request) { r.Hops[0].Tags = map[string]string{"": "x"} },
			assumerole.ValueError{Parameter: assumerole.ParameterTags, Problem: assumerole.ProblemTagKey, Hop: 1},
		},
		"a long key": {
			func(r *assumerole.Request) { r.Hops[0].Tags = map[string]string{strings.Repeat("x", 129): "x"} },
			assumerole.ValueError{Parameter: assumerole.ParameterTags, Problem: assumerole.ProblemTagKey, Hop: 1},
		},
		"a key with another character": {
			func(r *assumerole.Request) { r.Hops[0].Tags = map[string]string{"a#b": "x"} },
			assumerole.ValueError{Parameter: assumerole.ParameterTags, Problem: assumerole.ProblemTagKey, Hop: 1},
		},
		"a key of AWS": {
			func(r *assumerole.Request) { r.Hops[0].Tags = map[string]string{"AWS:team": "x"} },
			assumerole.ValueError{
				Parameter: assumerole.ParameterTags, Problem: assumerole.ProblemReservedTagKey, Hop: 1,
			},
		},
		"a long value": {
			func(r *assumerole.Request) { r.Hops[0].Tags = map[string]string{"a": strings.Repeat("x", 257)} },
			assumerole.ValueError{Parameter: assumerole.ParameterTags, Problem: assumerole.ProblemTagValue, Hop: 1},
		},
		"keys that differ in case": {
			func(r *assumerole.Request) { r.Hops[0].Tags = map[string]string{"team": "x", "Team": "y"} },
			assumerole.ValueError{
				Parameter: assumerole.ParameterTags, Problem: assumerole.ProblemSameTagKey, Hop: 1, Part: "Team",
			},
		},
		"a transitive key without a tag": {
			func(r *assumerole.Request) { r.Hops[0].TransitiveTagKeys = []string{"team"} },
			assumerole.ValueError{
				Parameter: assumerole.ParameterTransitiveTagKeys, Problem: assumerole.ProblemNotTag, Hop: 1,
			},
		},
		"an inherited tag": {
			func(r *assumerole.Request) {
				r.Hops[0].Tags, r.Hops[0].TransitiveTagKeys = map[string]string{"team": "x"}, []string{"team"}
				r.Hops[1].Tags = map[string]string{"TEAM": "x"}
			},
			assumerole.ValueError{Parameter: assumerole.ParameterTags, Problem: assumerole.ProblemInheritedTag, Hop: 2},
		},
		"a policy that isn't JSON": {
			func(r *assumerole.Request) { r.Hops[0].Policy = "{" },
			assumerole.ValueError{Parameter: assumerole.ParameterPolicy, Problem: assumerole.ProblemNotJSON, Hop: 1},
		},
		"an ARN that isn't a role's": {
			func(r *assumerole.Request) { r.Hops[1].RoleARN = "arn:aws:iam::444455556666:user/deploy" },
			assumerole.ValueError{
				Parameter: assumerole.ParameterRoleARN, Problem: assumerole.ProblemNotRoleARN, Hop: 2,
			},
		},
		"another partition": {
			func(r *assumerole.Request) { r.Hops[1].RoleARN = "arn:aws-cn:iam::444455556666:role/deploy" },
			assumerole.ValueError{
				Parameter: assumerole.ParameterRoleARN, Problem: assumerole.ProblemOtherPartition, Hop: 2, Part: "aws",
			},
		},
		"more than an hour": {
			func(r *assumerole.Request) { r.Hops[0].DurationSeconds = 3601 },
			assumerole.ValueError{
				Parameter: assumerole.ParameterDurationSeconds, Problem: assumerole.ProblemRange, Hop: 1,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := newRequest("")
			source := platform{func() string { return "" }, 0, new(atomic.Int32)}
			request.Token, request.Hops = source, []assumerole.Hop{spoke(), far()}
			test.change(&request)
			_, err := makeExchange(t, assumerole.Settings{}, request) // it would go to AWS
			got, ok := errors.AsType[*assumerole.ValueError](err)
			if !ok || got.Parameter != test.want.Parameter || got.Problem != test.want.Problem ||
				got.Hop != test.want.Hop || got.Part != test.want.Part || got.OfToken {
				t.Errorf("got %#v, want %#v", err, test.want)
			}
			if source.requests.Load() > 0 {
				t.Error("the token was requested")
			}
		})
	}
}

func TestHopOutsideTheAllowedAccounts(t *testing.T) {
	t.Parallel()
	request := newRequest("")
	request.Hops = []assumerole.Hop{spoke(), far()}
	_, err := makeExchange(t, assumerole.Settings{AllowedAccountIDs: []string{account, spokeAccount}}, request)
	if refused, ok := errors.AsType[*assumerole.AccountError](
		err,
	); !ok || refused.Hop != 2 ||
		refused.RoleARN != farARN {
		t.Errorf("got %#v", err)
	}
}

// TestInheritedFromToken holds that a hop that contradicts the token isn't called, and the token isn't sent.
func TestInheritedFromToken(t *testing.T) {
	t.Parallel()
	server, mint := startChain(t, emulator.Role{})
	token := mint(emulator.Token{Claims: map[string]any{
		"https://aws.amazon.com/source_identity": "alice",
		"https://aws.amazon.com/tags": map[string]any{
			"principal_tags": map[string]any{"team": []string{"platform"}}, "transitive_tag_keys": []string{"team"},
		},
	}})
	for name, test := range map[string]struct {
		change func(*assumerole.Hop)
		want   assumerole.Problem
	}{
		"another source identity": {
			func(h *assumerole.Hop) { h.SourceIdentity = "bob" }, assumerole.ProblemOtherSourceIdentity,
		},
		"a tag": {
			func(h *assumerole.Hop) { h.Tags = map[string]string{"Team": "other"} }, assumerole.ProblemInheritedTag,
		},
		"the same source identity": {func(h *assumerole.Hop) { h.SourceIdentity = "alice" }, ""},
		"another tag":              {func(h *assumerole.Hop) { h.Tags = map[string]string{"stage": "x"} }, ""},
	} {
		request, hop := newRequest(token), spoke()
		test.change(&hop)
		request.Hops = []assumerole.Hop{hop}
		before := len(server.Requests())
		exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
		failure, ok := errors.AsType[*assumerole.ValueError](err)
		switch {
		case test.want == "" && (err != nil || *exchange.Result.SourceIdentity != "alice"):
			t.Errorf("%s: got %v, %+v", name, err, exchange.Result)
		case test.want != "" && (!ok || failure.Problem != test.want || !failure.OfToken || failure.Hop != 1):
			t.Errorf("%s: got %#v", name, err)
		case test.want != "" && len(server.Requests()) > before:
			t.Errorf("%s: something was sent", name)
		}
	}
}

// TestManyHopsThroughOneHub holds what many blocks through one role cost.
func TestManyHopsThroughOneHub(t *testing.T) {
	t.Parallel()
	const accounts = 300
	server, mint := startChain(t, emulator.Role{})
	source := platform{func() string { return mint(emulator.Token{}) }, 10 * time.Millisecond, new(atomic.Int32)}
	var requests []assumerole.Request
	for n := range accounts {
		hop := spoke()
		hop.RoleARN = "arn:aws:iam::" + strconv.Itoa(500000000000+n) + ":role/deploy"
		if err := server.AddRole(emulator.Role{
			ARN: hop.RoleARN, TrustPolicy: emulator.ChainTrustPolicy(roleARN, nil),
		}); err != nil {
			t.Fatal(err)
		}
		request := newRequest("")
		request.Token, request.Hops = source, []assumerole.Hop{hop}
		requests = append(requests, request)
	}
	client := newClient(t, server)
	for _, err := range atOnce(t.Context(), client, append(requests, requests...)) { // equal hops share a call
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := [3]int{
		int(source.requests.Load()), count(server, exchangeAction), count(server, hopAction),
	}; got != [3]int{1, 1, accounts} {
		t.Errorf("tokens, exchanges and hops: %v", got)
	}
}

// TestFreshHop holds that a refresh calls the last hop again, with the session before it while that lasts.
func TestFreshHop(t *testing.T) {
	t.Parallel()
	server, mint := startChain(t, emulator.Role{})
	source := platform{func() string { return mint(emulator.Token{}) }, 0, new(atomic.Int32)}
	request := newRequest("")
	request.Token, request.Hops = source, []assumerole.Hop{spoke(), far()}
	client := newClient(t, server)
	for range 3 {
		exchange, err := client.Exchange(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		if got := *exchange.Result.SubjectFromWebIdentityToken; got != subject {
			t.Errorf("the subject is %q", got)
		}
		request.Fresh = true
	}
	if got := [3]int{
		int(source.requests.Load()), count(server, exchangeAction), count(server, hopAction),
	}; got != [3]int{1, 1, 4} {
		t.Errorf("tokens, exchanges and hops: %v", got)
	}
}

// TestSessionBeforeTheHopEnds holds that a session that is about to expire isn't used for a call, and that a session
// that has expired is replaced.
func TestSessionBeforeTheHopEnds(t *testing.T) {
	t.Parallel()
	server, mint := startChain(t, emulator.Role{SessionLifetime: 4 * time.Second})
	source := platform{func() string { return mint(emulator.Token{}) }, 0, new(atomic.Int32)}
	request := newRequest("")
	request.Token, request.Hops, request.Fresh = source, []assumerole.Hop{spoke(), far()}, true
	client := newClient(t, server)
	for n := range 4 {
		if _, err := client.Exchange(t.Context(), request); err != nil {
			t.Fatalf("exchange %d: %v", n, err)
		}
		time.Sleep(1500 * time.Millisecond)
	}
	for _, call := range server.Requests() {
		if call.Status != http.StatusOK {
			t.Errorf("%s: %s", call.Action, call.ErrorCode)
		}
	}
	if exchanges := count(server, exchangeAction); exchanges < 2 || exchanges > 4 {
		t.Errorf("%d exchanges", exchanges)
	}
}

// TestExpiredSessionBeforeTheHop holds that an answer that the session has expired leads to a new session, once.
func TestExpiredSessionBeforeTheHop(t *testing.T) {
	t.Parallel()
	for name, always := range map[string]bool{"once": false, "always": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, mint := startChain(t, emulator.Role{})
			request := newRequest(mint(emulator.Token{}))
			request.Hops = []assumerole.Hop{spoke(), far()}
			client := newClient(t, server)
			if _, err := client.Exchange(t.Context(), request); err != nil { // the sessions are kept from here
				t.Fatal(err)
			}
			var refused atomic.Int32
			server.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
				if err := r.ParseForm(); err != nil || r.Form.Get("RoleArn") != farARN ||
					!always && refused.Load() > 0 {
					return false
				}
				refused.Add(1)
				emulator.WriteError(
					w,
					http.StatusForbidden,
					"ExpiredToken",
					"The security token included in the request is "+
						"expired",
				)
				return true
			})
			request.Fresh = true
			_, err := client.Exchange(t.Context(), request)
			failure, ok := errors.AsType[*assumerole.ServiceError](err)
			if always != ok || ok && failure.Code != "ExpiredToken" {
				t.Errorf("got %v", err)
			}
			if want := map[bool]int32{false: 1, true: 2}[always]; refused.Load() != want {
				t.Errorf("it was refused %d times, want %d", refused.Load(), want)
			}
			if n := count(server, exchangeAction); n != 1 {
				t.Errorf("%d exchanges, although the first session lasts", n)
			}
		})
	}
}

// TestHopDenied holds what is known of a hop that failed.
func TestHopDenied(t *testing.T) {
	t.Parallel()
	server, mint := startChain(t, emulator.Role{Permissions: emulator.AssumeRolePermissions(farARN)})
	request := newRequest(mint(emulator.Token{}))
	request.Hops = []assumerole.Hop{spoke()}
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	denied, ok := errors.AsType[*assumerole.ServiceError](err)
	want := "User: arn:aws:sts::111122223333:assumed-role/deploy/test is not authorized to perform: sts:AssumeRole " +
		"on resource: " + spokeARN + " because no identity-based policy allows the sts:AssumeRole action"
	if !ok || denied.Code != "AccessDenied" || denied.Message != want {
		t.Errorf("got %v", err)
	}
	if exchange.Hop != 1 || exchange.Caller == nil || exchange.CallerRoleARN() != roleARN || exchange.Calls != 1 ||
		exchange.Result != nil {
		t.Errorf("it has %+v", exchange)
	}
}

// TestHopPropagation holds that a hop waits for IAM, too.
func TestHopPropagation(t *testing.T) {
	t.Parallel()
	server, mint := startChain(t, emulator.Role{})
	if err := server.AddRole(emulator.Role{
		ARN: spokeARN, TrustPolicy: emulator.ChainTrustPolicy("999999999999", nil),
	}); err != nil {
		t.Fatal(err)
	}
	request := newRequest(mint(emulator.Token{}))
	request.Hops = []assumerole.Hop{spoke()}
	request.PropagationTimeout = 20 * time.Second
	time.AfterFunc(300*time.Millisecond, func() {
		_ = server.AddRole(emulator.Role{ARN: spokeARN, TrustPolicy: emulator.ChainTrustPolicy(roleARN, nil)})
	})
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	if err != nil {
		t.Fatal(err)
	}
	if exchange.Calls < 2 || count(server, exchangeAction) != 1 {
		t.Errorf("%d calls of the hop, %d exchanges", exchange.Calls, count(server, exchangeAction))
	}
}

// TestDeadlineOfChain holds that the timeout is for all calls together.
func TestDeadlineOfChain(t *testing.T) {
	testenv.Isolate(t)
	server, mint := startChain(t, emulator.Role{})
	server.Intercept(func(http.ResponseWriter, *http.Request) bool {
		time.Sleep(400 * time.Millisecond)
		return false
	})
	request := newRequest(mint(emulator.Token{}))
	request.Hops, request.Timeout = []assumerole.Hop{spoke(), far()}, time.Second
	began := time.Now()
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	if late, ok := errors.AsType[*assumerole.TimeoutError](
		err,
	); !ok || late.Timeout != time.Second ||
		exchange.Hop != 2 {
		t.Errorf("got %v at hop %d", err, exchange.Hop)
	}
	if elapsed := time.Since(began); elapsed > 5*time.Second {
		t.Errorf("it took %s", elapsed)
	}
}

// TestHopRetries holds that a hop is retried as the exchange is, and that its retries are its own.
func TestHopRetries(t *testing.T) {
	t.Parallel()
	server, mint := startChain(t, emulator.Role{})
	var failures atomic.Int32
	server.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		if failures.Add(1)%3 == 0 {
			return false
		}
		emulator.WriteError(w, http.StatusServiceUnavailable, "ServiceUnavailable", "")
		return true
	})
	request := newRequest(mint(emulator.Token{}))
	request.Hops = []assumerole.Hop{spoke()}
	var attempts []assumerole.Attempt
	request.Attempted = func(attempt assumerole.Attempt) { attempts = append(attempts, attempt) }
	if _, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request); err != nil {
		t.Fatal(err)
	}
	var hops []int
	for _, attempt := range attempts {
		hops = append(hops, attempt.Hop*10+attempt.Number)
	}
	if want := []int{1, 2, 11, 12}; !slices.Equal(hops, want) {
		t.Errorf("the attempts that failed are %v, want %v", hops, want)
	}
}
