package emulator_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
)

const (
	account  = "123456789012"
	roleARN  = "arn:aws:iam::123456789012:role/ci/deploy"
	subject  = "repo:acme/app:ref:refs/heads/main"
	audience = "sts.amazonaws.com"
)

// fixture is an emulator with one issuer, its IAM OIDC provider, and one role
// that trusts the subject and the audience above.
type fixture struct {
	*emulator.Server
	issuer *emulator.Issuer
}

func newFixture(t *testing.T, options emulator.Options) *fixture {
	t.Helper()
	server := emulatortest.Start(t, options)
	issuer, err := server.NewIssuer("")
	if err != nil {
		t.Fatal(err)
	}
	server.AddOIDCProvider(account, issuer.URL(), audience)
	f := &fixture{Server: server, issuer: issuer}
	f.addRole(t, emulator.Role{ARN: roleARN, TrustPolicy: f.trust("StringEquals", subject)})
	return f
}

func (f *fixture) addRole(t *testing.T, role emulator.Role) {
	t.Helper()
	if err := f.AddRole(role); err != nil {
		t.Fatal(err)
	}
}

// trust is a policy with the audience and one condition on the subject.
func (f *fixture) trust(operator, sub string, furtherActions ...string) string {
	equals := map[string]string{"aud": audience}
	like := map[string]string{}
	if operator == "StringLike" {
		like["sub"] = sub
	} else {
		equals["sub"] = sub
	}
	return emulator.TrustPolicy(account, f.issuer.URL(), equals, like, furtherActions...)
}

func (f *fixture) mint(t *testing.T, token emulator.Token) string {
	t.Helper()
	if token.Subject == "" {
		token.Subject = subject
	}
	if token.Audience == nil {
		token.Audience = []string{audience}
	}
	minted, err := f.issuer.Mint(token)
	if err != nil {
		t.Fatal(err)
	}
	return minted
}

func newClient(server *emulator.Server, signWith aws.CredentialsProvider, change ...func(*sts.Options)) *sts.Client {
	options := sts.Options{
		Region:           emulator.DefaultRegion,
		BaseEndpoint:     aws.String(server.URL()),
		RetryMaxAttempts: 1,
		Credentials:      signWith,
		HTTPClient:       &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}
	for _, f := range change {
		f(&options)
	}
	return sts.New(options)
}

func assume(
	server *emulator.Server,
	token string,
	change ...func(*sts.AssumeRoleWithWebIdentityInput),
) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	input := &sts.AssumeRoleWithWebIdentityInput{
		RoleArn:          aws.String(roleARN),
		RoleSessionName:  aws.String("terraform"),
		WebIdentityToken: aws.String(token),
	}
	for _, f := range change {
		f(input)
	}
	return newClient(server, nil).AssumeRoleWithWebIdentity(context.Background(), input)
}

func mustAssume(
	t *testing.T,
	server *emulator.Server,
	token string,
	change ...func(*sts.AssumeRoleWithWebIdentityInput),
) *sts.AssumeRoleWithWebIdentityOutput {
	t.Helper()
	output, err := assume(server, token, change...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

func static(issued *types.Credentials) aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(*issued.AccessKeyId, *issued.SecretAccessKey, *issued.SessionToken)
}

// wantRefusal holds an SDK error against a code, a status and a piece of the
// message.
func wantRefusal(t *testing.T, err error, status int, code, message string) {
	t.Helper()
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		t.Fatalf("got %v, want %s", err, code)
	}
	if refused.ErrorCode() != code || !strings.Contains(refused.ErrorMessage(), message) {
		t.Errorf("got %s: %s\nwant %s: %s", refused.ErrorCode(), refused.ErrorMessage(), code, message)
	}
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		t.Fatalf("got %v, want an HTTP response", err)
	}
	if response.HTTPStatusCode() != status || response.RequestID == "" {
		t.Errorf(
			"got status %d, request ID %q; want status %d and a request ID",
			response.HTTPStatusCode(),
			response.RequestID,
			status,
		)
	}
}

// clock is one that tests set.
type clock struct{ ahead time.Duration }

func (c *clock) now() time.Time { return time.Now().Add(c.ahead) }
