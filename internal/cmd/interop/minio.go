package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

const (
	// minioPolicy is the name of a policy that MinIO has from the start.
	minioPolicy = "readwrite"
	bucket      = "interop"
	minioUser   = "interop-root"
)

// minio is a MinIO that accepts the tokens of one issuer.
type minio struct {
	url     string
	roleARN string // of the issuer's client for roles
}

// minioRoleARN is how MinIO lists its roles in its log.
var minioRoleARN = regexp.MustCompile(`arn:minio:iam:\S*:role/\S+`)

// minioFor starts a MinIO for an issuer, with an empty bucket.
func (b *bench) minioFor(ctx context.Context, i *issuer) (*minio, error) {
	if b.minios[i.name] == nil {
		b.minios[i.name] = &once[*minio]{}
	}
	return b.minios[i.name].get(func() (*minio, error) { return b.startMinIO(ctx, i) })
}

func (b *bench) startMinIO(ctx context.Context, i *issuer) (*minio, error) {
	program, err := b.minioBinary.get(func() (string, error) { return b.minioProgram(ctx) })
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	data, err := b.workspace.Folder("server", "data", i.roles.id+address)
	if err != nil {
		return nil, err
	}
	password := b.random()
	s, err := b.start(ctx, program, minioVariables(i, password), "server", "--address", address, data)
	if err != nil {
		return nil, err
	}
	m := &minio{url: "http://" + address}
	if err := s.waitFor(ctx, m.url+"/minio/health/ready"); err != nil {
		return nil, err
	}
	if m.roleARN, err = s.roleARN(ctx); err != nil {
		return nil, err
	}
	if err := m.makeBucket(ctx, password); err != nil {
		return nil, err
	}
	return m, nil
}

func (b *bench) minioProgram(ctx context.Context) (string, error) {
	if given := b.options.given[minioPin]; given != "" {
		b.say("using    %s", moduleVersion(given))
		return given, nil
	}
	return b.built(ctx, b.pins[minioPin])
}

// minioVariables configure an OpenID provider with a role policy, and one with a claim if the issuer has a client for
// it. MinIO calls no other server.
func minioVariables(i *issuer, password secret.Text) []string {
	const prefix = "MINIO_IDENTITY_OPENID_"
	variables := []string{
		"MINIO_ROOT_USER=" + minioUser, "MINIO_ROOT_PASSWORD=" + password.Reveal(),
		"MINIO_BROWSER=off", "MINIO_UPDATE=off",
		prefix + "CONFIG_URL_ROLES=" + i.discovery(),
		prefix + "CLIENT_ID_ROLES=" + i.roles.id,
		prefix + "CLIENT_SECRET_ROLES=" + i.roles.secret.Reveal(),
		prefix + "ROLE_POLICY_ROLES=" + minioPolicy,
	}
	if i.claims.id == "" {
		return variables
	}
	return append(variables,
		prefix+"CONFIG_URL_CLAIMS="+i.discovery(),
		prefix+"CLIENT_ID_CLAIMS="+i.claims.id,
		prefix+"CLIENT_SECRET_CLAIMS="+i.claims.secret.Reveal(),
		prefix+"CLAIM_NAME_CLAIMS="+i.claimName,
	)
}

// roleARN reads the role from MinIO's log.
func (s *server) roleARN(ctx context.Context) (string, error) {
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); {
		if found := minioRoleARN.FindString(s.log()); found != "" {
			return found, nil
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	return "", errors.New("MinIO's log has no ARN of a role:\n" + s.logEnd())
}

func (m *minio) makeBucket(ctx context.Context, password secret.Text) error {
	command := exec.CommandContext(ctx, "aws", "--region", region, "--endpoint-url", m.url, "s3", "mb", "s3://"+bucket)
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "AWS_ACCESS_KEY_ID=" + minioUser, "AWS_SECRET_ACCESS_KEY=" + password.Reveal(),
		"AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
	}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("making a bucket: %w\n%s", err, output)
	}
	return nil
}
