package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// checkSums computes the checksums again, and verifies the signature with gpg.
func (r *rehearsal) checkSums(ctx context.Context) (string, error) {
	sums := filepath.Join(r.release.folder, r.release.sumsName())
	text, err := os.ReadFile(sums)
	if err != nil {
		return "", err
	}
	// The registries read a manifest with this name from the release.
	released := project + "_" + r.version + "_manifest.json"
	manifestFound := false
	for line := range strings.Lines(string(text)) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		path := filepath.Join(r.release.folder, name)
		if name == released {
			manifestFound, path = true, filepath.Join(r.first.folder, manifest)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		if got := sha256.Sum256(content); hex.EncodeToString(got[:]) != want {
			return "", fmt.Errorf("%s has another checksum than %s says", name, r.release.sumsName())
		}
	}
	if !manifestFound {
		return "", fmt.Errorf("%s doesn't have %s", r.release.sumsName(), released)
	}
	if !slices.Equal(r.release.protocols, []string{"6.0"}) {
		return "", fmt.Errorf("the manifest has the protocols %v, want 6.0", r.release.protocols)
	}
	_, err = r.first.run(ctx, "gpg", "--batch", "--verify", sums+".sig", sums)
	return fmt.Sprintf("%d files", strings.Count(string(text), "\n")), err
}

// checkSBOMs checks that each archive has an SBOM in SPDX, with a module that the executable contains.
func (r *rehearsal) checkSBOMs(context.Context) (string, error) {
	const module = "github.com/aws/aws-sdk-go-v2/service/sts"
	packages := 0
	for _, archive := range r.release.archives {
		var document struct {
			Version  string `json:"spdxVersion"`
			Packages []struct {
				Name    string `json:"name"`
				Version string `json:"versionInfo"`
			} `json:"packages"`
		}
		name := archive.name + ".spdx.json"
		if err := readJSON(filepath.Join(r.release.folder, name), &document); err != nil {
			return "", err
		}
		packages = len(document.Packages)
		found := false
		for _, p := range document.Packages {
			found = found || p.Name == module && p.Version != ""
		}
		if !found || !strings.HasPrefix(document.Version, "SPDX-") {
			return "", errors.New(name + " isn't SPDX, or doesn't have " + module)
		}
	}
	return fmt.Sprintf("%d packages in the last", packages), nil
}
