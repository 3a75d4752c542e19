package assumerole

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// stub answers without a network.
type stub struct {
	status int
	body   string
}

func (s stub) RoundTrip(request *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: s.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: request,
		Header: http.Header{"Content-Type": {"text/xml"}}, Body: io.NopCloser(strings.NewReader(s.body)),
	}, nil
}

// FuzzAnswer holds that no answer breaks the exchange, and that none of it gets into an error unscrubbed.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		"", "<html></html>", "<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>1</RequestId></Error>",
		`<ErrorResponse><Error><Type></Type><Code>ExpiredToken</Code><Message>eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzIn0.c2ln</Message></Error></ErrorResponse>`,
		`<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>B</SecretAccessKey>` +
			`<SessionToken>C</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials><PackedPolicySize/></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
	} {
		f.Add(200, body)
		f.Add(400, body)
		f.Add(503, body)
	}
	var client *Client
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status >= 300 && status < 400 {
			t.Skip("transport refuses it")
		}
		if client == nil { // one serves all: reading the environment takes longer than an answer
			testenv.Isolate(t)
			none := 0
			var err error
			if client, err = NewClient(
				t.Context(),
				Settings{Endpoint: "http://127.0.0.1:1", MaxRetries: &none},
			); err != nil {
				t.Fatal(err)
			}
		}
		client.client = &http.Client{Transport: stub{status, body}}
		const token = "headerheader.claimsclaims.signature"
		exchange, err := client.Exchange(t.Context(), Request{
			RoleARN:         "r",
			RoleSessionName: "ab",
			Token:           webidentity.Inline{Value: secret.New(token)},
			Timeout:         20 * time.Millisecond,
			Fresh:           true,
		})
		switch {
		case err == nil && exchange.Result.Credentials.SecretAccessKey.IsEmpty():
			t.Error("no error, and no credentials")
		case err != nil && (strings.Contains(err.Error(), "claimsclaims") || strings.ContainsAny(
			err.Error(), "\x1b\x00\r\n",
		)):
			t.Errorf("the error isn't fit to be shown: %q", err)
		case err != nil && len(err.Error()) > 10*secret.MaxScrubbed:
			t.Errorf("the error has %d bytes", len(err.Error()))
		}
	})
}
