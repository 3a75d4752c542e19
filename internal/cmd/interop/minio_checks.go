package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// minioChecks exchange a token of a real issuer at MinIO, and use the credentials for MinIO's S3.
func (b *bench) minioChecks() []check {
	dex := func(ctx context.Context) (*issuer, error) {
		return b.dex.get(func() (*issuer, error) { return b.startDex(ctx) })
	}
	zitadel := func(ctx context.Context) (*issuer, error) {
		return b.zitadel.get(func() (*issuer, error) { return b.startZitadel(ctx) })
	}
	return []check{
		{"MinIO with Dex: role policy, static keys", b.useMinIO(dex, storage{})},
		{"MinIO with Dex: role policy, profile", b.useMinIO(dex, storage{refreshable: true})},
		{"MinIO with Dex: claim, static keys", b.useMinIO(dex, storage{claim: true})},
		{"MinIO with Dex: claim, profile", b.useMinIO(dex, storage{claim: true, refreshable: true})},
		{"MinIO with zitadel/oidc: role policy, static keys", b.useMinIO(zitadel, storage{})},
		{"MinIO with zitadel/oidc: role policy, profile", b.useMinIO(zitadel, storage{refreshable: true})},
	}
}

// storage is a way to get to a bucket.
type storage struct {
	claim       bool // the token names the policy
	refreshable bool
}

// useMinIO is a check that puts an object and gets it back, with the AWS CLI as a command of an apply.
func (b *bench) useMinIO(start func(context.Context) (*issuer, error), way storage) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := b.needs(ctx, awsCLI); err != nil {
			return err
		}
		i, err := start(ctx)
		if err != nil {
			return err
		}
		m, err := b.minioFor(ctx, i)
		if err != nil {
			return err
		}
		c, roleARN := i.roles, m.roleARN
		if way.claim {
			c, roleARN = i.claims, ""
		}
		token, err := i.token(ctx, c)
		if err != nil {
			return err
		}
		file, err := b.tokenFile(c.id, token)
		if err != nil {
			return err
		}
		return b.roundTrip(ctx, configuration{
			Endpoint: m.url, RoleARN: roleARN, TokenFile: file, Refreshable: way.refreshable, Bucket: bucket,
		})
	}
}

// roundTrip applies the configuration, and compares the object with the one that was sent.
func (b *bench) roundTrip(ctx context.Context, c configuration) error {
	out, err := os.MkdirTemp(b.workspace.Path("tmp"), "objects-*")
	if err != nil {
		return err
	}
	sent := []byte(rand.Text())
	if err := os.WriteFile(filepath.Join(out, "sent"), sent, 0o600); err != nil {
		return err
	}
	_, err = b.apply(ctx, b.cli.With("OUT="+out, "KEY="+filepath.Base(out)), "bucket.tf.tmpl", c)
	if err != nil {
		return err
	}
	received, err := os.ReadFile(filepath.Join(out, "received"))
	if err != nil {
		return err
	}
	if !bytes.Equal(sent, received) {
		return errors.New("the object in the bucket isn't the one that was sent")
	}
	return nil
}

// needs is an error if the CLI of the checks or a program isn't here.
func (b *bench) needs(ctx context.Context, p program) error {
	_, err := b.installed(ctx, p.name, p.remedy, p.version...)
	return err
}

// ephemeral is an error if the CLI has no ephemeral resources.
func (b *bench) ephemeral() error {
	reason, err := b.cli.Lacks(terraformcli.EphemeralResources)
	if err != nil || reason == "" {
		return err
	}
	return &unavailableError{
		what:   reason,
		remedy: "Put a newer one on the PATH, or name it in " + terraformcli.PathVariable + ". Run the checks again.",
	}
}
