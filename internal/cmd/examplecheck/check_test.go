package main

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// TestCheckAll checks fixtures with a real CLI and the provider as it is built from this tree, without any download.
func TestCheckAll(t *testing.T) {
	want := []struct {
		example string
		verdict verdict
		says    string // in the reason or in the output
	}{
		{
			example: "aws-resource", verdict: notValidated,
			says: `needs the real hashicorp/aws for resource "aws_s3_bucket" "state"`,
		},
		{example: "backend", verdict: valid},
		{example: "backend-wrong", verdict: failed, says: "Duplicate backend configuration"},
		{example: "broken-syntax", verdict: failed, says: "Unclosed configuration block"},
		{example: "module", verdict: valid},
		{example: "modules", verdict: valid},
		{example: "modules-wrong", verdict: failed, says: `An argument named "role_name" is not expected here.`},
		{example: "opentofu", verdict: notValidated, says: "needs OpenTofu"},
		{example: "other-vendor", verdict: notValidated, says: "needs hashicorp/kubernetes"},
		{example: "right", verdict: valid},
		{
			example: "sts-without-source", verdict: failed,
			says: "required_providers must have sts with the source " + strconv.Quote(provider.Address),
		},
		{example: "wrong-argument", verdict: failed, says: `An argument named "role_name" is not expected here.`},
		{
			example: "wrong-argument-for-aws", verdict: failed,
			says: `An argument named "session_token" is not expected here.`,
		},
	}
	fixtures := copyOfFixtures(t)
	before := listing(t, fixtures)
	results, product := checkFixtures(t, fixtures)
	if len(results) != len(want) {
		t.Fatalf("%d results: want %d", len(results), len(want))
	}
	for i, w := range want {
		if product == "OpenTofu" && w.says == "needs OpenTofu" {
			w.verdict, w.says = valid, ""
		}
		t.Run(w.example, func(t *testing.T) {
			got := results[i]
			if got.example != w.example || got.verdict != w.verdict {
				t.Errorf("got %s, want %s: %s", got.line(""), w.verdict, w.example)
			}
			if !strings.Contains(got.reason+"\n"+got.output, w.says) {
				t.Errorf("doesn't say %q: %s", w.says, got.line(""))
			}
		})
	}
	if after := listing(t, fixtures); !slices.Equal(before, after) {
		t.Errorf("the check has changed the tree: before %q, after %q", before, after)
	}
}

// copyOfFixtures follows the provider to wherever it is published: the fixtures name an address, as every example does.
func copyOfFixtures(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "examples")
	if err := terraformcli.CopyConfiguration("testdata/examples", folder); err != nil {
		t.Fatal(err)
	}
	for _, path := range listing(t, folder) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.ReplaceAll(text, []byte("terraform.local/webidentity/sts"), []byte(provider.Address))
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// checkFixtures also names the CLI's product.
func checkFixtures(t *testing.T, fixtures string) (results []result, product string) {
	t.Helper()
	workspace := clitest.Workspace(t)
	root, err := terraformcli.SourceRoot()
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBench(t.Context(), workspace, root)
	if err != nil {
		t.Fatal(terraformcli.WithOutput(err))
	}
	if err := b.useStandIn(); err != nil {
		t.Fatal(err)
	}
	results, err = b.checkAll(t.Context(), io.Discard, fixtures)
	if err != nil {
		t.Fatal(terraformcli.WithOutput(err))
	}
	return results, b.cli.Product
}

// listing are the paths of the files below a folder.
func listing(t *testing.T, folder string) []string {
	t.Helper()
	var paths []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// TestMissingProviders checks that the CLI itself reports a failed download if downloads work. A misspelled address
// must not count as a provider that isn't available here.
func TestMissingProviders(t *testing.T) {
	misspelled := []terraformcli.Address{{Host: "registry.terraform.io", Namespace: "hashicorp", Type: "asw"}}
	if missing := (&bench{}).missing(misspelled); missing != nil {
		t.Errorf("with downloads: %q are missing, want none", missing)
	}
	if missing := (&bench{standIn: true}).missing(misspelled); !slices.Equal(missing, []string{"hashicorp/asw"}) {
		t.Errorf("without downloads: %q are missing, want hashicorp/asw", missing)
	}
}
