package assumerole_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/stsstub"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// BenchmarkExchange has an STS on loopback that answers at once.
func BenchmarkExchange(b *testing.B) {
	token := webidentity.Inline{Value: secret.New(stsstub.Token())}
	for name, request := range map[string]assumerole.Request{
		"a session of its own": {RoleARN: roleARN, Token: token, Fresh: true},
		"a shared session":     {RoleARN: roleARN, Token: token},
	} {
		b.Run(name, func(b *testing.B) {
			server := startAnswering(b, http.StatusOK, stsstub.Answer(roleARN, "test"))
			measure(b, newBenchClient(b, server), request, "")
		})
	}
	b.Run("roles side by side", func(b *testing.B) {
		client := newBenchClient(b, startAnswering(b, http.StatusOK, stsstub.Answer(roleARN, "test")))
		b.ReportAllocs()
		b.RunParallel(func(loop *testing.PB) {
			for loop.Next() {
				request := complete(assumerole.Request{RoleARN: roleARN, Token: token, Fresh: true})
				if _, err := client.Exchange(b.Context(), request); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkAnswer reads answers of each kind. The plain request, which discards the answer, is the cost of HTTP.
func BenchmarkAnswer(b *testing.B) {
	request := assumerole.Request{
		RoleARN: roleARN,
		Token:   webidentity.Inline{Value: secret.New(stsstub.Token())},
		Fresh:   true,
	}
	session := stsstub.Answer(roleARN, "test")
	b.Run("plain request", func(b *testing.B) {
		server := startAnswering(b, http.StatusOK, session)
		b.ReportAllocs()
		for b.Loop() {
			discard(b, server)
		}
	})
	for name, answer := range map[string]struct {
		status       int
		body, failed string
	}{
		"session": {status: http.StatusOK, body: session},
		"session of 64 KiB": {
			status: http.StatusOK,
			body:   strings.Replace(session, "SESSIONTOKEN", strings.Repeat("SESSIONTOKEN", 64*1024/12), 1),
		},
		"refusal": {status: http.StatusForbidden, body: refusalText, failed: "AccessDenied"},
		"page of another kind": {
			status: http.StatusForbidden, body: "<html><body>" + strings.Repeat("<p>no</p>", 1000) + "</body></html>",
			failed: "403",
		},
		"refusal with a secret": {
			status: http.StatusForbidden, body: strings.Replace(refusalText, "Not authorized", stsstub.Token(), 1),
			failed: "AccessDenied",
		},
	} {
		b.Run(name, func(b *testing.B) {
			measure(b, newBenchClient(b, startAnswering(b, answer.status, answer.body)), request, answer.failed)
		})
	}
}

const refusalText = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code>` +
	`<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error><RequestId>8b2d8a3c-0000-4000-8000-000000000000</RequestId></ErrorResponse>`

// BenchmarkNewClient is what each start of the provider pays.
func BenchmarkNewClient(b *testing.B) {
	ownConfiguration(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := assumerole.NewClient(
			b.Context(),
			assumerole.Settings{Endpoint: "http://127.0.0.1:9"},
		); err != nil {
			b.Fatal(err)
		}
	}
}

// measure makes exchanges, which fail with a text, or succeed if there is none.
func measure(b *testing.B, client *assumerole.Client, request assumerole.Request, failed string) {
	b.Helper()
	request = complete(request)
	b.ReportAllocs()
	for b.Loop() {
		_, err := client.Exchange(b.Context(), request)
		if _, ok := errors.AsType[*assumerole.ConnectionError](err); ok && failed != "" {
			continue // Go's client sometimes closes the connection of an error with a long body
		}
		if (err != nil) != (failed != "") || !strings.Contains(fmt.Sprint(err), failed) {
			b.Fatalf("got %v, want %q", err, failed)
		}
	}
}

// complete adds what every request has.
func complete(request assumerole.Request) assumerole.Request {
	request.RoleSessionName, request.Timeout = "test", assumerole.DefaultTimeout
	return request
}

func startAnswering(b *testing.B, status int, body string) string {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	b.Cleanup(server.Close)
	return server.URL
}

func discard(b *testing.B, url string) {
	b.Helper()
	response, err := http.Post(
		url,
		"application/x-www-form-urlencoded",
		strings.NewReader("Action=AssumeRoleWithWebIdentity"),
	)
	if err != nil {
		b.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
}

func newBenchClient(b *testing.B, endpoint string) *assumerole.Client {
	b.Helper()
	ownConfiguration(b)
	none := 0
	client, err := assumerole.NewClient(b.Context(), assumerole.Settings{Endpoint: endpoint, MaxRetries: &none})
	if err != nil {
		b.Fatal(err)
	}
	return client
}

// ownConfiguration keeps the machine's shared configuration out.
func ownConfiguration(b *testing.B) {
	b.Helper()
	missing := filepath.Join(b.TempDir(), "missing")
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		b.Setenv(name, missing)
	}
	for _, name := range []string{
		"AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_REGION", "AWS_CA_BUNDLE",
	} {
		b.Setenv(name, "")
	}
}
