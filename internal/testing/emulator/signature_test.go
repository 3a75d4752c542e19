package emulator_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
)

func TestGetCallerIdentity(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	assumed := mustAssume(t, f.Server, f.mint(t, emulator.Token{}))
	output, err := newClient(
		f.Server,
		static(assumed.Credentials),
	).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(output.Arn) != *assumed.AssumedRoleUser.Arn || aws.ToString(output.Account) != account ||
		aws.ToString(output.UserId) != *assumed.AssumedRoleUser.AssumedRoleId {
		t.Errorf("got %q, %q, %q", *output.Arn, *output.Account, *output.UserId)
	}
}

func TestGetCallerIdentityWithTheSDK(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	issued := mustAssume(t, f.Server, f.mint(t, emulator.Token{})).Credentials
	other := mustAssume(t, f.Server, f.mint(t, emulator.Token{})).Credentials
	keys := func(id, secret, token *string) aws.CredentialsProvider {
		return credentials.NewStaticCredentialsProvider(*id, *secret, *token)
	}
	const invalid = "The security token included in the request is invalid."
	for name, test := range map[string]struct {
		signWith      aws.CredentialsProvider
		change        func(*sts.Options)
		status        int
		code, message string
	}{
		"unsigned": {
			status: 403, code: "MissingAuthenticationToken", message: "Request is missing Authentication Token",
		},
		"an unknown key": {
			signWith: keys(aws.String("ASIAAAAAAAAAAAAAAAAA"), issued.SecretAccessKey, issued.SessionToken),
			status:   403, code: "InvalidClientTokenId", message: invalid,
		},
		"no session token": {
			signWith: keys(issued.AccessKeyId, issued.SecretAccessKey, aws.String("")), status: 403,
			code: "InvalidClientTokenId", message: invalid,
		},
		"another session token": {
			signWith: keys(issued.AccessKeyId, issued.SecretAccessKey, other.SessionToken), status: 403,
			code: "InvalidClientTokenId", message: invalid,
		},
		"another secret": {
			signWith: keys(issued.AccessKeyId, other.SecretAccessKey, issued.SessionToken), status: 403,
			code: "SignatureDoesNotMatch", message: "The request signature we calculated",
		},
		"another region": {
			signWith: static(issued), change: func(o *sts.Options) { o.Region = "eu-west-1" }, status: 403,
			code: "SignatureDoesNotMatch", message: "Credential should be scoped to a valid region.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			signWith := test.signWith
			if signWith == nil {
				signWith = aws.AnonymousCredentials{}
			}
			changes := []func(*sts.Options){}
			if test.change != nil {
				changes = append(changes, test.change)
			}
			_, err := newClient(
				f.Server,
				signWith,
				changes...).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
			wantRefusal(t, err, test.status, test.code, test.message)
		})
	}
}

// TestSignatureRefusals signs by hand what the SDK wouldn't.
func TestSignatureRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	issued := mustAssume(t, f.Server, f.mint(t, emulator.Token{})).Credentials
	type signing struct {
		service string
		at      time.Time
		alter   func(*http.Request)
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	now := time.Now().UTC()
	for name, test := range map[string]struct {
		signing
		status int
		want   string
	}{
		"nothing wrong":   {signing{service: "sts", at: now}, 200, "<Account>123456789012</Account>"},
		"14 minutes slow": {signing{service: "sts", at: now.Add(-14 * time.Minute)}, 200, "<Account>"},
		"another service": {signing{service: "iam", at: now}, 403, "<Message>Credential should be scoped to " +
			"correct service: "},
		"16 minutes slow": {signing{service: "sts", at: now.Add(-16 * time.Minute)}, 403, "<Message>Signature " +
			"expired: "},
		"16 minutes fast": {signing{service: "sts", at: now.Add(16 * time.Minute)}, 403, "<Message>Signature " +
			"not yet current: "},
		"another date header": {signing{
			service: "sts", at: now, alter: header("X-Amz-Date", now.AddDate(0, 0, 1).Format("20060102T150405Z")),
		}, 403, "Date in Credential scope does not match"},
		"a date in text": {
			signing{service: "sts", at: now, alter: header("X-Amz-Date", "today")},
			400,
			"<Code>IncompleteSignature</Code>",
		},
		"another body": {signing{
			service: "sts", at: now,
			alter: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(reordered)) },
		}, 403, "<Code>SignatureDoesNotMatch</Code>"},
		"another scheme": {
			signing{service: "sts", at: now, alter: header("Authorization", "Bearer x")},
			400,
			"<Code>IncompleteSignature</Code>",
		},
		"half a header": {signing{
			service: "sts", at: now, alter: header("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e"),
		}, 400, "<Code>IncompleteSignature</Code>"},
		"a header not covered": {
			signing{service: "sts", at: now, alter: header("X-Amz-Extra", "x")},
			403,
			"<Code>SignatureDoesNotMatch</Code>",
		},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequest(http.MethodPost, f.URL()+"/", strings.NewReader(getCallerIdentity))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
			digest := sha256.Sum256([]byte(getCallerIdentity))
			keys := aws.Credentials{
				AccessKeyID:     *issued.AccessKeyId,
				SecretAccessKey: *issued.SecretAccessKey,
				SessionToken:    *issued.SessionToken,
			}
			err = v4.NewSigner().
				SignHTTP(t.Context(), keys, request, hex.EncodeToString(digest[:]), test.service,
					emulator.DefaultRegion, test.at)
			if err != nil {
				t.Fatal(err)
			}
			if test.alter != nil {
				test.alter(request)
			}
			status, body := do(t, request)
			if status != test.status || !strings.Contains(body, test.want) {
				t.Errorf("got %d\n%s\nwant %d, %q", status, body, test.status, test.want)
			}
		})
	}
}

const (
	getCallerIdentity = "Action=GetCallerIdentity&Version=2011-06-15"
	reordered         = "Version=2011-06-15&Action=GetCallerIdentity"
)

func do(t *testing.T, request *http.Request) (int, string) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestExpiredCredentials(t *testing.T) {
	t.Parallel()
	f := newFixture(t, emulator.Options{})
	f.addRole(
		t,
		emulator.Role{ARN: roleARN, TrustPolicy: f.trust("StringEquals", subject), SessionLifetime: 3 * time.Second},
	)
	issued := mustAssume(t, f.Server, f.mint(t, emulator.Token{})).Credentials
	client := newClient(f.Server, static(issued))
	if _, err := client.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(*issued.Expiration) + 50*time.Millisecond)
	_, err := client.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	wantRefusal(t, err, 403, "ExpiredToken", "The security token included in the request is expired")
}

func TestRegion(t *testing.T) {
	t.Parallel()
	server := emulatortest.Start(t, emulator.Options{Region: "cn-north-1"})
	issuer, err := server.NewIssuer("")
	if err != nil {
		t.Fatal(err)
	}
	server.AddOIDCProvider(account, issuer.URL(), audience)
	role := "arn:aws-cn:iam::123456789012:role/deploy"
	policy := strings.ReplaceAll(emulator.TrustPolicy(account, issuer.URL(), nil, nil), "arn:aws:", "arn:aws-cn:")
	if err := server.AddRole(emulator.Role{ARN: role, TrustPolicy: policy}); err != nil {
		t.Fatal(err)
	}
	f := &fixture{Server: server, issuer: issuer}
	issued := mustAssume(
		t,
		server,
		f.mint(t, emulator.Token{}),
		func(in *sts.AssumeRoleWithWebIdentityInput) { in.RoleArn = aws.String(role) },
	)
	client := newClient(server, static(issued.Credentials), func(o *sts.Options) { o.Region = "cn-north-1" })
	output, err := client.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws-cn:sts::123456789012:assumed-role/deploy/terraform"; aws.ToString(output.Arn) != want {
		t.Errorf("ARN %q, want %q", *output.Arn, want)
	}
}
