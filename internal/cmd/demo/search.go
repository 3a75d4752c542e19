package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// search looks into every file below a folder, and into those of a saved plan, which is a zip archive. It answers the
// files' paths below the folder, with how many of the secrets are in each.
func search(folder string, secrets []secret.Text) (map[string]int, error) {
	counts := make(map[string]int)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		texts, err := unpacked(content)
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		name, err := filepath.Rel(folder, path)
		counts[name] = countSecrets(texts, secrets)
		return err
	})
	return counts, err
}

// unpacked are the content of a file, and of those in it if it is an archive.
func unpacked(content []byte) ([][]byte, error) {
	texts := [][]byte{content}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if errors.Is(err, zip.ErrFormat) {
		return texts, nil
	}
	if err != nil {
		return nil, err
	}
	for _, member := range archive.File {
		reader, err := member.Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(reader)
		if err := errors.Join(err, reader.Close()); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// countSecrets is how many of the secrets are in the texts.
func countSecrets(texts [][]byte, secrets []secret.Text) int {
	n := 0
	for _, value := range secrets {
		for _, text := range texts {
			if bytes.Contains(text, []byte(value.Reveal())) {
				n++
				break
			}
		}
	}
	return n
}

// secretsPerSession is how many secrets a session has: the secret access key and the session token.
const secretsPerSession = 2

// wantSecrets is for a search of the data source's folder: what is in its state and plan must have been found, or the
// search is blind.
func wantSecrets(counts map[string]int, want int) error {
	for _, name := range []string{stateFile, planFile} {
		if got := counts[name]; got != want {
			return fmt.Errorf("%s found in the data source's %s: want %d", counted(got, "secret"), name, want)
		}
	}
	return nil
}

// wantNoSecrets is for a search of the ephemeral resource's folder. The state and the plan must have been looked into.
func wantNoSecrets(counts map[string]int) error {
	for _, name := range []string{stateFile, planFile} {
		if _, ok := counts[name]; !ok {
			return fmt.Errorf("there was no %s to look for secrets in", name)
		}
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[name]; n > 0 {
			problems = append(problems, fmt.Errorf("the ephemeral resource's %s holds %s", name, counted(n, "secret")))
		}
	}
	return errors.Join(problems...)
}
