package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/testing/stsstub"
)

// The roles at moto, which knows each role, and their sessions.
const (
	motoRole       = "arn:aws:iam::111122223333:role/platform/deploy"
	motoSession    = "arn:aws:sts::111122223333:assumed-role/deploy/interop"
	motoHop        = "arn:aws:iam::777788889999:role/partner"
	motoHopSession = "arn:aws:sts::777788889999:assumed-role/partner/interop"
)

// motoChecks exchange a token at moto's STS. moto accepts each token, and no signature is wrong there. It knows which
// access key belongs to which session.
func (b *bench) motoChecks() []check {
	return []check{
		{"moto: data source", b.useMoto("", motoSession)},
		{"moto: role chaining", b.useMoto(motoHop, motoHopSession)},
	}
}

func (b *bench) useMoto(hop, session string) func(context.Context) error {
	return func(ctx context.Context) error {
		url, err := b.moto.get(func() (string, error) { return b.startMoto(ctx) })
		if err != nil {
			return err
		}
		file, err := b.tokenFile("moto", stsstub.Token())
		if err != nil {
			return err
		}
		outputs, err := b.apply(ctx, b.cli, "keys.tf.tmpl", configuration{
			Endpoint: url, RoleARN: motoRole, HopARN: hop, TokenFile: file,
		})
		if err != nil {
			return err
		}
		if err := same("the ARN of the session", outputs["arn"], session); err != nil {
			return err
		}
		if outputs["session_token"] == "" { // moto's calls don't need it
			return errors.New("the credentials have no session token")
		}
		owner, err := ownerOf(ctx, url, outputs)
		if err != nil {
			return err
		}
		return same("the owner of the credentials", owner, session)
	}
}

// ownerOf asks an STS who has the credentials in the outputs.
func ownerOf(ctx context.Context, url string, outputs map[string]string) (string, error) {
	caller := sts.New(sts.Options{
		Region:       region,
		BaseEndpoint: aws.String(url),
		Credentials: credentials.NewStaticCredentialsProvider(
			outputs["access_key_id"], outputs["secret_access_key"], outputs["session_token"]),
	})
	identity, err := caller.GetCallerIdentity(ctx, nil)
	if err != nil {
		return "", err
	}
	return aws.ToString(identity.Arn), nil
}

func same(what, got, want string) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%s: got %q, want %q", what, got, want)
}
