package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeConfigurationsAreExamples checks that every configuration in README.md is a copy of one in examples/, which
// are validated.
func TestReadmeConfigurationsAreExamples(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var examples []string
	err = filepath.WalkDir(filepath.Join(root, "examples"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".tf" {
			return err
		}
		content, err := os.ReadFile(path)
		examples = append(examples, string(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```terraform\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) == 0 {
		t.Fatal("README.md shows no configuration")
	}
	for _, block := range blocks {
		if !isPartOf(block[1], examples) {
			t.Errorf("no example has this of README.md:\n%s", block[1])
		}
	}
}

func isPartOf(text string, examples []string) bool {
	for _, example := range examples {
		if strings.Contains(example, text) {
			return true
		}
	}
	return false
}
