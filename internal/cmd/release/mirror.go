package main

import (
	"errors"
	"io/fs"
	"path/filepath"

	"golang.org/x/mod/sumdb/dirhash"
)

// writeMirror adds the release to a network mirror, which is also a file system mirror with packed archives. See
// https://developer.hashicorp.com/terraform/internals/provider-network-mirror-protocol.
func (r release) writeMirror(folder string) error {
	folder = filepath.Join(folder, filepath.FromSlash(r.address.String()))
	archives := map[string]any{}
	for _, a := range r.archives {
		source := filepath.Join(r.folder, a.name)
		if err := copyInto(filepath.Join(folder, a.name), source); err != nil {
			return err
		}
		hash, err := dirhash.HashZip(source, dirhash.Hash1)
		if err != nil {
			return err
		}
		archives[a.platform()] = map[string]any{"url": a.name, "hashes": []string{hash, "zh:" + a.sum}}
	}
	var index struct {
		Versions map[string]struct{} `json:"versions"`
	}
	indexPath := filepath.Join(folder, "index.json")
	if err := readJSON(indexPath, &index); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if index.Versions == nil {
		index.Versions = map[string]struct{}{}
	}
	index.Versions[r.version] = struct{}{}
	if err := writeJSON(indexPath, index); err != nil {
		return err
	}
	return writeJSON(filepath.Join(folder, r.version+".json"), map[string]any{"archives": archives})
}
