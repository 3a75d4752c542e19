package main

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// TestSearch looks into files, into folders below, and into archives, where the secret is compressed.
func TestSearch(t *testing.T) {
	folder := t.TempDir()
	var plan bytes.Buffer
	archive := zip.NewWriter(&plan)
	member, err := archive.Create("tfplan")
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Repeat([]byte("first-secret "), 100)
	if _, err := member.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(plan.Bytes(), []byte("first-secret first-secret")) {
		t.Fatal("the archive isn't compressed, so that it was looked into isn't shown")
	}
	if err := os.Mkdir(filepath.Join(folder, "below"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		planFile: plan.Bytes(), stateFile: []byte("first-secret second-secret"), "main.tf": []byte("no secret"),
		filepath.Join("below", "copy"): []byte("second-secret"),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	counts, err := search(
		folder,
		[]secret.Text{secret.New("first-secret"), secret.New("second-secret"), secret.New("third-secret")},
	)
	want := map[string]int{planFile: 1, stateFile: 2, "main.tf": 0, filepath.Join("below", "copy"): 1}
	if err != nil || !maps.Equal(counts, want) {
		t.Errorf("got %v, %v; want %v", counts, err, want)
	}
}

func TestWantSecrets(t *testing.T) {
	wantError(t, wantSecrets(map[string]int{stateFile: 6, planFile: 6, "main.tf": 0}, 6), "")
	wantError(t, wantSecrets(map[string]int{stateFile: 6, planFile: 0}, 6), "0 secrets found in the data source's demo")
	wantError(t, wantSecrets(map[string]int{stateFile: 4, planFile: 6}, 6), "4 secrets found in the data source's terr")
	wantError(t, wantSecrets(map[string]int{stateFile: 6, planFile: 8}, 6), planFile)
	wantError(t, wantSecrets(map[string]int{planFile: 6}, 6), stateFile)
}

func TestWantNoSecrets(t *testing.T) {
	wantError(t, wantNoSecrets(map[string]int{stateFile: 0, planFile: 0, "main.tf": 0}), "")
	wantError(t, wantNoSecrets(map[string]int{planFile: 0}), "no terraform.tfstate")
	wantError(t, wantNoSecrets(map[string]int{stateFile: 0}), "no demo.tfplan")
	wantError(t, wantNoSecrets(map[string]int{stateFile: 0, planFile: 1}), "the ephemeral resource's demo.tfplan "+
		"holds 1 secret")
	wantError(t, wantNoSecrets(map[string]int{stateFile: 0, planFile: 0, "crash.log": 2}), "crash.log")
}
