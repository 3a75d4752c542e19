package guides

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m, clitest.RemoveBuilt) }

const (
	root      = "../../.."
	templates = root + "/templates/guides"
	examples  = root + "/examples/guides"
	suffix    = ".md.tmpl"
)

// readGuides gives the text of each guide by its name.
func readGuides(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(templates, "*"+suffix))
	if err != nil {
		t.Fatal(err)
	}
	guides := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		guides[strings.TrimSuffix(filepath.Base(path), suffix)] = string(text)
	}
	if len(guides) == 0 {
		t.Fatalf("no guide in %s", templates)
	}
	return guides
}

var included = regexp.MustCompile(`\{\{ ?(?:tffile|codefile "[a-z]+") "(examples/[^"]+)" ?\}\}`)

// TestExamplesAreIncluded: a guide includes files that are there, and no example of a guide is left over.
func TestExamplesAreIncluded(t *testing.T) {
	t.Parallel()
	var mentioned []string
	for name, text := range readGuides(t) {
		for _, match := range included.FindAllStringSubmatch(text, -1) {
			mentioned = append(mentioned, filepath.Join(root, match[1]))
			if _, err := os.Stat(mentioned[len(mentioned)-1]); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	err := filepath.WalkDir(examples, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !slices.Contains(mentioned, path) {
			t.Errorf("%s: no guide includes it", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

var link = regexp.MustCompile(`\]\(([a-z-]+)\.md\)`)

func TestLinksBetweenGuides(t *testing.T) {
	t.Parallel()
	guides := readGuides(t)
	for name, text := range guides {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			if _, exists := guides[match[1]]; !exists {
				t.Errorf("%s: there is no guide %s", name, match[1])
			}
		}
	}
}
