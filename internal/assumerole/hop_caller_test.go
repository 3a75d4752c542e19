package assumerole_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// TestSecretsOfTheChain holds that a server can't put what it got earlier in the chain into a result: the token, and
// the credentials of each call. This is so for the exchange that called them, and for one that uses a kept session.
func TestSecretsOfTheChain(t *testing.T) {
	t.Parallel()
	server, mint := startChain(t, emulator.Role{})
	token := mint(emulator.Token{})
	request := newRequest(token)
	request.Hops = []assumerole.Hop{spoke()}
	client := newClient(t, server)
	if _, err := client.Exchange(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	request.Hops = append(request.Hops, far())
	ofAll := []string{token, "the-new-secret-key", "the-new-session-token"}
	ofClient := append(server.Secrets(), ofAll...) // with the sessions that the client keeps
	var echoed atomic.Value
	server.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if err := r.ParseForm(); err != nil || r.Form.Get("RoleArn") != farARN {
			return false
		}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = fmt.Fprintf(w, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId>"+
			"<SecretAccessKey>the-new-secret-key</SecretAccessKey><SessionToken>the-new-session-token</SessionToken>"+
			"</Credentials><AssumedRoleUser><Arn>arn:%[1]s</Arn><AssumedRoleId>%[1]s</AssumedRoleId></AssumedRoleUser>"+
			"<SourceIdentity>%[1]s</SourceIdentity></AssumeRoleResult></AssumeRoleResponse>", echoed.Load())
		return true
	})
	for caller, secrets := range map[*assumerole.Client][]string{client: ofClient, newClient(t, server): ofAll} {
		for _, secret := range secrets {
			echoed.Store(secret)
			request.Fresh = true
			exchange, err := caller.Exchange(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			result := exchange.Result
			if result.AssumedRoleARN != nil || result.AssumedRoleID != nil || result.SourceIdentity != nil {
				t.Errorf("a secret of %d characters is in the result", len(secret))
			}
		}
	}
}

// accessKeyOf is the access key ID that signed a request.
var accessKeyOf = regexp.MustCompile(`Credential=([A-Z0-9]+)/`)

// TestRefusedSessions holds that sessions which the server doesn't accept any more are replaced, all of a chain.
func TestRefusedSessions(t *testing.T) {
	for code, want := range map[string]int{"ExpiredToken": 2, "InvalidClientTokenId": 2} {
		t.Run(code, func(t *testing.T) {
			testenv.Isolate(t)
			server, mint := startChain(t, emulator.Role{})
			request := newRequest(mint(emulator.Token{}))
			request.Hops = []assumerole.Hop{spoke(), far()}
			client := newClient(t, server)
			if _, err := client.Exchange(t.Context(), request); err != nil {
				t.Fatal(err)
			}
			var mutex sync.Mutex
			old := map[string]bool{}
			for _, call := range server.Requests() {
				if match := accessKeyOf.FindStringSubmatch(call.Header.Get("Authorization")); match != nil {
					old[match[1]] = true
				}
			}
			server.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
				mutex.Lock()
				defer mutex.Unlock()
				match := accessKeyOf.FindStringSubmatch(r.Header.Get("Authorization"))
				if len(match) < 2 || !old[match[1]] {
					return false
				}
				emulator.WriteError(w, http.StatusForbidden, code, "")
				return true
			})
			request.Fresh = true
			for range 2 {
				if _, err := client.Exchange(t.Context(), request); err != nil {
					t.Fatal(err)
				}
			}
			if got := count(server, exchangeAction); got != want {
				t.Errorf("%d exchanges, want %d", got, want)
			}
		})
	}
}

// TestAnotherIdentityInTheFile holds that a file whose token is of another identity doesn't get the session of the one
// before, and a refresh keeps the identity that it began with.
func TestAnotherIdentityInTheFile(t *testing.T) {
	t.Parallel()
	server, mint := startChain(t, emulator.Role{})
	alice, renewed := mint(emulator.Token{}), mint(emulator.Token{})
	mallory := mint(emulator.Token{Claims: map[string]any{"sub": "mallory"}})
	path := testenv.WriteFile(t, "token", alice)
	write := func(token string) {
		if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	request := newRequest("")
	request.Token, request.Hops = webidentity.File{
		Path:   path,
		Origin: origin.Of(origin.Block),
	}, []assumerole.Hop{
		spoke(),
	}
	client := newClient(t, server)
	first, err := client.Exchange(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	write(renewed)
	if _, err := client.Exchange(t.Context(), request); err != nil || count(server, exchangeAction) != 1 {
		t.Errorf("with a renewed token, there are %d exchanges: %v", count(server, exchangeAction), err)
	}
	write(mallory)
	if _, err := client.Exchange(t.Context(), request); err == nil {
		t.Error("another identity gets the session")
	}
	first.Request.Fresh = true
	if _, err := client.Exchange(t.Context(), first.Request); err != nil {
		t.Errorf("the refresh doesn't use the session that lasts: %v", err)
	}
}
