package assumerole_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// TestRequestOnTheWire holds each field of the API's request: sent when set, and as it was set.
func TestRequestOnTheWire(t *testing.T) {
	t.Parallel()
	always := map[string]string{
		"Action":          "AssumeRoleWithWebIdentity",
		"Version":         "2011-06-15",
		"RoleArn":         roleARN,
		"RoleSessionName": "test",
	}
	for name, test := range map[string]struct {
		change func(*assumerole.Request)
		want   map[string]string
	}{
		"nothing optional": {func(*assumerole.Request) {}, nil},
		"every option": {
			func(r *assumerole.Request) {
				r.PolicyARNs = []string{
					"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
				}
				r.Policy = "{ \"Version\": \"2012-10-17\",\n\t\"Statement\": [ { \"Effect\": \"Allow\", \"Action\": " +
					"\"*\", \"Resource\": \"a  b<>&\" } ] }"
				r.DurationSeconds = 900
				r.MinimumSessionTokenSize = 4096
			},
			map[string]string{
				"PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
				"PolicyArns.member.2.arn": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
				"Policy":                  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"a  b<>&"}]}`,
				"DurationSeconds":         "900", "MinimumSessionTokenSize": "4096",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, token := startSTS(t, emulator.Options{})
			request := newRequest(token)
			test.change(&request)
			if _, err := makeExchange(
				t,
				assumerole.Settings{Endpoint: server.URL(), Version: "1.2.3"},
				request,
			); err != nil {
				t.Fatal(err)
			}
			received := server.Requests()[0]
			want := url.Values{"WebIdentityToken": {token}}
			for _, parameters := range []map[string]string{always, test.want} {
				for parameter, value := range parameters {
					want.Set(parameter, value)
				}
			}
			if !reflect.DeepEqual(received.Form, want) {
				t.Errorf("got  %v\nwant %v", received.Form, want)
			}
			if agent := received.Header.Get("User-Agent"); !strings.Contains(agent, "terraform-provider-sts/1.2.3") {
				t.Errorf("the user agent is %q", agent)
			}
			if received.Header.Get("Authorization") != "" {
				t.Error("the call is signed")
			}
		})
	}
}

func TestCallIsAnonymousWhateverCredentialsLieAbout(t *testing.T) {
	testenv.Isolate(t)
	server, token := startSTS(t, emulator.Options{})
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
	t.Setenv("AWS_ROLE_ARN", "") // half a contract, which the SDK would refuse
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere")
	if _, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, newRequest(token)); err != nil {
		t.Fatal(err)
	}
	if authorization := server.Requests()[0].Header.Get("Authorization"); authorization != "" {
		t.Error("the call is signed")
	}
}

// TestHalfAContractOfTheEnvironment holds that variables which the SDK would refuse for themselves don't matter here.
func TestHalfAContractOfTheEnvironment(t *testing.T) {
	testenv.Isolate(t)
	server, token := startSTS(t, emulator.Options{})
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere")
	if _, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, newRequest(token)); err != nil {
		t.Fatal(err)
	}
}

func TestResultOfEveryField(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	request := newRequest(token)
	request.PolicyARNs = []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}
	request.DurationSeconds = 900
	before := time.Now()
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, request)
	if err != nil {
		t.Fatal(err)
	}
	result := exchange.Result
	for name, value := range map[string]secret.Text{
		"AccessKeyID": result.Credentials.AccessKeyID, "SecretAccessKey": result.Credentials.SecretAccessKey,
		"SessionToken": result.Credentials.SessionToken,
	} {
		if value.IsEmpty() {
			t.Errorf("no %s", name)
		}
	}
	life := result.Credentials.Expiration.Sub(before)
	if life < 14*time.Minute || life > 16*time.Minute || result.Credentials.Expiration.Location() != time.UTC {
		t.Errorf("the credentials expire at %v", result.Credentials.Expiration)
	}
	for name, values := range map[string][2]string{
		"AssumedRoleARN": {*result.AssumedRoleARN, "arn:aws:sts::111122223333:assumed-role/deploy/test"},
		"Subject":        {*result.SubjectFromWebIdentityToken, subject},
		"Audience":       {*result.Audience, "sts.example.com"},
	} {
		if values[0] != values[1] {
			t.Errorf("%s is %q, want %q", name, values[0], values[1])
		}
	}
	if !strings.HasSuffix(*result.AssumedRoleID, ":test") || result.Provider == nil || result.RequestID == "" {
		t.Errorf("got %+v", result)
	}
	if result.PackedPolicySize == nil || result.SessionTokenSize == nil || result.SessionTokenUtilization == nil {
		t.Error("a size is missing")
	}
	if result.SourceIdentity != nil {
		t.Errorf("a source identity out of nowhere: %q", *result.SourceIdentity)
	}
	if exchange.Claims == nil || exchange.Claims.Subject != subject {
		t.Errorf("the claims are %+v", exchange.Claims)
	}
	checkRedacted(
		t,
		[]string{token, result.Credentials.SecretAccessKey.Reveal(), result.Credentials.SessionToken.Reveal()},
		exchange,
		request,
		result,
		*result,
	)
}

// checkRedacted holds that no way of printing values shows what is secret in them.
func checkRedacted(t *testing.T, secrets []string, values ...any) {
	t.Helper()
	var printed bytes.Buffer
	for _, value := range values {
		fmt.Fprintf(&printed, "%v %+v %#v %s %x ", value, value, value, value, value)
		asJSON, err := json.Marshal(value)
		if err != nil {
			t.Errorf("%T: %v", value, err)
		}
		printed.Write(asJSON)
		slog.New(slog.NewTextHandler(&printed, nil)).Info("a line", "value", value)
		slog.New(slog.NewJSONHandler(&printed, nil)).Info("a line", "value", value)
	}
	for _, secret := range secrets {
		if text := printed.String(); strings.Contains(text, secret) ||
			strings.Contains(text, hex.EncodeToString([]byte(secret))) {
			t.Error("a secret is printed")
		}
	}
}

// answers starts a server that is no good STS.
func answers(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// switchProtocols asks to go on in another protocol, and then says nothing.
func switchProtocols(w http.ResponseWriter, r *http.Request) {
	connection, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	_, _ = buffered.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
	_ = buffered.Flush()
	time.AfterFunc(4*time.Second, func() { _ = connection.Close() })
	_ = r
}

const minioAnswer = `<?xml version="1.0" encoding="UTF-8"?>
<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<AssumedRoleUser><Arn></Arn><AssumeRoleId></AssumeRoleId></AssumedRoleUser>
<Credentials><AccessKeyId>KEYID</AccessKeyId><SecretAccessKey>SECRET</SecretAccessKey><SessionToken>SESSION</SessionToken><Expiration>2999-01-02T03:04:05Z</Expiration></Credentials>
<SubjectFromWebIdentityToken>sub-of-minio</SubjectFromWebIdentityToken></AssumeRoleWithWebIdentityResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>`

func TestServerThatIsNotAWSs(t *testing.T) {
	t.Parallel()
	var received url.Values
	endpoint := answers(t, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		received = r.PostForm
		answer(200, "text/xml", minioAnswer)(w, r)
	})
	request := newRequest("an-opaque-token")
	request.RoleARN = "" // as in MinIO's claim mode
	request.DurationSeconds = 365 * 24 * 3600
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: endpoint}, request)
	if err != nil {
		t.Fatal(err)
	}
	if !received.Has("RoleArn") || received.Get("DurationSeconds") != "31536000" {
		t.Errorf("it received %v", received)
	}
	if got := exchange.Result; got.Credentials.AccessKeyID.Reveal() != "KEYID" || got.AssumedRoleARN != nil ||
		got.AssumedRoleID != nil ||
		got.Audience != nil ||
		got.Provider != nil ||
		got.PackedPolicySize != nil ||
		got.SessionTokenSize != nil ||
		*got.SubjectFromWebIdentityToken != "sub-of-minio" {
		t.Errorf("got %+v", got)
	}
}

// TestAnswersThatAreNoneOfSTS holds that each is an error of its own kind, at once, and without what the answer held.
func TestAnswersThatAreNoneOfSTS(t *testing.T) {
	const leak = "wJalrXUtnFEMISECRET"
	const html = "<html><body>Welcome " + leak + "</body></html>"
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		kind    assumerole.AnswerKind
		want    string
	}{
		"a page of HTML": {
			handler: answer(200, "text/html", html), kind: assumerole.AnswerHTML,
			want: "(HTTP status 200) is a page of HTML",
		},
		"a page of HTML that errs": {
			handler: answer(404, "text/html; charset=utf-8", "Not found "+leak), kind: assumerole.AnswerHTML,
			want: "(HTTP status 404) is a page of HTML",
		},
		"HTML that doesn't say so": {
			handler: answer(200, "text/plain", " <!DOCTYPE HTML PUBLIC>"+html), kind: assumerole.AnswerHTML,
			want: "is a page of HTML",
		},
		"JSON": {
			handler: answer(200, "application/json", `{"key":"`+leak+`"}`), kind: assumerole.AnswerForeign,
			want: "isn't one of STS, but of type application/json",
		},
		"another service's XML": {
			handler: answer(
				200, "text/xml",
				`<?xml version="1.0"?><ListAllMyBucketsResult><Owner>`+leak+`</Owner></ListAllMyBucketsResult>`,
			),
			kind: assumerole.AnswerForeign, want: "isn't one of STS",
		},
		"http at a port for https": {
			handler: answer(
				400, "text/html",
				"<html><center>The plain HTTP request was sent to HTTPS port</center>"+leak+"</html>",
			),
			kind: assumerole.AnswerWantsTLS, want: "wants https",
		},
		"the same by Go": {
			handler: answer(400, "", "Client sent an HTTP request to an HTTPS server."),
			kind:    assumerole.AnswerWantsTLS, want: "wants https",
		},
		"nothing": {
			handler: answer(200, "text/xml", ""), kind: assumerole.AnswerEmpty, want: "is empty",
		},
		"whitespace": {
			handler: answer(200, "text/xml", "\r\n "), kind: assumerole.AnswerEmpty, want: "is empty",
		},
		"no credentials": {
			handler: answer(
				200, "text/xml",
				strings.Split(minioAnswer, "<Credentials>")[0]+strings.Split(minioAnswer, "</Credentials>")[1],
			),
			kind: assumerole.AnswerNoCredentials, want: "has no credentials",
		},
		"half of the credentials": {
			handler: answer(200, "text/xml", strings.Replace(minioAnswer, "SECRET", "", 1)),
			kind:    assumerole.AnswerPartialCredentials, want: "incomplete credentials",
		},
		"no session token": {
			handler: answer(200, "text/xml", strings.Replace(minioAnswer, "SESSION", "", 1)),
			kind:    assumerole.AnswerPartialCredentials, want: "incomplete credentials",
		},
		"another protocol": {
			handler: switchProtocols, kind: assumerole.AnswerOtherProtocol,
			want: "asks to switch to another protocol",
		},
		"old credentials": {
			handler: answer(200, "text/xml", strings.Replace(minioAnswer, "2999", "2001", 1)),
			kind:    assumerole.AnswerExpired, want: "already expired, at 2001-01-02T03:04:05Z",
		},
		"a time in another form": {
			handler: answer(200, "text/xml", strings.Replace(minioAnswer, "2999-01-02T03:04:05Z", "Wed, 02 Jan 2999 "+
				"03:04:05 GMT", 1)),
			kind: assumerole.AnswerBadTime, want: "isn't a time",
		},
		"a time that is none": {
			handler: answer(200, "text/xml", strings.Replace(minioAnswer, "2999-01-02T03:04:05Z", leak, 1)),
			kind:    assumerole.AnswerBadTime, want: "isn't a time",
		},
		"an answer cut short": {
			handler: answer(200, "text/xml", minioAnswer[:300]), kind: assumerole.AnswerCutOff, want: "breaks off",
		},
		"an answer that doesn't end": {
			handler: answer(200, "text/xml", strings.Replace(minioAnswer, "KEYID", strings.Repeat("x", 2<<20), 1)),
			kind:    assumerole.AnswerTooLarge, want: "larger than 1 MiB",
		},
		"another service's error": {
			handler: answer(400, "text/xml", "<Oops><Why>"+leak+"</Why></Oops>"), kind: assumerole.AnswerForeign,
			want: "isn't one of STS",
		},
		"an error without a code": {
			handler: answer(400, "text/xml", "<ErrorResponse><Why>"+leak+"</Why></ErrorResponse>"),
			kind:    assumerole.AnswerNoCode, want: "(HTTP status 400) is an error without a code",
		},
	} {
		t.Run(name, func(t *testing.T) {
			testenv.Isolate(t)
			t.Setenv("AWS_MAX_ATTEMPTS", "2")
			calls, want := 0, 1
			if test.kind == assumerole.AnswerCutOff { // which may pass
				want = 2
			}
			endpoint := answers(t, test.handler)
			request := newRequest("an-opaque-token")
			request.Attempted = func(attempt assumerole.Attempt) {
				// a busy machine may break a connection
				if _, ok := errors.AsType[*assumerole.AnswerError](attempt.Err); ok {
					calls++
				}
			}
			_, err := makeExchange(t, assumerole.Settings{Endpoint: endpoint}, request)
			if problem, ok := errors.AsType[*assumerole.AnswerError](
				err,
			); !ok || problem.Kind != test.kind ||
				!strings.Contains(err.Error(), test.want) {
				t.Errorf("got %T: %v, want %q", err, err, test.want)
			}
			if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), leak) {
				t.Errorf("what the answer held is in the error: %v", err)
			}
			if calls != want {
				t.Errorf("%d calls have an answer, want %d", calls, want)
			}
		})
	}
}

func TestRefusalCarriesTheServicesWordsScrubbed(t *testing.T) {
	t.Parallel()
	token := "header12.claims12.signature"
	endpoint := answers(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-amzn-RequestId", "request-1")
		emulator.WriteError(w, 400, "ValidationError", "Value 'header12.claims12.signature' at 'webIdentityToken' is "+
			"bad\x1b[2J")
	})
	_, err := makeExchange(t, assumerole.Settings{Endpoint: endpoint}, newRequest(token))
	service, ok := errors.AsType[*assumerole.ServiceError](err)
	if !ok {
		t.Fatalf("got %T: %v", err, err)
	}
	if service.Code != "ValidationError" || service.HTTPStatus != 400 || service.RequestID == "" ||
		!strings.Contains(service.Message, "at 'webIdentityToken' is [") {
		t.Errorf("got %+v", service)
	}
	for _, forbidden := range []string{"header12", "claims12", "signature", "\x1b"} {
		if strings.Contains(err.Error(), forbidden) {
			t.Errorf("%q is in %q", forbidden, err.Error())
		}
	}
}

// TestEmptyNumbersAreNull holds that what is sent empty is as good as what isn't sent.
func TestEmptyNumbersAreNull(t *testing.T) {
	t.Parallel()
	body := strings.Replace(
		minioAnswer,
		"<Expiration>2999-01-02T03:04:05Z</Expiration>",
		"<Expiration></Expiration>",
		1,
	)
	body = strings.Replace(body, "<SubjectFromWebIdentityToken>", "<PackedPolicySize/><SessionTokenSize> "+
		"</SessionTokenSize><SessionTokenUtilization x:nil='true'/><SubjectFromWebIdentityToken>", 1)
	exchange, err := makeExchange(
		t,
		assumerole.Settings{Endpoint: answers(t, answer(200, "text/xml", body))},
		newRequest("an-opaque-token"),
	)
	if err != nil {
		t.Fatal(err)
	}
	if got := exchange.Result; got.Credentials.Expiration != nil || got.PackedPolicySize != nil ||
		got.SessionTokenSize != nil {
		t.Errorf("got %+v", got)
	}
}

// TestNumbersThatAreNone holds that a size which can't be one is as good as none: the credentials are good all the
// same.
func TestNumbersThatAreNone(t *testing.T) {
	t.Parallel()
	for _, size := range []string{"99999999999", "-5", "much", "1.5"} {
		body := strings.Replace(
			minioAnswer,
			"<SubjectFrom",
			"<PackedPolicySize>"+size+"</PackedPolicySize><SessionTokenSize unit='b'> 7 "+
				"</SessionTokenSize><SubjectFrom",
			1,
		)
		exchange, err := makeExchange(
			t,
			assumerole.Settings{Endpoint: answers(t, answer(200, "text/xml", body))},
			newRequest("an-opaque-token"),
		)
		if err != nil || exchange.Result.PackedPolicySize != nil || exchange.Result.SessionTokenSize == nil ||
			*exchange.Result.SessionTokenSize != 7 {
			t.Errorf("%s: got %+v, %v", size, exchange.Result, err)
		}
	}
}

// TestClocksMayDiffer holds that credentials which seem to have just expired are taken: this machine's clock may be
// wrong.
func TestClocksMayDiffer(t *testing.T) {
	t.Parallel()
	body := strings.Replace(
		minioAnswer,
		"2999-01-02T03:04:05Z",
		time.Now().Add(-5*time.Minute).UTC().Format(time.RFC3339),
		1,
	)
	if _, err := makeExchange(
		t,
		assumerole.Settings{Endpoint: answers(t, answer(200, "text/xml", body))},
		newRequest("an-opaque-token"),
	); err != nil {
		t.Error(err)
	}
}

func TestRedirectIsRefusedAtOnce(t *testing.T) {
	testenv.Isolate(t)
	elsewhere := answers(t, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
	calls := 0
	endpoint := answers(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
	})
	_, err := makeExchange(t, assumerole.Settings{Endpoint: endpoint}, newRequest("an-opaque-token"))
	if redirect, ok := errors.AsType[*transport.RedirectError](err); !ok || redirect.Status != 307 {
		t.Errorf("got %T: %v", err, err)
	}
	if calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestConnectionsThatFail(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	var connections atomic.Int32
	counted := func(start func(*httptest.Server)) string {
		server := httptest.NewUnstartedServer(answer(200, "text/xml", minioAnswer))
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				connections.Add(1)
			}
		}
		start(server)
		t.Cleanup(server.Close)
		return server.URL
	}
	selfSigned, plain := counted((*httptest.Server).StartTLS), counted((*httptest.Server).Start)
	hangsUp := answers(t, func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = connection.Close()
	})
	for name, test := range map[string]struct {
		endpoint string
		kind     assumerole.ConnectionKind
		want     string
	}{
		"a closed port": {
			endpoint: "http://" + closed.Addr().String(), kind: assumerole.ConnectionRefused,
			want: "nothing listens on the port",
		},
		"a certificate nobody vouches": {
			endpoint: selfSigned, kind: assumerole.ConnectionCertificate, want: "certificate isn't trusted",
		},
		"plain http in place of https": {
			endpoint: strings.Replace(plain, "http:", "https:", 1), kind: assumerole.ConnectionNotTLS,
			want: "speaks plain http",
		},
		"a server that hangs up": {
			endpoint: hangsUp, kind: assumerole.ConnectionClosed, want: "the connection was closed",
		},
		"a proxy that refuses": {
			endpoint: "https://sts.example.com", kind: assumerole.ConnectionDenied,
			want: "the proxy doesn't connect (HTTP status 403)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			testenv.Isolate(t)
			if strings.HasPrefix(test.endpoint, "http:") {
				t.Setenv("AWS_MAX_ATTEMPTS", "1") // these faults may pass; the others are never tried again
			}
			connections.Store(0)
			testenv.Refused()
			_, err := makeExchange(t, assumerole.Settings{Endpoint: test.endpoint}, newRequest("an-opaque-token"))
			if problem, ok := errors.AsType[*assumerole.ConnectionError](
				err,
			); !ok || problem.Kind != test.kind ||
				!strings.Contains(err.Error(), test.want) {
				t.Errorf("got %T: %v, want %q", err, err, test.want)
			}
			if exchange := int(connections.Load()) + len(testenv.Refused()); exchange > 1 {
				t.Errorf("it was tried %d times", exchange)
			}
		})
	}
}

func TestCABundleOfTheEnvironmentIsTrusted(t *testing.T) {
	testenv.Isolate(t)
	server, token := startSTS(t, emulator.Options{TLS: true})
	_, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, newRequest(token))
	if err == nil || !strings.Contains(err.Error(), "certificate isn't trusted") {
		t.Fatalf("without the bundle: %v", err)
	}
	t.Setenv("AWS_CA_BUNDLE", testenv.WriteFile(t, "ca.pem", string(server.CABundle())))
	if _, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, newRequest(token)); err != nil {
		t.Fatalf("with the bundle: %v", err)
	}
}

// silent starts a server that takes connections and says nothing.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return "http://" + listener.Addr().String()
}

func TestTimeoutEndsWaitingAndSaysWhere(t *testing.T) {
	testenv.Isolate(t)
	request := newRequest("an-opaque-token")
	request.Timeout = 300 * time.Millisecond
	start := time.Now()
	exchange, err := makeExchange(t, assumerole.Settings{Endpoint: silent(t)}, request)
	timeout, ok := errors.AsType[*assumerole.TimeoutError](err)
	if !ok || timeout.Last != nil || timeout.Timeout != request.Timeout || timeout.During != assumerole.StageCall ||
		exchange.Destination.EndpointOrigin != origin.Of(origin.ProviderBlock) {
		t.Errorf("got %T: %v", err, err)
	}
	if elapsed := time.Since(start); elapsed > 2*time.Second {
		t.Errorf("it took %s", elapsed)
	}
}

func TestTimeoutCoversRetries(t *testing.T) {
	testenv.Isolate(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "1000")
	request := newRequest("an-opaque-token")
	request.Timeout = time.Second
	start := time.Now()
	exchange, err := makeExchange(
		t,
		assumerole.Settings{Endpoint: answers(t, answer(503, "text/plain", "later"))},
		request,
	)
	timeout, ok := errors.AsType[*assumerole.TimeoutError](err)
	if !ok || timeout.Last == nil || timeout.Last.Error() != "the answer (HTTP status 503) isn't one of STS, but of "+
		"type text/plain" {
		t.Errorf("got %T: %v", err, err)
	}
	if exchange.Calls < 1 {
		t.Errorf("it tells of %d calls", exchange.Calls)
	}
	if elapsed := time.Since(start); elapsed > 3*time.Second {
		t.Errorf("it took %s", elapsed)
	}
}

func TestInterruptEndsAtOnce(t *testing.T) {
	testenv.Isolate(t)
	client, err := assumerole.NewClient(t.Context(), assumerole.Settings{Endpoint: silent(t)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	start := time.Now()
	_, err = client.Exchange(ctx, newRequest("an-opaque-token"))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %T: %v", err, err)
	}
	if elapsed := time.Since(start); elapsed > 2*time.Second {
		t.Errorf("it took %s", elapsed)
	}
}

func TestPassingFaultIsTriedAgain(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	faults := 0
	server.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		faults++
		if faults < 3 {
			emulator.WriteError(w, 400, "Throttling", "Rate exceeded")
		}
		return faults < 3
	})
	if _, err := makeExchange(t, assumerole.Settings{Endpoint: server.URL()}, newRequest(token)); err != nil {
		t.Fatal(err)
	}
}

// TestIdentityProviderThatCannotBeReached holds that STS's own word for a passing fault is tried again, and not
// forever.
func TestIdentityProviderThatCannotBeReached(t *testing.T) {
	testenv.Isolate(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "2")
	calls := 0
	endpoint := answers(t, func(w http.ResponseWriter, _ *http.Request) {
		calls++
		emulator.WriteError(w, 400, "IDPCommunicationError", "The identity provider can't be reached")
	})
	_, err := makeExchange(t, assumerole.Settings{Endpoint: endpoint}, newRequest("an-opaque-token"))
	if service, ok := errors.AsType[*assumerole.ServiceError](
		err,
	); !ok || service.Code != "IDPCommunicationError" ||
		calls != 2 {
		t.Errorf("got %T: %v, after %d calls", err, err, calls)
	}
}

func TestTokenIsReadForEachExchange(t *testing.T) {
	t.Parallel()
	server, token := startSTS(t, emulator.Options{})
	path := testenv.WriteFile(t, "token", token)
	client, err := assumerole.NewClient(t.Context(), assumerole.Settings{Endpoint: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	request := newRequest("")
	request.Token = webidentity.File{Path: path, Origin: origin.Of(origin.Block)}
	request.Fresh = true
	for range 2 {
		if _, err := client.Exchange(t.Context(), request); err != nil {
			t.Fatal(err)
		}
	}
	request.Token = webidentity.File{Path: path + "-gone", Origin: origin.Of(origin.Block)}
	if _, err := client.Exchange(t.Context(), request); err == nil || len(server.Requests()) != 2 {
		t.Errorf("got %v, after %d requests", err, len(server.Requests()))
	}
}
