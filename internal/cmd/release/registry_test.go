package main

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"testing"
)

// A second version joins the first in the lists of a registry and of a mirror.
func TestRegistryKeepsVersions(t *testing.T) {
	folder := t.TempDir()
	for _, version := range []string{"1.0.0", "1.1.0", "1.1.0"} {
		r := fakeRelease(t, version)
		if err := r.writeRegistry(folder); err != nil {
			t.Fatal(err)
		}
	}
	var list struct{ Versions []versionDocument }
	if err := readJSON(filepath.Join(folder, providersPath, "example", "sts", "versions"), &list); err != nil {
		t.Fatal(err)
	}
	var versions []string
	for _, v := range list.Versions {
		versions = append(versions, v.Version)
		if !slices.Equal(v.Platforms, []platformDocument{{"linux", "amd64"}}) ||
			!slices.Equal(v.Protocols, []string{"6.0"}) {
			t.Errorf("the registry has %+v", v)
		}
	}
	if !slices.Equal(versions, []string{"1.0.0", "1.1.0"}) {
		t.Errorf("the registry has the versions %v", versions)
	}
	var index struct{ Versions map[string]struct{} }
	if err := readJSON(
		filepath.Join(folder, mirrorPath, "registry.example.com", "example", "sts", "index.json"),
		&index,
	); err != nil {
		t.Fatal(err)
	}
	if len(index.Versions) != 2 {
		t.Errorf("the mirror has the versions %v", index.Versions)
	}
}

// An archive that differs in two builds is named.
func TestDifferentArchives(t *testing.T) {
	first, second := fakeRelease(t, "1.0.0"), fakeRelease(t, "1.0.0")
	if err := sameArchives(first, second); err != nil {
		t.Errorf("equal archives: %v", err)
	}
	second.archives = slices.Clone(second.archives)
	second.archives[0].sum = "other"
	if err := sameArchives(first, second); err == nil {
		t.Error("an archive with another checksum was accepted")
	}
	if err := sameArchives(first, release{}); err == nil {
		t.Error("a missing archive was accepted")
	}
}

// fakeRelease is a release for one platform, read from a tree that goreleaser could have left.
func fakeRelease(t *testing.T, version string) release {
	t.Helper()
	root := smallTree(t)
	if err := setAddress(root, "registry.example.com/example/sts"); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(root, manifest), `{"version": 1, "metadata": {"protocol_versions": ["6.0"]}}`)
	const emptyZip = "PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	name := project + "_" + version + "_linux_amd64.zip"
	put(t, filepath.Join(root, "dist", name), emptyZip)
	sum := sha256.Sum256([]byte(emptyZip))
	sums := filepath.Join(root, "dist", project+"_"+version+"_SHA256SUMS")
	put(t, sums, hex.EncodeToString(sum[:])+"  "+name+"\nabc  "+name+".spdx.json\n")
	put(t, sums+".sig", "signature")
	r, err := readRelease(root)
	if err != nil {
		t.Fatal(err)
	}
	if r.version != version || len(r.archives) != 1 || r.archives[0].platform() != "linux_amd64" {
		t.Fatalf("got the release %+v", r)
	}
	return r
}
