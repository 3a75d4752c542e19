package main

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// findExamples are the folders at or below the given one that hold a configuration: paths relative to it, with forward
// slashes, sorted. What is below such a folder is its modules. They are checked as a part of it, because a CLI rejects
// some of what only a module may have, such as an ephemeral output. A configuration whose files end in .tofu is for
// OpenTofu only.
func findExamples(folder string) ([]string, error) {
	var examples []string
	err := filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !entry.IsDir():
			return nil
		case entry.Name() == ".terraform":
			return filepath.SkipDir
		}
		if !hasFiles(file, ".tf") && !hasFiles(file, ".tofu") {
			return nil
		}
		relative, err := filepath.Rel(folder, file)
		if err != nil {
			return err
		}
		examples = append(examples, filepath.ToSlash(relative))
		return filepath.SkipDir
	})
	if err != nil {
		return nil, fmt.Errorf("looking for examples: %w", err)
	}
	slices.Sort(examples)
	return examples, nil
}

// hasFiles reports whether a folder has files with an extension.
func hasFiles(folder, extension string) bool {
	files, err := filepath.Glob(filepath.Join(folder, "*"+extension))
	return err == nil && len(files) > 0 // the error is a malformed pattern's
}

// needed is how the command `providers` names a provider that a configuration needs.
var needed = regexp.MustCompile(`provider\[([^\]]+)\]`)

// builtIn is the namespace of what comes with the CLI: terraform.io/builtin/terraform.
const builtIn = "builtin"

// neededProviders reads what the command `providers` writes: the addresses of the providers that a configuration and
// its modules need, those included that it never mentions, but whose resources it has. What is built into the CLI isn't
// among them.
func neededProviders(output string) ([]terraformcli.Address, error) {
	var addresses []terraformcli.Address
	for _, match := range needed.FindAllStringSubmatch(output, -1) {
		address, err := terraformcli.ParseAddress(match[1])
		if err != nil {
			return nil, err
		}
		if address.Namespace != builtIn && !slices.Contains(addresses, address) {
			addresses = append(addresses, address)
		}
	}
	return addresses, nil
}

// shortName is an address as people know it: without the host of a public registry.
func shortName(address terraformcli.Address) string {
	if strings.HasPrefix(address.Host, "registry.") {
		return path.Join(address.Namespace, address.Type)
	}
	return address.String()
}
