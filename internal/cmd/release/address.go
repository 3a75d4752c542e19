package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// addressFile is the one place that sets the provider's address.
const addressFile = "internal/provider/address.go"

// addressMentions are the files and folders that show the address to users. A folder counts with all that is below it.
var addressMentions = []string{
	addressFile,
	"README.md",
	"DESIGN.md",
	"docs",
	"templates",
	"examples",
	"internal/cmd/examplecheck/testdata/examples",
}

var addressConstant = regexp.MustCompile(`(?m)^const Address = "([^"]+)"$`)

// providerType is the last part of every address of this provider.
const providerType = "sts"

// setAddress replaces the provider's address in the tree: in addressFile and wherever users see it.
func setAddress(root, source string) error {
	wanted, err := parseAddress(source)
	if err != nil {
		return err
	}
	current, err := readAddress(root)
	if err != nil || current == wanted {
		return err
	}
	for _, mention := range addressMentions {
		err := filepath.WalkDir(filepath.Join(root, mention), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			return replaceInFile(path, current.String(), wanted.String())
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func parseAddress(source string) (terraformcli.Address, error) {
	address, err := terraformcli.ParseAddress(source)
	if err == nil && address.Type != providerType {
		err = fmt.Errorf("%q isn't an address of this provider: it must end with /%s", source, providerType)
	}
	return address, err
}

// readAddress reads the address of a tree, which isn't always the tree of this program.
func readAddress(root string) (terraformcli.Address, error) {
	text, err := os.ReadFile(filepath.Join(root, addressFile))
	if err != nil {
		return terraformcli.Address{}, err
	}
	found := addressConstant.FindSubmatch(text)
	if found == nil {
		return terraformcli.Address{}, errors.New(addressFile + " doesn't set the address")
	}
	return terraformcli.ParseAddress(string(found[1]))
}

// replaceInFile replaces an address where it isn't part of a longer word. The file keeps its mode.
func replaceInFile(path, current, wanted string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	whole := regexp.MustCompile(`(^|[^0-9A-Za-z_.-])` + regexp.QuoteMeta(current) + `($|[^0-9A-Za-z_-])`)
	changed := whole.ReplaceAll(text, slices.Concat([]byte("${1}"), []byte(wanted), []byte("${2}")))
	if bytes.Equal(text, changed) {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, changed, info.Mode())
}
