package provider_test

import (
	"archive/zip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// searchFor fails where a secret is in one of the texts.
func searchFor(t *testing.T, secrets []string, texts map[string]string) {
	t.Helper()
	if len(secrets) == 0 {
		t.Fatal("there is nothing to look for")
	}
	for name, text := range texts {
		for _, value := range secrets {
			if strings.Contains(text, value) {
				t.Errorf("a secret is in %s", name)
			}
		}
	}
}

// searchFolder looks into every file below a folder, and into those of a saved plan, which is a zip archive. What
// vanishes meanwhile is passed over.
func searchFolder(t *testing.T, secrets []string, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		searchFor(t, secrets, map[string]string{path: string(content)})
		archive, err := zip.OpenReader(path)
		if err != nil {
			return nil // it isn't one
		}
		defer func() { _ = archive.Close() }()
		for _, file := range archive.File {
			content, err := readFrom(file)
			if err != nil {
				return err
			}
			searchFor(t, secrets, map[string]string{path + " " + file.Name: content})
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func readFrom(file *zip.File) (string, error) {
	reader, err := file.Open()
	if err != nil {
		return "", err
	}
	defer func() { _ = reader.Close() }()
	content, err := io.ReadAll(reader)
	return string(content), err
}
