package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// The identity of the job: an issuer, and the subject and the audience of its token.
const (
	issuerURL = "https://ci.example.com"
	audience  = "sts.amazonaws.com"
	subject   = "repo:example/platform:environment:production"
)

// target is a role that the job should get a session of, and that session.
type target struct {
	account, roleARN, sessionARN string
}

// The names are those of the blocks in examples/demo/data-source.
var (
	production = target{
		account:    "111122223333",
		roleARN:    "arn:aws:iam::111122223333:role/platform/deploy",
		sessionARN: "arn:aws:sts::111122223333:assumed-role/deploy/demo", // without the role's path: so is AWS's
	}
	shared = target{
		account:    "444455556666",
		roleARN:    "arn:aws:iam::444455556666:role/deploy",
		sessionARN: "arn:aws:sts::444455556666:assumed-role/deploy/demo",
	}
	// partner trusts the role of shared. Its account has no IAM OIDC provider.
	partner = target{
		account:    "777788889999",
		roleARN:    "arn:aws:iam::777788889999:role/deploy",
		sessionARN: "arn:aws:sts::777788889999:assumed-role/deploy/demo",
	}
)

// targets are the roles by the names of the blocks, in the order in which the report shows them.
var targets = []struct {
	name string
	target
}{{"production", production}, {"shared", shared}, {"partner", partner}}

// externalID is what the trust policy of partner requires.
const externalID = "example-platform-4711"

// The roles for the long apply. shortLived trusts the role of shortLivedHubARN, which trusts the job. Their sessions
// end after sessionLife, whatever the request says.
const shortLivedHubARN = "arn:aws:iam::444455556666:role/brief"

var shortLived = target{
	account:    "777788889999",
	roleARN:    "arn:aws:iam::777788889999:role/brief",
	sessionARN: "arn:aws:sts::777788889999:assumed-role/brief/demo",
}

// This is two lifetimes and a second. A caller after the wait must have new credentials.
const (
	sessionLife = 4 * time.Second
	longWait    = 2*sessionLife + time.Second
)

// The role that doesn't trust the job, in the production account, and the subject that it does trust.
const (
	breakGlassARN     = "arn:aws:iam::111122223333:role/break-glass"
	breakGlassSubject = "repo:example/security:environment:production"
)

// scene is what the demo plays in: an issuer, an STS with three accounts, and a token.
type scene struct {
	server *emulator.Server
	token  secret.Text
	claims webidentity.Claims

	mu         sync.Mutex
	unexpected []error
}

// newScene starts the servers. Whoever calls it closes scene.server.
func newScene() (*scene, error) {
	s := &scene{}
	server, err := emulator.Start(emulator.Options{Unexpected: s.noteUnexpected})
	if err != nil {
		return nil, fmt.Errorf("starting an STS: %w", err)
	}
	s.server = server
	if err := errors.Join(s.addAccounts(), s.mint()); err != nil {
		server.Close()
		return nil, err
	}
	return s, nil
}

// addAccounts sets the accounts up as an administrator does at AWS: an OIDC provider in those that trust tokens, and
// roles with policies.
func (s *scene) addAccounts() error {
	for _, account := range []string{production.account, shared.account} {
		s.server.AddOIDCProvider(account, issuerURL, audience)
	}
	var problems []error
	for _, role := range roles() {
		if err := s.server.AddRole(role); err != nil {
			problems = append(problems, fmt.Errorf("making the role %s: %w", role.ARN, err))
		}
	}
	return errors.Join(problems...)
}

func roles() []emulator.Role {
	requiresExternalID := map[string]map[string]string{"StringEquals": {"sts:ExternalId": externalID}}
	return []emulator.Role{
		{ARN: production.roleARN, TrustPolicy: trustToken(production.account, subject)},
		{
			ARN: shared.roleARN, TrustPolicy: trustToken(shared.account, subject),
			Permissions: emulator.AssumeRolePermissions(partner.roleARN),
		},
		{ARN: partner.roleARN, TrustPolicy: emulator.ChainTrustPolicy(shared.roleARN, requiresExternalID)},
		{ARN: breakGlassARN, TrustPolicy: trustToken(production.account, breakGlassSubject)},
		{
			ARN: shortLivedHubARN, TrustPolicy: trustToken(shared.account, subject),
			Permissions:     emulator.AssumeRolePermissions(shortLived.roleARN),
			SessionLifetime: sessionLife,
		},
		{
			ARN: shortLived.roleARN, TrustPolicy: emulator.ChainTrustPolicy(shortLivedHubARN, nil),
			SessionLifetime: sessionLife,
		},
	}
}

// trustToken is the trust policy of a role that trusts tokens with one subject and for one audience.
func trustToken(account, trusted string) string {
	return emulator.TrustPolicy(account, issuerURL, map[string]string{"sub": trusted, "aud": audience}, nil)
}

// mint issues the token of the job.
func (s *scene) mint() error {
	issuer, err := s.server.NewIssuer(issuerURL)
	if err != nil {
		return fmt.Errorf("starting an issuer: %w", err)
	}
	token, err := issuer.Mint(emulator.Token{Subject: subject, Audience: []string{audience}})
	if err != nil {
		return fmt.Errorf("minting a token: %w", err)
	}
	s.token = secret.New(token)
	s.claims, err = webidentity.Decode(token)
	return err
}

// secrets are the token, and all keys and session tokens that STS has given so far.
func (s *scene) secrets() []secret.Text {
	secrets := []secret.Text{s.token}
	for _, value := range s.server.Secrets() {
		secrets = append(secrets, secret.New(value))
	}
	return secrets
}

func (s *scene) noteUnexpected(message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unexpected = append(s.unexpected, fmt.Errorf("STS got a request that no correct client sends: %s", message))
}

// unexpectedRequests returns an error for the requests that AWS might have answered, but that shouldn't have been
// sent.
func (s *scene) unexpectedRequests() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.unexpected...)
}
