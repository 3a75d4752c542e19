package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// The user in Dex. dexPasswordHash is the bcrypt hash of dexPassword. The user has the name of a policy of MinIO, so
// that the claim `name` names this policy.
const (
	dexUser         = "interop@example.com"
	dexPassword     = "password"
	dexPasswordHash = "$2a$10$2b2cU8CPhOTaGrs1HRQuAueS7JTT5ZHsHSzYiFPm1leZck7Mc8T4W"
)

// startDex starts Dex with two clients and one user, who gets tokens with the password grant.
func (b *bench) startDex(ctx context.Context) (*issuer, error) {
	program, err := b.dexProgram(ctx)
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	i := &issuer{
		name: "Dex", url: "http://" + address + "/dex", claimName: "name",
		roles: b.newClient("minio-role"), claims: b.newClient("minio-claim"),
	}
	i.token = i.passwordGrant
	folder, err := b.workspace.Folder("server")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "dex.yaml")
	if err := os.WriteFile(path, []byte(dexConfiguration(i, address)), 0o600); err != nil {
		return nil, err
	}
	s, err := b.start(ctx, program, nil, "serve", path)
	if err != nil {
		return nil, err
	}
	return i, s.waitFor(ctx, i.discovery())
}

func (b *bench) dexProgram(ctx context.Context) (string, error) {
	p := b.pins[dexPin]
	remedy := fmt.Sprintf("Install Dex %s (%s), put dex on the PATH or name it with -use dex=PATH, and run the checks "+
		"again.", p.version, p.source)
	if given := b.options.given[dexPin]; given != "" {
		return given, b.tellVersion(ctx, given, remedy, "version")
	}
	return b.installed(ctx, dexPin, remedy, "version")
}

func dexConfiguration(i *issuer, address string) string {
	return fmt.Sprintf(`issuer: %s
storage:
  type: memory
web:
  http: %s
expiry:
  idTokens: %s
oauth2:
  passwordConnector: local
enablePasswordDB: true
staticPasswords:
  - email: %s
    hash: %q
    username: %s
    userID: 5b0c7a52-0a54-4f0e-9a3b-8d2c6f1e7d90
staticClients:
`, i.url, address, tokenLifetime, dexUser, dexPasswordHash, minioPolicy) + dexClient(i.roles) + dexClient(i.claims)
}

func dexClient(c client) string {
	return fmt.Sprintf("  - id: %s\n    name: %[1]s\n    secret: %[2]s\n    redirectURIs: [%[3]q]\n",
		c.id, c.secret.Reveal(), unusedRedirect)
}

// unusedRedirect is where nothing listens. No check follows the redirect.
const unusedRedirect = "http://127.0.0.1:1/callback"

// passwordGrant gets a token from Dex without a browser.
func (i *issuer) passwordGrant(ctx context.Context, c client) (string, error) {
	return requestToken(ctx, i.url+"/token", c, url.Values{
		"grant_type": {"password"},
		"scope":      {"openid profile email"},
		"username":   {dexUser},
		"password":   {dexPassword},
	})
}
