package emulator_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

// messages is an Options.Unexpected that keeps what it is told.
type messages struct {
	mu   sync.Mutex
	list []string
}

func (m *messages) add(message string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = append(m.list, message)
}

func (m *messages) take() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	joined := strings.Join(m.list, "\n")
	m.list = nil
	return joined
}

// TestUnexpectedRequests: no correct client sends these.
func TestUnexpectedRequests(t *testing.T) {
	t.Parallel()
	var unexpected messages
	f := newFixture(t, emulator.Options{Unexpected: unexpected.add})
	token := f.mint(t, emulator.Token{})
	good := url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"},
		"RoleArn": {roleARN}, "RoleSessionName": {"terraform"}, "WebIdentityToken": {token},
	}.Encode()
	const form = "application/x-www-form-urlencoded"
	header := func(name, value string) map[string]string { return map[string]string{name: value} }
	for name, test := range map[string]struct {
		method, target, contentType, body string
		headers                           map[string]string
		status                            int
		code, message                     string
	}{
		"nothing wrong": {method: "POST", target: "/", contentType: form, body: good, status: 200},
		"a token in the URL": {
			method: "POST", target: "/?WebIdentityToken=" + token, contentType: form,
			body: strings.Replace(good, "WebIdentityToken", "X", 1), status: 400, code: "InvalidQueryParameter",
			message: `["WebIdentityToken"]`,
		},
		"all of it in the URL": {
			method: "GET", target: "/?" + good, status: 400, code: "InvalidQueryParameter",
			message: "the URL has the parameters",
		},
		"another method": {
			method: "PUT", target: "/", contentType: form, body: good, status: 404, code: "UnknownOperationException",
			message: "method PUT",
		},
		"another path": {
			method: "POST", target: "/sts", contentType: form, body: good, status: 404,
			code: "UnknownOperationException", message: `path "/sts"`,
		},
		"another content type": {
			method: "POST", target: "/", contentType: "application/json", body: "{}", status: 404,
			code: "UnknownOperationException", message: "content type",
		},
		"no version": {
			method: "POST", target: "/", contentType: form, body: strings.Replace(good, "&Version=2011-06-15", "", 1),
			status: 400, code: "InvalidAction", message: "Version",
		},
		"another version": {
			method: "POST", target: "/", contentType: form,
			body: strings.Replace(good, "2011-06-15", "2010-05-08", 1), status: 400, code: "InvalidAction",
			message: "2010-05-08",
		},
		"no action": {
			method: "POST", target: "/", contentType: form,
			body: strings.Replace(good, "Action=AssumeRoleWithWebIdentity&", "", 1), status: 400,
			code: "MissingAction", message: "no Action",
		},
		"another action": {
			method: "POST", target: "/", contentType: form,
			body: strings.Replace(good, "AssumeRoleWithWebIdentity", "GetSessionToken", 1), status: 400,
			code: "InvalidAction", message: `"GetSessionToken"`,
		},
		"an unknown parameter": {
			method: "POST", target: "/", contentType: form, body: good + "&Duration=900", status: 400,
			code: "InvalidQueryParameter", message: `"Duration"`,
		},
		"a parameter in lowercase": {
			method: "POST", target: "/", contentType: form, body: good + "&policy=x", status: 400,
			code: "InvalidQueryParameter", message: `"policy"`,
		},
		"a list as a string": {
			method: "POST", target: "/", contentType: form, body: good + "&PolicyArns=arn:aws:iam::aws:policy/P",
			status: 400, code: "InvalidQueryParameter", message: `"PolicyArns"`,
		},
		"a list from zero": {
			method: "POST", target: "/", contentType: form, body: good + "&PolicyArns.member.0.arn=x", status: 400,
			code: "InvalidQueryParameter", message: "PolicyArns.member.0.arn",
		},
		"a list's other spelling": {
			method: "POST", target: "/", contentType: form, body: good + "&PolicyArns.member.1.Arn=x", status: 400,
			code: "InvalidQueryParameter", message: "PolicyArns.member.1.Arn",
		},
		"a list with a gap": {
			method: "POST", target: "/", contentType: form, body: good + "&PolicyArns.member.2.arn=x", status: 400,
			code: "InvalidQueryParameter", message: "PolicyArns.member.2.arn",
		},
		"a repeated parameter": {
			method: "POST", target: "/", contentType: form, body: good + "&RoleArn=x", status: 400,
			code: "InvalidQueryParameter", message: "more than once",
		},
		"a duration in text": {
			method: "POST", target: "/", contentType: form, body: good + "&DurationSeconds=1h", status: 400,
			code: "MalformedInput", message: "DurationSeconds",
		},
		"a body that isn't a form": {
			method: "POST", target: "/", contentType: form, body: "%zz", status: 404, code: "MalformedQueryString",
			message: "well-formed",
		},
		"a body too large": {
			method: "POST", target: "/", contentType: form, body: good + strings.Repeat("x", 1<<18), status: 413,
			code: "RequestEntityTooLarge", message: "131072",
		},
		"a signature": {
			method: "POST", target: "/", contentType: form, body: good,
			headers: header("Authorization", "AWS4-HMAC-SHA256 x"), status: 400, code: "IncompleteSignature",
			message: "is signed",
		},
		"a session token": {
			method: "POST", target: "/", contentType: form, body: good, headers: header("X-Amz-Security-Token", "x"),
			status: 403, code: "MissingAuthenticationToken", message: "is signed",
		},
		"an unknown issuer": {
			method: "GET", target: "/issuers/7/.well-known/openid-configuration", status: 404,
			message: "no issuer has a document there",
		},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequest(test.method, f.URL()+test.target, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if test.contentType != "" {
				request.Header.Set("Content-Type", test.contentType)
			}
			for name, value := range test.headers {
				request.Header.Set(name, value)
			}
			status, body := do(t, request)
			if status != test.status || (test.code != "" && !strings.Contains(body, "<Code>"+test.code+"</Code>")) {
				t.Errorf("got %d\n%s\nwant %d %s", status, body, test.status, test.code)
			}
			got := unexpected.take()
			if (test.message == "") != (got == "") || !strings.Contains(got, test.message) {
				t.Errorf("unexpected: got %q, want %q", got, test.message)
			}
			if strings.Contains(got, token) || strings.Contains(body, token) {
				t.Error("the token was given away")
			}
		})
	}
}

func TestErrorDocument(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	f.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		emulator.WriteError(w, 503, "ServiceUnavailable", "a <b> & c")
		return true
	})
	response, err := http.Post(f.URL()+"/", "application/x-www-form-urlencoded", strings.NewReader("Action=X"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	requests := f.Requests()
	id := requests[0].RequestID
	want := `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Receiver</Type>` +
		`<Code>ServiceUnavailable</Code><Message>a &lt;b&gt; &amp; c</Message></Error><RequestId>` + id +
		`</RequestId></ErrorResponse>`
	got := strings.Join(strings.Fields(body.String()), " ")
	if strings.ReplaceAll(got, "> <", "><") != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if response.Header.Get("x-amzn-RequestId") != id || response.Header.Get("Content-Type") != "text/xml" {
		t.Errorf("headers %v", response.Header)
	}
	if requests[0].Status != 503 || requests[0].ErrorCode != "ServiceUnavailable" || requests[0].Action != "X" {
		t.Errorf("recorded %v", requests[0])
	}
}

func TestIntercept(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	token := f.mint(t, emulator.Token{})
	intercept := func(w http.ResponseWriter, r *http.Request) bool {
		if r.FormValue("WebIdentityToken") != token {
			t.Error("the interceptor doesn't see the body")
		}
		emulator.WriteError(w, 400, "Throttling", "Rate exceeded")
		return true
	}
	f.Intercept(intercept)
	_, err := assume(f.Server, token)
	wantRefusal(t, err, 400, "Throttling", "Rate exceeded")

	f.Intercept(func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) })
	if _, err := assume(f.Server, token); err == nil {
		t.Error("a dropped connection succeeded")
	}
	f.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return false
		}
		_ = connection.Close()
		return true
	})
	if _, err := assume(f.Server, token); err == nil {
		t.Error("a connection that was taken over and closed succeeded")
	}
	f.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		w.(http.Flusher).Flush()
		return true
	})
	if output, err := assume(f.Server, token); err != nil || output.Credentials != nil {
		t.Errorf("an empty answer: got %v, %v", output, err)
	}
	f.Intercept(func(_ http.ResponseWriter, r *http.Request) bool { return r.ParseForm() != nil })
	mustAssume(t, f.Server, token)
	f.Intercept(nil)
	mustAssume(t, f.Server, token)

	var statuses []int
	for _, request := range f.Requests() {
		statuses = append(statuses, request.Status)
	}
	if fmt.Sprint(statuses) != "[400 0 0 200 200 200]" {
		t.Errorf("statuses %v", statuses)
	}
}

func TestRequestsTellConnectionsApart(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	token := f.mint(t, emulator.Token{})
	mustAssume(t, f.Server, token)
	mustAssume(t, f.Server, token)
	requests := f.Requests()
	if requests[0].SourceAddr == requests[1].SourceAddr || requests[0].RequestID == requests[1].RequestID {
		t.Errorf("two connections, recorded as %v", requests)
	}
	requests[0].Form.Set("RoleArn", "changed")
	if f.Requests()[0].Form.Get("RoleArn") != roleARN {
		t.Error("a caller can change the record")
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{TLS: true})
	if !strings.HasPrefix(f.URL(), "https://127.0.0.1:") || !strings.HasPrefix(f.issuer.URL(), f.URL()) {
		t.Fatalf("URL %s, issuer %s", f.URL(), f.issuer.URL())
	}
	token := f.mint(t, emulator.Token{})
	if _, err := assume(f.Server, token); err == nil {
		t.Error("a client that doesn't know the authority trusts it")
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(f.CABundle()) {
		t.Fatal("the CA bundle is no PEM")
	}
	client := newClient(f.Server, nil, func(o *sts.Options) {
		o.HTTPClient = &http.Client{
			Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true},
		}
	})
	_, err := client.AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String(roleARN), RoleSessionName: aws.String("terraform"), WebIdentityToken: aws.String(token),
	})
	if err != nil {
		t.Error(err)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	entered := make(chan struct{})
	f.Intercept(func(_ http.ResponseWriter, r *http.Request) bool {
		close(entered)
		<-r.Context().Done()
		return true
	})
	failed := make(chan error, 1)
	token := f.mint(t, emulator.Token{})
	go func() {
		_, err := assume(f.Server, token)
		failed <- err
	}()
	<-entered
	begin := time.Now()
	f.Close()
	f.Close()
	if waited := time.Since(begin); waited > time.Second {
		t.Errorf("Close took %s", waited)
	}
	if err := <-failed; err == nil {
		t.Error("the request under way succeeded")
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	var c clock
	f := newFixture(t, emulator.Options{Clock: c.now})
	token := f.mint(t, emulator.Token{})
	c.ahead = 11 * time.Minute
	_, err := assume(f.Server, token)
	wantRefusal(t, err, 400, "ExpiredTokenException", "Token expired: ")
}

func TestSecretsArentPrinted(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	token := f.mint(t, emulator.Token{})
	issued := mustAssume(t, f.Server, token).Credentials
	var printed bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&printed, nil))
	for _, value := range []any{f.Server, f.issuer, f.Requests()[0], f.Requests()} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			fmt.Fprintf(&printed, verb+"\n", value)
		}
		logger.Info("value", "value", value)
	}
	for _, secret := range []string{token, *issued.SecretAccessKey, *issued.SessionToken} {
		if strings.Contains(printed.String(), secret) {
			t.Error("a secret was printed")
		}
	}
}
