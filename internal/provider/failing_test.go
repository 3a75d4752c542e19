package provider_test

import (
	"fmt"
	"hash/crc32"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// failing is a part of a configuration, and the error that Terraform shows for it.
type failing struct {
	config   string // with LABEL in the names of its block or output, and of its provider
	argument string // that the error points at; empty: the block
	says     string // with any white space between the words
	ends     bool   // the error says nothing after that
}

// wantErrors runs commands that must fail. Each part of the configuration must have its error in one of them, and there
// must be no other. The parts with an error are left out of the next command, because the errors of the schema hide
// those of the plan.
func wantErrors(
	t *testing.T, newCLI func(*testing.T, string) installedCLI, common string, parts map[string]failing,
	commands ...string,
) {
	t.Helper()
	found := map[string]diagnostic{}
	for _, command := range commands {
		config := common
		for name, part := range parts {
			if _, ok := found[label(name)]; !ok {
				config += strings.ReplaceAll(part.config, "LABEL", label(name))
			}
		}
		for _, one := range newCLI(t, config).diagnostics(t, command) {
			if _, twice := found[one.label()]; twice {
				t.Errorf("a second error of %s:\n%s\n%s", one.label(), one.Summary, one.Detail)
			}
			found[one.label()] = one
		}
	}
	for name, part := range parts {
		t.Run(name, func(t *testing.T) {
			one, ok := found[label(name)]
			if !ok {
				t.Fatalf("there is no error, only of %q", slices.Sorted(maps.Keys(found)))
			}
			part.check(t, one)
		})
		delete(found, label(name))
	}
	for name, one := range found {
		t.Errorf("an error of %q:\n%s\n%s", name, one.Summary, one.Detail)
	}
}

// wantError plans a whole configuration. It must have one error.
func wantError(t *testing.T, whole failing) {
	t.Helper()
	found := newAttachedCLI(t, whole.config).diagnostics(t, "plan")
	if len(found) != 1 {
		t.Fatalf("there are %d errors: %+v", len(found), found)
	}
	whole.check(t, found[0])
}

// check compares the error that was found.
func (part failing) check(t *testing.T, found diagnostic) {
	t.Helper()
	pointed := strings.TrimSpace(strings.SplitN(found.Snippet.Code, "=", 2)[0])
	isAtBlock := blockStart.MatchString(pointed)
	if isAtBlock != (part.argument == "") || !isAtBlock && pointed != part.argument {
		t.Errorf("it points at %q, want %q", pointed, part.argument)
	}
	pattern := sentencePattern(part.says).String()
	if part.ends {
		pattern += `\s*$`
	}
	if !regexp.MustCompile(pattern).MatchString(found.Summary + " " + found.Detail) {
		t.Errorf("%q isn't in:\n%s\n%s", part.says, found.Summary, found.Detail)
	}
}

var (
	blockStart = regexp.MustCompile(`^(?:data|ephemeral|provider) "`)
	notInLabel = regexp.MustCompile(`[^a-z0-9]+`)
	lastName   = regexp.MustCompile(`[A-Za-z0-9_-]+$`)
)

// label is a name as a block and the address of a provider can have it. Different names have different labels.
func label(name string) string {
	words := strings.Trim(notInLabel.ReplaceAllString(strings.ToLower(name), "-"), "-")
	return strings.TrimSuffix(fmt.Sprintf("x%08x-%s", crc32.ChecksumIEEE([]byte(name)), words), "-")
}

// label is the name of the block or output that has the error, or a part of the name of the provider.
func (d diagnostic) label() string {
	place := d.Address
	if place == "" {
		place = d.Snippet.Context
	}
	place = strings.TrimSuffix(place, `"]`) // the end of a provider's address
	return strings.TrimPrefix(lastName.FindString(strings.TrimSuffix(place, `"`)), "sts-")
}
