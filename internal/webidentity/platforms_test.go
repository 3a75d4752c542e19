package webidentity_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var argumentName = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// TestEachPlatformIsComplete checks what the schema and the requests of a platform are made from.
func TestEachPlatformIsComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, platform := range webidentity.Platforms {
		if !argumentName.MatchString(platform.Name) || seen[platform.Name] || platform.Description == "" {
			t.Errorf("the name %q or the description %q isn't right", platform.Name, platform.Description)
		}
		seen[platform.Name] = true
		audiences, arguments := 0, map[string]bool{}
		for _, argument := range platform.Arguments {
			if !argumentName.MatchString(argument.Name) || arguments[argument.Name] || argument.Description == "" {
				t.Errorf("%s: the argument %+v isn't right", platform.Name, argument)
			}
			arguments[argument.Name] = true
			if argument.IsAudience {
				audiences++
			}
			isNumber := argument.Kind == webidentity.WholeNumber
			mayHaveDefault := !isNumber && !argument.Required
			if isNumber != (argument.Least < argument.Most) || argument.Default != "" && !mayHaveDefault {
				t.Errorf("%s: the argument %+v contradicts itself", platform.Name, argument)
			}
		}
		if audiences > 1 {
			t.Errorf("%s has %d audiences", platform.Name, audiences)
		}
	}
}

// TestEachPlatformIsTested checks that the tests of all platforms have each of them.
func TestEachPlatformIsTested(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, platform := range platforms() {
		tested[platform.member] = true
	}
	for _, platform := range webidentity.Platforms {
		if !tested[platform.Name] {
			t.Errorf("%s isn't among platforms() in platform_test.go", platform.Name)
		}
	}
}

// TestEachPlatformHasItsVariablesInTheDocumentation checks the table of environment variables.
func TestEachPlatformHasItsVariablesInTheDocumentation(t *testing.T) {
	t.Parallel()
	index, err := os.ReadFile(filepath.FromSlash("../../templates/index.md.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, platform := range webidentity.Platforms {
		if row := "` | with `" + platform.Name + "` only |\n"; !strings.Contains(string(index), row) {
			t.Errorf("templates/index.md.tmpl has no row that ends in %q", row)
		}
	}
}
