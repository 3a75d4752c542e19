package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// release is what goreleaser built.
type release struct {
	folder    string // with the files
	address   terraformcli.Address
	version   string
	protocols []string // of Terraform's plugin protocol, such as 6.0
	archives  []archive
	key       signingKey
}

// archive is the zip for one platform.
type archive struct {
	name, goos, goarch string
	sum                string // SHA-256 in hexadecimal
}

// platform is the name that the CLIs give to the archive's platform, such as linux_amd64.
func (a archive) platform() string { return a.goos + "_" + a.goarch }

const (
	project  = "terraform-provider-" + providerType
	manifest = "terraform-registry-manifest.json"
)

var archiveName = regexp.MustCompile(`^` + project + `_(.+)_([a-z0-9]+)_([a-z0-9]+)\.zip$`)

// sumsName is the file with the checksums.
func (r release) sumsName() string { return project + "_" + r.version + "_SHA256SUMS" }

// readRelease reads a tree whose folder dist has a release.
func readRelease(root string) (release, error) {
	r := release{folder: filepath.Join(root, "dist")}
	var problems []error
	note := func(err error) { problems = append(problems, err) }
	var err error
	r.address, err = readAddress(root)
	note(err)
	r.protocols, err = readProtocols(root)
	note(err)
	sums, err := filepath.Glob(filepath.Join(r.folder, project+"_*_SHA256SUMS"))
	note(err)
	if len(sums) != 1 {
		return r, errors.Join(
			append(problems, fmt.Errorf("want one file with checksums in dist, got %d", len(sums)))...)
	}
	text, err := os.ReadFile(sums[0])
	note(err)
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if part := archiveName.FindStringSubmatch(name); part != nil {
			r.version = part[1]
			r.archives = append(r.archives, archive{name: name, goos: part[2], goarch: part[3], sum: sum})
		}
	}
	if len(r.archives) == 0 {
		note(errors.New("the checksums name no archive"))
	}
	return r, errors.Join(problems...)
}

func readProtocols(root string) ([]string, error) {
	var document struct {
		Metadata struct {
			Versions []string `json:"protocol_versions"`
		} `json:"metadata"`
	}
	err := readJSON(filepath.Join(root, manifest), &document)
	return document.Metadata.Versions, err
}
