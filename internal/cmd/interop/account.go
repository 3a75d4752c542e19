package main

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

// The account at this project's emulator, for consumers that need an STS with GetCallerIdentity. The emulator checks
// the signature and the expiration of each call. Sessions of briefRole end after sessionLife.
const (
	accountID      = "111122223333"
	issuerURL      = "https://ci.example.com"
	audience       = "interop"
	subject        = "repo:example/platform:environment:production"
	deployRole     = "arn:aws:iam::111122223333:role/deploy"
	deploySession  = "arn:aws:sts::111122223333:assumed-role/deploy/interop"
	briefRole      = "arn:aws:iam::111122223333:role/brief"
	briefSession   = "arn:aws:sts::111122223333:assumed-role/brief/interop"
	sessionLife    = 8 * time.Second
	longWait       = 2*sessionLife + time.Second
	callerIdentity = "GetCallerIdentity"
)

// account is the emulator with its roles and its issuer.
type account struct {
	server *emulator.Server
	issuer *emulator.Issuer

	mu         sync.Mutex
	unexpected []error
}

// startAccount starts the emulator. b.close closes it.
func (b *bench) startAccount() (*account, error) {
	a := &account{}
	server, err := emulator.Start(emulator.Options{Unexpected: a.note})
	if err != nil {
		return nil, err
	}
	a.server = server
	server.AddOIDCProvider(accountID, issuerURL, audience)
	trust := emulator.TrustPolicy(accountID, issuerURL, map[string]string{"sub": subject, "aud": audience}, nil)
	for _, role := range []emulator.Role{
		{ARN: deployRole, TrustPolicy: trust},
		{ARN: briefRole, TrustPolicy: trust, SessionLifetime: sessionLife},
	} {
		if err := server.AddRole(role); err != nil {
			server.Close()
			return nil, err
		}
	}
	if a.issuer, err = server.NewIssuer(issuerURL); err != nil {
		server.Close()
		return nil, err
	}
	return a, nil
}

// exchange is a configuration that exchanges a new token at the emulator. With brief, the sessions end soon.
func (b *bench) exchange(brief bool) (*account, configuration, error) {
	a, err := b.account.get(b.startAccount)
	if err != nil {
		return nil, configuration{}, err
	}
	token, err := a.issuer.Mint(emulator.Token{
		Subject: subject, Audience: []string{audience}, Lifetime: tokenLifetime,
	})
	if err != nil {
		return nil, configuration{}, err
	}
	file, err := b.tokenFile("account", token)
	role := deployRole
	if brief {
		role = briefRole
	}
	return a, configuration{
		Endpoint: a.server.URL(), RoleARN: role, TokenFile: file, Wait: int(longWait.Seconds()),
	}, err
}

func (a *account) note(message string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unexpected = append(a.unexpected, errors.New("STS got a request that no correct client sends: "+message))
}

// signers are the access key IDs that signed GetCallerIdentity since a number of requests. Each has one element. A
// call that was denied, and a request that no correct client sends, are errors.
func (a *account) signers(since int) ([]string, error) {
	var signers []string
	for _, request := range a.server.Requests()[since:] {
		if request.Status != http.StatusOK {
			return nil, fmt.Errorf("STS answered %s with %d: %s", request.Action, request.Status, request.ErrorCode)
		}
		if request.Action != callerIdentity {
			continue
		}
		id := accessKeyID(request.Header.Get("Authorization"))
		if len(signers) == 0 || signers[len(signers)-1] != id {
			signers = append(signers, id)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return signers, errors.Join(a.unexpected...)
}
