package assumerole_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
)

// result is an answer with what a server has to say between its elements.
func result(inside string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>` + inside + `<Credentials><AccessKeyId>KEYID</AccessKeyId><SecretAccessKey>SECRET</SecretAccessKey>` +
		`<SessionToken>SESSION</SessionToken><Expiration>2999-01-02T03:04:05Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
}

// TestAnswersOfOtherServers holds how servers that aren't AWS's give credentials.
func TestAnswersOfOtherServers(t *testing.T) {
	t.Parallel()
	type fields struct{ arn, id, subject, audience, provider string }
	for name, test := range map[string]struct {
		body   string
		want   fields
		packed int32
	}{
		"MinIO": {
			body: result(
				`<AssumedRoleUser><Arn></Arn><AssumeRoleId></AssumeRoleId></AssumedRoleUser><SubjectFromWebIdentityToken>s</SubjectFromWebIdentityToken>`,
			),
			want: fields{subject: "s"},
		},
		"Ceph": {
			result(`<SubjectFromWebIdentityToken>s</SubjectFromWebIdentityToken><Audience>a</Audience><AssumedRoleUser><Arn>arn:aws:sts:::assumed-role/deploy/job</Arn><AssumeRoleId>1234:job</AssumeRoleId></AssumedRoleUser>` +
				`<Provider>p</Provider><PackedPolicySize></PackedPolicySize>`),
			fields{
				arn: "arn:aws:sts:::assumed-role/deploy/job", id: "1234:job", subject: "s", audience: "a",
				provider: "p",
			},
			0,
		},
		"SeaweedFS": {
			body: result(`<SubjectFromWebIdentityToken>s</SubjectFromWebIdentityToken>`), want: fields{subject: "s"},
		},
		"LocalStack": {
			body: result(
				`<AssumedRoleUser><AssumedRoleId>AROA:job</AssumedRoleId><Arn>arn:aws:sts::000000000000:assumed-role/deploy/job</Arn></AssumedRoleUser><PackedPolicySize>6</PackedPolicySize>`,
			),
			want: fields{arn: "arn:aws:sts::000000000000:assumed-role/deploy/job", id: "AROA:job"}, packed: 6,
		},
		"a time with an offset": {
			body: strings.Replace(result(""), "03:04:05Z", "03:04:05.678+00:00", 1), want: fields{},
		},
		"texts that are none of STS": {
			body: result(`<SubjectFromWebIdentityToken>` + strings.Repeat("[", 1000) +
				`</SubjectFromWebIdentityToken><Audience>{"a":1}</Audience><Provider>` + strings.Repeat("x", 2049) +
				`</Provider><AssumedRoleUser><Arn>arn:an-opaque-token</Arn></AssumedRoleUser>`),
			want: fields{},
		},
		"a mark of byte order": {body: "\xef\xbb\xbf" + result(""), want: fields{}},
		"elements of a namespace": {
			body: strings.Replace(
				result(""), "Response>", `Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`, 1,
			),
			want: fields{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exchange, err := makeExchange(
				t,
				assumerole.Settings{Endpoint: answers(t, answer(200, "text/xml", test.body))},
				newRequest("an-opaque-token"),
			)
			if err != nil {
				t.Fatal(err)
			}
			text := func(value *string) string {
				if value == nil {
					return ""
				}
				return *value
			}
			got := exchange.Result
			if read := (fields{
				text(got.AssumedRoleARN), text(got.AssumedRoleID), text(got.SubjectFromWebIdentityToken),
				text(got.Audience), text(got.Provider),
			}); read != test.want {
				t.Errorf("got %+v, want %+v", read, test.want)
			}
			if (got.PackedPolicySize == nil) != (test.packed == 0) ||
				got.PackedPolicySize != nil && *got.PackedPolicySize != test.packed {
				t.Errorf("the packed policy's size is %v", got.PackedPolicySize)
			}
			if got.Credentials.SessionToken.Reveal() != "SESSION" || got.Credentials.Expiration == nil ||
				got.Credentials.Expiration.Year() != 2999 {
				t.Errorf("the credentials are %+v", got.Credentials)
			}
		})
	}
}

// TestErrorsOfOtherServers holds how servers that aren't AWS's refuse.
func TestErrorsOfOtherServers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		want   assumerole.ServiceError
	}{
		"MinIO, an expired token": {
			status: 400,
			body: `<?xml version="1.0" encoding="UTF-8"?>
<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type></Type><Code>ExpiredToken</Code><Message>expired</Message></Error><RequestId>17A3F9C2B1D4E586</RequestId></ErrorResponse>`,
			want: assumerole.ServiceError{Code: "ExpiredToken", Message: "expired", RequestID: "17A3F9C2B1D4E586"},
		},
		"MinIO, a bad token": {
			status: 400,
			body:   `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type/><Code>InvalidParameterValue</Code><Message>unable to parse</Message></Error><RequestId>17B3F9C2B1D4E587</RequestId></ErrorResponse>`,
			want: assumerole.ServiceError{
				Code: "InvalidParameterValue", Message: "unable to parse", RequestID: "17B3F9C2B1D4E587",
			},
		},
		"Ceph": {
			status: 403,
			body:   `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>no such role</Message><RequestId>tx00000c8f2d7f3a4b5c6d7-0065a1b2c3-4f5a-default</RequestId><HostId>h</HostId></Error>`,
			want: assumerole.ServiceError{
				Code: "AccessDenied", Message: "no such role",
				RequestID: "tx00000c8f2d7f3a4b5c6d7-0065a1b2c3-4f5a-default",
			},
		},
		"Ceph, with a namespace and no message": {
			status: 404,
			body:   "\n<Error xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n<Code>NoSuchEntity</Code></Error>\n",
			want:   assumerole.ServiceError{Code: "NoSuchEntity"},
		},
		"an error that came as a success": {
			status: 200,
			body:   `<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`,
			want:   assumerole.ServiceError{Code: "AccessDenied", Message: "no"},
		},
		"an error with a time in its words": {
			status: 400,
			body:   `<ErrorResponse><Error><Code>A</Code><Message>it &lt;Expiration>soon&lt;/Expiration></Message></Error></ErrorResponse>`,
			want:   assumerole.ServiceError{Code: "A", Message: "it [29 characters left out]"},
		},
		"SeaweedFS": {
			status: 400,
			body:   `<ErrorResponse><Error><Code>InvalidParameterValue</Code><Message>invalid token</Message></Error></ErrorResponse>`,
			want:   assumerole.ServiceError{Code: "InvalidParameterValue", Message: "invalid token"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.want.HTTPStatus = test.status
			_, err := makeExchange(
				t,
				assumerole.Settings{Endpoint: answers(t, answer(test.status, "application/xml", test.body))},
				newRequest("an-opaque-token"),
			)
			if service, ok := errors.AsType[*assumerole.ServiceError](err); !ok || *service != test.want {
				t.Errorf("got %T: %v", err, err)
			}
		})
	}
}

// TestServerThatIsNotReady holds that a server which answers 503 at first, as SeaweedFS does, is asked again, whatever
// else stands in the answer.
func TestServerThatIsNotReady(t *testing.T) {
	t.Parallel()
	together(t, map[string]string{
		"nothing":                 "",
		"text":                    "starting",
		"a page":                  "<html>starting</html>",
		"an error":                "<Error><Code>ServiceUnavailable</Code></Error>",
		"an error without a code": "<ErrorResponse></ErrorResponse>",
		"half an answer":          result("")[:200],
	}, func(t *testing.T, body string) { //nolint:thelper // it is the test itself
		var calls atomic.Int32
		endpoint := answers(t, func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) == 1 {
				answer(503, "text/plain", body)(w, r)
				return
			}
			answer(200, "text/xml", result(""))(w, r)
		})
		if exchange, err := makeExchange(
			t,
			assumerole.Settings{Endpoint: endpoint},
			newRequest("an-opaque-token"),
		); err != nil ||
			exchange.Calls != 2 {
			t.Errorf("%d calls, and %v", exchange.Calls, err)
		}
	})
}
