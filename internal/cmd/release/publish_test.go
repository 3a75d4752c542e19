package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

const localAddress = "terraform.local/webidentity/sts"

// smallTree is a folder with an address and all files that mention it.
func smallTree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	put(t, filepath.Join(root, addressFile), "package provider\n\nconst Address = \""+localAddress+"\"\n")
	put(t, filepath.Join(root, "README.md"), "source = \""+localAddress+"\"\n")
	put(t, filepath.Join(root, "DESIGN.md"), "The address is `"+localAddress+"`.\n")
	for _, folder := range []string{"docs", "templates", "examples", "internal/cmd/examplecheck/testdata/examples"} {
		put(
			t,
			filepath.Join(root, folder, "text"),
			"In ~/plugins/"+localAddress+"/0.1.0, and not "+localAddress+"-other.\n",
		)
	}
	return root
}

// repository is a small tree in git, with an origin.
func repository(t *testing.T) (work, origin tree) {
	t.Helper()
	testenv.Isolate(t)
	origin = tree{folder: t.TempDir()}
	git(t, origin, "init", "--quiet", "--bare")
	work = tree{folder: smallTree(t), variables: []string{
		"GIT_AUTHOR_NAME=Test", "GIT_AUTHOR_EMAIL=test@example.com",
		"GIT_COMMITTER_NAME=Test", "GIT_COMMITTER_EMAIL=test@example.com",
	}}
	git(t, work, "init", "--quiet", "--initial-branch=main")
	git(t, work, "remote", "add", "origin", origin.folder)
	git(t, work, "add", ".")
	git(t, work, "commit", "--quiet", "--message", "First")
	return work, origin
}

func git(t *testing.T, where tree, arguments ...string) string {
	t.Helper()
	output, err := where.run(t.Context(), "git", arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// For a public registry, the commit with the new address and its tag arrive at the origin.
func TestPublishPushesTag(t *testing.T) {
	work, origin := repository(t)
	var out bytes.Buffer
	if err := (publication{tree: work, version: "1.2.3", out: &out}).publish(t.Context(), otherAddress); err != nil {
		t.Fatal(err)
	}
	if got := git(t, origin, "show", "v1.2.3:"+addressFile); !strings.Contains(got, `"`+otherAddress+`"`) {
		t.Errorf("the tag at the origin has another address: %s", got)
	}
	if tag, branch := git(t, origin, "rev-parse", "v1.2.3"), git(t, origin, "rev-parse", "main"); tag != branch {
		t.Errorf("the tag is at %s, and the branch at %s", tag, branch)
	}
	want := "In ~/plugins/" + otherAddress + "/0.1.0, and not " + localAddress + "-other."
	if got := git(t, origin, "show", "v1.2.3:docs/text"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !strings.Contains(out.String(), "Pushed v1.2.3") {
		t.Errorf("it printed: %s", out.String())
	}
}

// The second release has the address already, so there is no further commit.
func TestPublishAgain(t *testing.T) {
	work, origin := repository(t)
	for _, version := range []string{"1.0.0", "1.1.0"} {
		p := publication{tree: work, version: version, out: &bytes.Buffer{}}
		if err := p.publish(t.Context(), otherAddress); err != nil {
			t.Fatal(err)
		}
	}
	if got := git(t, origin, "rev-list", "--count", "main"); got != "2" {
		t.Errorf("the origin has %s commits, want 2", got)
	}
	if first, second := git(t, origin, "rev-parse", "v1.0.0"), git(t, origin, "rev-parse", "v1.1.0"); first != second {
		t.Errorf("the tags are at %s and %s, want the same commit", first, second)
	}
}

// What can't be published changes nothing.
func TestPublishRejects(t *testing.T) {
	const private = "registry.example.com/example/sts"
	cases := map[string]struct {
		version, address, want string
		prepare                func(*testing.T, tree)
	}{
		"v before the version": {"v1.0.0", otherAddress, "isn't a version", nil},
		"no version":           {"", otherAddress, "isn't a version", nil},
		"short address":        {"1.0.0", "example/sts", "isn't a provider's source address", nil},
		"another provider":     {"1.0.0", "registry.terraform.io/example/aws", "must end with /sts", nil},
		"no key":               {"1.0.0", private, fingerprint, nil},
		"changes in the tree":  {"1.0.0", otherAddress, "aren't committed", changeREADME},
		"version with this name": {
			"1.0.0",
			otherAddress,
			"exists already",
			addTag,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			work, origin := repository(t)
			if c.prepare != nil {
				c.prepare(t, work)
			}
			tags := git(t, work, "tag")
			err := publication{tree: work, version: c.version, out: &bytes.Buffer{}}.publish(t.Context(), c.address)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got the error %v, want one with %q", err, c.want)
			}
			if got := git(t, work, "tag"); got != tags {
				t.Errorf("it made a tag: %s", got)
			}
			if got, _ := readAddress(work.folder); got.String() != localAddress {
				t.Errorf("it changed the address to %s", got)
			}
			if got := git(t, origin, "for-each-ref"); got != "" {
				t.Errorf("it pushed %s", got)
			}
		})
	}
}

func changeREADME(t *testing.T, work tree) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(work.folder, "README.md"), []byte("changed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func addTag(t *testing.T, work tree) {
	t.Helper()
	git(t, work, "tag", "v1.0.0")
}
