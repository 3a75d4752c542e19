package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// TestPageHasDiagnosticTexts compares the page in docs/ with the texts of the provider.
func TestPageHasDiagnosticTexts(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.FromSlash("../../../" + page))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(content), markdown(explain.Chapters())) {
		t.Error("it differs from the texts: run make generate")
	}
	template, err := os.ReadFile(filepath.FromSlash("../../../templates/guides/troubleshooting.md.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(template), "\n"+marker) {
		t.Error("the template has no place for the texts")
	}
}

// TestReadmeHasCurrentErrorText compares the example in the README with the text of that error.
func TestReadmeHasCurrentErrorText(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile(filepath.FromSlash("../../../README.md"))
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile(filepath.FromSlash("../../explain/testdata/access_denied.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, ok := strings.Cut(string(readme), "```text\n")
	example, _, ended := strings.Cut(example, "```")
	if !ok || !ended {
		t.Fatal("there is no example")
	}
	lines := strings.Split(example, "\n")
	if !strings.Contains(string(golden), "\nsummary: "+lines[0]+"\n") {
		t.Errorf("%q isn't the summary of the error", lines[0])
	}
	for _, line := range lines[1:] {
		if line != "..." && !strings.Contains(string(golden), "\n"+line) {
			t.Errorf("no line of the error begins with %q", line)
		}
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(path, []byte("Before.\n\n"+marker+"After.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := complete(path); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := string(content)
	if !strings.HasPrefix(got, "Before.\n\n## ") || !strings.HasSuffix(got, "\nAfter.\n") ||
		strings.Contains(got, marker) {
		t.Errorf("it is\n%s", got)
	}
	if err := complete(path); err == nil {
		t.Error("there is no place for the texts any more, and no error")
	}
}

// TestPageHasTheSectionsOfTheErrors checks that the link of each error leads to a section.
func TestPageHasTheSectionsOfTheErrors(t *testing.T) {
	t.Parallel()
	anchors := map[string]bool{}
	for _, chapter := range explain.Chapters() {
		for _, topic := range chapter.Topics {
			if anchor := explain.Anchor(headingOf(topic)); anchors[anchor] {
				t.Errorf("there are two sections %s", anchor)
			} else {
				anchors[anchor] = true
			}
		}
	}
	files, err := filepath.Glob(filepath.FromSlash("../../explain/testdata/*.txt"))
	if err != nil || len(files) < 100 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, file := range files {
		golden, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, link, ok := strings.Cut(string(golden), "docs/guides/troubleshooting.md#")
		if link = strings.TrimSpace(link); ok && !anchors[link] {
			t.Errorf("%s: there is no section %s", filepath.Base(file), link)
		}
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	got := markdown([]explain.Chapter{{Title: "One", Topics: []explain.Topic{
		{
			Summary:  "It *fails*",
			Argument: "role_arn",
			Codes:    []string{"A", "B"},
			Messages: []string{"because", "of `x`"},
			Causes:   []string{"a <b> [c]", "`d`"},
			Proposal: "Only if so.\n\n  {\n    \"x\": \"${*}\"\n  }\n\n- Beware.",
		},
		{Summary: "Plain", Paragraphs: []string{"One.", "Two."}},
	}}})
	want := "## Contents\n\n- [One](#one)\n  - [It \\*fails\\*](#it-fails)\n  - [Plain](#plain)\n\n" +
		"## One\n\n### It \\*fails\\*\n\nCode: `A`, `B`. Message: `... because ...` or `` ... of `x` ... `` At " +
		"`role_arn`.\n\n1. a \\<b> \\[c]\n2. \\`d\\`\n\nOnly if so.\n\n" +
		"```json\n{\n  \"x\": \"${*}\"\n}\n```\n\n- Beware.\n\n### Plain\n\nOne.\n\nTwo.\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
