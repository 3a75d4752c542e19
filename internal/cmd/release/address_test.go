package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

const otherAddress = "registry.terraform.io/example-org/sts"

// source finds the address of the provider in a configuration, also in one inside a document.
var source = regexp.MustCompile(`source += +"([^"]+/sts)"`)

// The code, the documents, and the examples follow a new address, and nothing else in them changes.
func TestAddressIsSetInOnePlace(t *testing.T) {
	root, err := terraformcli.SourceRoot()
	if err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	for _, mention := range addressMentions {
		copyAll(t, filepath.Join(root, mention), filepath.Join(copied, mention))
	}
	current, err := readAddress(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := setAddress(copied, otherAddress); err != nil {
		t.Fatal(err)
	}
	if got, err := readAddress(copied); err != nil || got.String() != otherAddress {
		t.Errorf("the code has the address %s (%v), want %s", got, err, otherAddress)
	}
	sources := 0
	each(t, copied, func(name, text string) {
		before := read(t, filepath.Join(root, name))
		if want := strings.ReplaceAll(before, current.String(), otherAddress); text != want {
			t.Errorf("%s didn't follow, or changed otherwise", name)
		}
		for _, found := range source.FindAllStringSubmatch(text, -1) {
			sources++
			if found[1] != otherAddress {
				t.Errorf("%s has the source %s, want %s", name, found[1], otherAddress)
			}
		}
	})
	if sources < 100 {
		t.Errorf("found only %d source arguments, so they aren't all checked", sources)
	}
	// Back again gives the same tree.
	if err := setAddress(copied, current.String()); err != nil {
		t.Fatal(err)
	}
	each(t, copied, func(name, text string) {
		if text != read(t, filepath.Join(root, name)) {
			t.Errorf("%s isn't the same after the address was set back", name)
		}
	})
}

// The address is in no file that setAddress doesn't change, except where a test or another provider uses the host.
func TestAddressIsNowhereElse(t *testing.T) {
	root, err := terraformcli.SourceRoot()
	if err != nil {
		t.Fatal(err)
	}
	address, err := readAddress(root)
	if err != nil {
		t.Fatal(err)
	}
	tracked, err := tree{
		folder: root,
	}.run(
		t.Context(),
		"git",
		"grep",
		"--name-only",
		"--fixed-strings",
		address.String(),
	)
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(tracked, "\n") {
		mentioned := strings.HasSuffix(name, "_test.go")
		for _, mention := range addressMentions {
			mentioned = mentioned || name == mention || strings.HasPrefix(name, mention+"/")
		}
		if !mentioned {
			t.Errorf("%s has the address, and setAddress doesn't change it there", name)
		}
	}
}

func TestInvalidAddress(t *testing.T) {
	for _, address := range []string{
		"", "example/sts", "registry.terraform.io/example/other", "registry.terraform.io//sts", "a/b/c/sts",
	} {
		root := smallTree(t)
		if err := setAddress(root, address); err == nil {
			t.Errorf("%q was accepted", address)
		}
		if got, _ := readAddress(root); got.String() != localAddress {
			t.Errorf("%q changed the address to %s", address, got)
		}
	}
}

// each calls a function with the name and the text of each file of a tree.
func each(t *testing.T, root string, check func(name, text string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		check(name, read(t, path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func copyAll(t *testing.T, source, target string) {
	t.Helper()
	if info, err := os.Stat(source); err != nil || !info.IsDir() {
		put(t, target, read(t, source))
		return
	}
	each(t, source, func(name, text string) { put(t, filepath.Join(target, name), text) })
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := write(path, []byte(text)); err != nil {
		t.Fatal(err)
	}
}
