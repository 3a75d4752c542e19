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

// keyIDLength is the number of the last digits of a fingerprint by which registries name a key.
const keyIDLength = 16

// signingKey is the public part of the key that signs a release.
type signingKey struct {
	id    string
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
	if wanted == "" {
		return signingKey{}, errors.New(
			"set " + fingerprint + " to the fingerprint of your GPG key, which signs the checksums",
		)
	}
	wanted = strings.ToUpper(strings.ReplaceAll(wanted, " ", ""))
	armor, err := t.run(ctx, "gpg", "--batch", "--armor", "--export", wanted)
	if err == nil && (armor == "" || len(wanted) < keyIDLength) {
		err = errors.New("gpg has no key with the fingerprint in " + fingerprint)
	}
	if err != nil {
		return signingKey{}, err
	}
	return signingKey{id: wanted[len(wanted)-keyIDLength:], armor: armor}, nil
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
