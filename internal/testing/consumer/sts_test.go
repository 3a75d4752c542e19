package consumer

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync/atomic"
	"testing"
)

const (
	accessKey    = "ASIAEXAMPLEEXAMPLE11"
	secretKey    = "secret-key-that-nobody-may-see"
	sessionToken = "session-token-that-nobody-may-see"

	accountID = "123456789012"
	arn       = "arn:aws:sts::123456789012:assumed-role/deploy/session"
	userID    = "AROAEXAMPLEEXAMPLE11:session"
)

// fakeSTS answers GetCallerIdentity alone. Any request but the one the credentials above make fails the test.
type fakeSTS struct {
	url   string
	calls atomic.Int64
}

func startSTS(t *testing.T) *fakeSTS {
	t.Helper()
	fake := &fakeSTS{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fake.calls.Add(1)
		if problem := difference(r); problem != "" {
			t.Error(problem)
			http.Error(w, problem, http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		write(t, w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult><Arn>%s</Arn><UserId>%s</UserId><Account>%s</Account></GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`, arn, userID, accountID)
	}))
	t.Cleanup(server.Close)
	fake.url = server.URL
	return fake
}

var signedWithKey = regexp.MustCompile(
	`^AWS4-HMAC-SHA256 Credential=` + accessKey +
		`/\d{8}/us-east-2/sts/aws4_request, SignedHeaders=\S*x-amz-security-token\S*, Signature=[0-9a-f]{64}$`,
)

// difference says how a request differs from GetCallerIdentity signed with the credentials above, for us-east-2.
func difference(r *http.Request) string {
	if action := r.PostFormValue("Action"); r.Method != http.MethodPost || action != "GetCallerIdentity" {
		return fmt.Sprintf("STS got %s %s with Action %q, want POST and GetCallerIdentity", r.Method, r.URL, action)
	}
	if got := r.Header.Get("Authorization"); !signedWithKey.MatchString(got) {
		return fmt.Sprintf("STS got Authorization %q, want it to match %s", got, signedWithKey)
	}
	if token := r.Header.Get("X-Amz-Security-Token"); token != sessionToken {
		return fmt.Sprintf("STS got X-Amz-Security-Token %q, want %q", token, sessionToken)
	}
	return ""
}

// startRefusingSTS refuses every request with a message that quotes its session token, as STS does.
func startRefusingSTS(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusForbidden)
		write(t, w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>
  <Message>The Canonical String should have been x-amz-security-token:%s</Message></Error>
  <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
</ErrorResponse>`, r.Header.Get("X-Amz-Security-Token"))
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func write(t *testing.T, w http.ResponseWriter, format string, args ...any) {
	t.Helper()
	if _, err := fmt.Fprintf(w, format, args...); err != nil {
		t.Error(err)
	}
}
