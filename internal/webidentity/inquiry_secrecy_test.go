package webidentity_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

func TestNoRedirectIsFollowed(t *testing.T) {
	for name, platform := range platforms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			elsewhere := play(t, always(http.StatusOK, platform.answer(jwt())))
			for _, status := range []int{301, 302, 303, 307, 308} {
				server := play(t, func(w http.ResponseWriter, r *http.Request, _ int) {
					http.Redirect(w, r, elsewhere.URL, status)
				})
				_, err := platform.source(server).Token(t.Context())
				expectError(
					t,
					err,
					platform.place(),
					"redirect to \""+strings.TrimPrefix(elsewhere.URL, "http://"),
					fmt.Sprintf("HTTP status %d", status),
				)
				server.only(t)
			}
			if len(elsewhere.requests()) != 0 {
				t.Error("a redirect was followed")
			}
		})
	}
}

func TestNoRedirectIsFollowedByAPlainClientEither(t *testing.T) {
	elsewhere := play(t, always(http.StatusOK, `{"value":"`+jwt()+`"}`))
	server := play(t, func(w http.ResponseWriter, r *http.Request, _ int) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	source := gitHub(server, server.URL)
	source.Client = &http.Client{}
	_, err := source.Token(t.Context())
	expectError(
		t,
		err,
		webidentity.Error{Platform: "github_actions"},
		"redirect to ",
	)
	if len(elsewhere.requests()) != 0 {
		t.Error("a redirect was followed")
	}
}

// TestTokenWithTheBearerIsAnError checks that a platform can't have the claims of its token show the bearer in errors.
func TestTokenWithTheBearerIsAnError(t *testing.T) {
	for name, platform := range platforms() {
		if platform.bearer == "" {
			continue
		}
		for _, claims := range []string{
			`{"sub":"` + platform.bearer + `"}`, `{"sub":"repo:` + platform.bearer[4:24] + `"}`,
			`{"sub":"s","aud":["a","` + platform.bearer + `"]}`, `{"iss":"https://` + platform.bearer +
				`.example.com"}`,
		} {
			server := play(t, always(http.StatusOK, platform.answer(token(`{}`, claims))))
			_, err := platform.source(server).Token(t.Context())
			t.Log(name)
			expectError(t, err, platform.place(), "contain the credential of the request")
			if strings.Contains(err.Error(), platform.bearer[4:24]) {
				t.Errorf("the bearer is in the error: %v", err)
			}
		}
	}
}

func TestAnswersWithoutATokenAreErrors(t *testing.T) {
	for name, platform := range platforms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for name, test := range map[string]struct{ body, want string }{
				"HTML":             {"<!DOCTYPE html><title>c2VjcmV0</title>", "something else"},
				"other JSON":       {`{"other":"c2VjcmV0"}`, "something else"},
				"an empty token":   {platform.answer(""), "is empty"},
				"no JWT":           {platform.answer("c2VjcmV0-c2VjcmV0"), "isn't a JWT"},
				"an opaque token":  {platform.answer("ya29.c2VjcmV0"), "isn't a JWT"},
				"three characters": {platform.answer("abc"), "too short"},
				"a long token": {
					platform.answer(token(`{}`, `{"sub":"`+strings.Repeat("x", 20000)+`"}`)),
					"the token is too long",
				},
				"a huge answer":  {platform.answer(strings.Repeat("c2VjcmV0", 16<<10)), "larger than 64 KiB"},
				"a huger answer": {platform.answer(strings.Repeat("c2VjcmV0", 512<<10)), "larger than 64 KiB"},
			} {
				server := play(t, always(http.StatusOK, test.body))
				_, err := platform.source(server).Token(t.Context())
				t.Log(name)
				expectError(t, err, platform.place(), test.want)
				if strings.Contains(err.Error(), "c2VjcmV0") {
					t.Errorf("the answer is in the error: %v", err)
				}
				server.only(t)
			}
		})
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	for name, platform := range platforms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if platform.problem == nil {
				t.Skip("no failure of this platform's is shown")
			}
			server := play(
				t,
				always(http.StatusBadRequest, platform.problem("No: "+bearer+" and "+jwt()+` \u001b[31m`)),
			)
			source := platform.source(server)
			_, err := source.Token(t.Context())
			expectError(t, err, platform.place(), "No: ", "characters left out]")
			printed := fmt.Sprintf("%v %+v %#v %v %+v %#v %s", err, err, err, source, source, source, source.Key())
			if platform.bearer == "" {
				printed = strings.ReplaceAll(printed, bearer, "") // which it doesn't know, so it can't have sent it
			}
			for _, hidden := range []string{bearer, jwt(), strings.Split(jwt(), ".")[1], "\x1b"} {
				if strings.Contains(printed, hidden) {
					t.Errorf("%q is in %s", hidden, printed)
				}
			}
		})
	}
}

func TestAConnectionsErrorHoldsNoSecret(t *testing.T) {
	source := gitHub(nil, "https://platform.example/?x=query")
	source.Client = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("broke after %s", r.Header.Get("Authorization"))
	})}
	_, exchange, err := fetch(t, source)
	expectError(t, err, webidentity.Error{Platform: "github_actions"}, "broke after Bearer [")
	if exchange.Requests != 3 {
		t.Errorf("the token was requested %d times", exchange.Requests)
	}
	printed := fmt.Sprintf("%v %#v", err, err) + explainedExchange(exchange, err)
	if strings.Contains(printed, bearer) || strings.Contains(printed, "x=query") {
		t.Errorf("a secret is in %s", printed)
	}
}

func TestABearerGoesByHTTPSOrNotAtAll(t *testing.T) {
	var reached atomic.Int32
	client := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		reached.Add(1)
		return nil, errors.New("reached")
	})}
	dial := func(context.Context, string, string) (net.Conn, error) {
		reached.Add(1)
		return nil, errors.New("reached")
	}
	for _, address := range []string{
		"http://platform.example/x", "http://localhost.example", "http://10.0.0.1", "http://169.254.1.1.example",
		"https://user:hidden@platform.example",
		"http://user@127.0.0.1", "//platform.example", "platform.example", "https:platform.example", "https://",
		"ftp://127.0.0.1", "unix:///run/x", "%zz",
	} {
		for member, source := range map[string]webidentity.PlatformRequest{
			"github_actions": gitHub(nil, address), "azure_devops": azureDevOps(nil, address),
			"buildkite":              buildkite(nil, address),
			"azure_managed_identity": azureApp(nil, address),
		} {
			_, err := reaching(source, client, dial).Token(t.Context())
			t.Log(member, address)
			expectError(
				t,
				err,
				webidentity.Error{Platform: member},
				"The environment variable ",
			)
			if strings.Contains(err.Error(), "hidden") {
				t.Errorf("the password is in the error: %v", err)
			}
		}
	}
	for _, source := range []webidentity.PlatformRequest{
		gitHub(nil, "http://169.254.1.1"), azureDevOps(nil, "http://169.254.1.1"), buildkite(nil, "http://[fe80::1]"),
	} {
		if _, err := reaching(source, client, dial).Token(t.Context()); err == nil || reached.Load() != 0 {
			t.Errorf("%s: a link-local address is for Azure alone: %v", explain.SourceName(source), err)
		}
	}
	if reached.Load() != 0 {
		t.Error("a bearer was sent")
	}
}

// reaching gives the source with another way to its platform.
func reaching(
	source webidentity.PlatformRequest,
	client *http.Client,
	dial func(context.Context, string, string) (net.Conn, error),
) webidentity.RequestSource {
	source.Client, source.Dial = client, dial
	return source
}

func TestMetadataServicesAreNeverReachedThroughAProxy(t *testing.T) {
	testenv.Refused()
	source := gitHub(nil, "https://platform.example")
	source.Client = nil
	if _, err := source.Token(
		t.Context(),
	); err == nil ||
		!slices.Equal(testenv.Refused(), []string{"platform.example:443"}) {
		t.Fatalf("the proxy that this test watches isn't used by anyone: %v", err)
	}

	for address, source := range map[string]webidentity.PlatformRequest{
		"metadata.google.internal:80": ask(webidentity.GoogleCompute, values{"audience": "a"}),
		"metadata.example:8080": webidentity.GoogleCompute.Request(webidentity.Requester{
			Getenv: variables(map[string]string{"GCE_METADATA_HOST": "metadata.example:8080"}),
		}, values{"audience": "a"}),
		"169.254.169.254:80":   azureMachine(&standIn{}),
		"169.254.129.4:8081":   azureApp(nil, "http://169.254.129.4:8081/msi/token"),
		"[fe80::1]:80":         azureApp(nil, "http://[fe80::1]/msi/token"),
		"platform.example:443": azureApp(nil, "https://platform.example/msi/token"),
	} {
		var dialled []string
		_, err := reaching(source, unused(t), func(_ context.Context, _, address string) (net.Conn, error) {
			dialled = append(dialled, address)
			return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
		}).Token(t.Context())
		if err == nil || !slices.Equal(dialled, []string{address}) {
			t.Errorf("%s: %v was dialled: %v", address, dialled, err)
		}
	}
	if refused := testenv.Refused(); len(refused) != 0 {
		t.Errorf("the proxy was asked for %v", refused)
	}
}

// unused is a client that must not be used.
func unused(t *testing.T) *http.Client {
	t.Helper()
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		t.Errorf("the client for named hosts was asked for %s", r.URL)
		return nil, errors.New("the wrong client")
	})}
}
