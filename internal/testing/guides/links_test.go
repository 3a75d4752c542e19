package guides

import (
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fence        = regexp.MustCompile("(?s)\n```.*?\n```")
	inlineCode   = regexp.MustCompile("`[^`\n]*`")
	relativeLink = regexp.MustCompile(`\]\(([^)#\s:]*)(#[^)\s]*)?\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.*)$`)
	anchorID     = regexp.MustCompile(`<a id="([^"]+)">`)
	notInAnchor  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// documents are the Markdown files that a reader browses.
func documents(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(root, "docs"), func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// anchors are the fragments that a link to a document can have.
func anchors(text string) map[string]bool {
	fragments := map[string]bool{}
	for _, match := range anchorID.FindAllStringSubmatch(text, -1) {
		fragments[match[1]] = true
	}
	for _, match := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		fragments[strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-")] = true
	}
	return fragments
}

// TestRelativeLinks checks that each link to a file or to a heading leads to one.
func TestRelativeLinks(t *testing.T) {
	t.Parallel()
	links := 0
	for _, path := range documents(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		prose := inlineCode.ReplaceAllString(fence.ReplaceAllString(string(text), ""), "`")
		for _, match := range relativeLink.FindAllStringSubmatch(prose, -1) {
			links++
			target := path
			if match[1] != "" {
				target = filepath.Join(filepath.Dir(path), filepath.FromSlash(match[1]))
			}
			content, err := os.ReadFile(target)
			switch {
			case err != nil:
				t.Errorf("%s: the link %s leads nowhere", path, match[0])
			case match[2] != "" && !anchors(string(content))[match[2][1:]]:
				t.Errorf("%s: %s has no heading for %s", path, target, match[2])
			}
		}
	}
	if links < 50 {
		t.Errorf("there are only %d links: the pattern might not find them", links)
	}
}

// TestPictures checks that each picture is well-formed, has a background of its own, and has a text alternative.
func TestPictures(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"docs/exchange.svg", "docs/guides/performance.svg"} {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		decoder := xml.NewDecoder(strings.NewReader(string(text)))
		for {
			if _, err = decoder.Token(); err != nil {
				break
			}
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s isn't well-formed: %v", path, err)
		}
		for _, part := range []string{
			`role="img"`, `<title id="title">`, `<rect class="page" width="100%" height="100%"/>`,
			"prefers-color-scheme: dark",
		} {
			if !strings.Contains(string(text), part) {
				t.Errorf("%s lacks %s", path, part)
			}
		}
	}
}
