package main

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
)

// The folders of a registry. providersPath is the service that discoveryPath announces. mirrorPath has the archives. It
// is also a network mirror, and a file system mirror.
const (
	discoveryPath = ".well-known/terraform.json"
	providersPath = "v1/providers"
	mirrorPath    = "mirror"
)

// writeRegistry adds the release to a folder that a web server can serve. All documents are files. Other versions that
// the folder has stay. See https://developer.hashicorp.com/terraform/internals/provider-registry-protocol.
func (r release) writeRegistry(folder string) error {
	provider := filepath.Join(folder, providersPath, r.address.Namespace, r.address.Type)
	if err := writeJSON(
		filepath.Join(folder, discoveryPath),
		map[string]string{"providers.v1": "/" + providersPath + "/"},
	); err != nil {
		return err
	}
	if err := r.addVersion(filepath.Join(provider, "versions")); err != nil {
		return err
	}
	if err := r.writeMirror(filepath.Join(folder, mirrorPath)); err != nil {
		return err
	}
	for _, suffix := range []string{"", ".sig"} {
		name := r.sumsName() + suffix
		if err := copyInto(filepath.Join(provider, r.version, name), filepath.Join(r.folder, name)); err != nil {
			return err
		}
	}
	for _, archive := range r.archives {
		download := filepath.Join(provider, r.version, "download", archive.goos, archive.goarch)
		if err := writeJSON(download, r.download(archive)); err != nil {
			return err
		}
	}
	return nil
}

// versionDocument is one version in the list of a registry.
type versionDocument struct {
	Version   string             `json:"version"`
	Protocols []string           `json:"protocols"`
	Platforms []platformDocument `json:"platforms"`
}

type platformDocument struct {
	OS   string `json:"os"`
	Arch string `json:"arch"`
}

// addVersion adds the release to the list of versions, or replaces it there.
func (r release) addVersion(path string) error {
	var document struct {
		Versions []versionDocument `json:"versions"`
	}
	if err := readJSON(path, &document); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	document.Versions = slices.DeleteFunc(
		document.Versions,
		func(v versionDocument) bool { return v.Version == r.version },
	)
	added := versionDocument{Version: r.version, Protocols: r.protocols}
	for _, archive := range r.archives {
		added.Platforms = append(added.Platforms, platformDocument{archive.goos, archive.goarch})
	}
	document.Versions = append(document.Versions, added)
	return writeJSON(path, document)
}

// download is the document for the archive of one platform.
func (r release) download(a archive) any {
	files := "/" + path.Join(providersPath, r.address.Namespace, r.address.Type, r.version)
	sums := files + "/" + r.sumsName()
	return map[string]any{
		"protocols": r.protocols, "os": a.goos, "arch": a.goarch,
		"filename": a.name, "shasum": a.sum,
		"download_url": "/" + path.Join(mirrorPath, r.address.String(), a.name),
		"shasums_url":  sums, "shasums_signature_url": sums + ".sig",
		"signing_keys": map[string]any{
			"gpg_public_keys": []map[string]string{{"key_id": r.key.id, "ascii_armor": r.key.armor}},
		},
	}
}
