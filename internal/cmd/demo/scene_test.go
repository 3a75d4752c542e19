package main

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

// TestPartnerTrusts wants only the role of the shared account to reach the partner's role, and only with the external
// ID.
func TestPartnerTrusts(t *testing.T) {
	s, err := newScene()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.server.Close)
	// With the same permission as the role of the shared account, only the partner's trust policy can deny this role.
	if err := s.server.AddRole(emulator.Role{
		ARN: production.roleARN, TrustPolicy: trustToken(production.account, subject),
		Permissions: emulator.AssumeRolePermissions(partner.roleARN),
	}); err != nil {
		t.Fatal(err)
	}
	client := sts.New(sts.Options{Region: "us-east-1", BaseEndpoint: aws.String(s.server.URL())})

	tests := map[string]struct {
		caller     target
		externalID *string
		want       string // the error's code; empty: no error
	}{
		"the role of the shared account":     {shared, aws.String(externalID), ""},
		"no external ID":                     {shared, nil, accessDenied},
		"another external ID":                {shared, aws.String("another"), accessDenied},
		"the role of the production account": {production, aws.String(externalID), accessDenied},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			keys, err := exchangeFor(t.Context(), client, s, test.caller.roleARN)
			if err != nil {
				t.Fatal(err)
			}
			output, err := client.AssumeRole(t.Context(), &sts.AssumeRoleInput{
				RoleArn:         aws.String(partner.roleARN),
				RoleSessionName: aws.String("demo"),
				ExternalId:      test.externalID,
			}, func(o *sts.Options) { o.Credentials = keys })
			if wantCode(
				t,
				err,
				test.want,
			); err == nil &&
				aws.ToString(output.AssumedRoleUser.Arn) != partner.sessionARN {
				t.Errorf("got the session %s, want %s", aws.ToString(output.AssumedRoleUser.Arn), partner.sessionARN)
			}
		})
	}
	_, err = exchangeFor(t.Context(), client, s, partner.roleARN)
	wantCode(t, err, invalidIdentityToken)
}

// exchangeFor exchanges the scene's token for credentials of a role.
func exchangeFor(
	ctx context.Context,
	client *sts.Client,
	s *scene,
	roleARN string,
) (aws.CredentialsProvider, error) {
	output, err := client.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
		RoleArn:          aws.String(roleARN),
		RoleSessionName:  aws.String("demo"),
		WebIdentityToken: aws.String(s.token.Reveal()),
	})
	if err != nil {
		return nil, err
	}
	keys := output.Credentials
	return credentials.NewStaticCredentialsProvider(
		aws.ToString(keys.AccessKeyId),
		aws.ToString(keys.SecretAccessKey),
		aws.ToString(keys.SessionToken),
	), nil
}

// wantCode checks the code of STS's error.
func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if failure, ok := errors.AsType[smithy.APIError](err); ok {
		got = failure.ErrorCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("got the code %q, want %q", got, want)
	}
}
