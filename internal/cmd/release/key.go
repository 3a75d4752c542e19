package main

import (
	"context"
	"errors"
	"os"
	"strings"
)

// fingerprint names the key that signs a release. .goreleaser.yml reads the same variable.
const fingerprint = "GPG_FINGERPRINT"

func isFingerprint(variable string) bool { return strings.HasPrefix(variable, fingerprint+"=") }

// signingKey is the public part of the key that signs a release.
type signingKey struct {
	id    string // the last 16 digits of the fingerprint, as registries name a key
	armor string
}

// publicKey exports the key that the tree's variables or the environment name.
func (t tree) publicKey(ctx context.Context) (signingKey, error) {
	wanted := os.Getenv(fingerprint)
	for _, variable := range t.variables {
		if isFingerprint(variable) {
			wanted = strings.TrimPrefix(variable, fingerprint+"=")
		}
	}
	wanted = strings.ToUpper(strings.ReplaceAll(wanted, " ", ""))
	armor, err := t.run(ctx, "gpg", "--batch", "--armor", "--export", wanted)
	if err == nil && (armor == "" || len(wanted) < 16) {
		err = errors.New("gpg has no key with the fingerprint in " + fingerprint)
	}
	if err != nil {
		return signingKey{}, err
	}
	return signingKey{id: wanted[len(wanted)-16:], armor: armor}, nil
}

// throwawayKey makes a key in a folder of its own, and returns the variables that select it. Both registries take RSA
// keys. The caller ends gpg's agent with endAgent.
func throwawayKey(ctx context.Context, home string) ([]string, error) {
	if err := os.Mkdir(home, 0o700); err != nil {
		return nil, err
	}
	keys := tree{home, []string{"GNUPGHOME=" + home}}
	_, err := keys.run(ctx, "gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key",
		"Throwaway <throwaway@example.com>", "rsa3072", "sign", "1d")
	if err != nil {
		return nil, err
	}
	listing, err := keys.run(ctx, "gpg", "--batch", "--with-colons", "--list-keys")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(listing) {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" {
			return append(keys.variables, fingerprint+"="+fields[9]), nil
		}
	}
	return nil, errors.New("gpg doesn't list the key that it made")
}

// endAgent ends the agent that gpg started for a folder.
func endAgent(ctx context.Context, home string) error {
	_, err := tree{home, []string{"GNUPGHOME=" + home}}.run(context.WithoutCancel(ctx), "gpgconf", "--kill", "all")
	return err
}
