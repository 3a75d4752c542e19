package main

import (
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

func TestParsePins(t *testing.T) {
	pins, err := parsePins(
		"# a comment\n\n minio  go\tgithub.com/minio/minio@v0.0.1 \naws registry hashicorp/aws@6.0.0\n",
	)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]pin{
		"minio": {"minio", goModule, "github.com/minio/minio", "v0.0.1"},
		"aws":   {"aws", registry, "hashicorp/aws", "6.0.0"},
	}
	if len(pins) != len(want) {
		t.Fatalf("got %v", pins)
	}
	for name := range want {
		if pins[name] != want[name] {
			t.Errorf("%s: got %+v, want %+v", name, pins[name], want[name])
		}
	}
}

func TestParsePinsFails(t *testing.T) {
	for name, test := range map[string]struct{ text, problem string }{
		"no version":     {"aws registry hashicorp/aws", "has no version"},
		"empty version":  {"aws registry hashicorp/aws@", "has no version"},
		"empty source":   {"aws registry @6.0.0", "has no version"},
		"no kind":        {"aws hashicorp/aws@6.0.0", "not 2 words"},
		"unknown kind":   {"aws apt hashicorp/aws@6.0.0", `"apt" isn't a kind`},
		"pinned twice":   {"aws path a@1\naws path a@2", "line 2: aws is pinned twice"},
		"number of line": {"# comment\n\naws", "line 3"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parsePins(test.text); err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("got %v, want %q in it", err, test.problem)
			}
		})
	}
}

// TestReadPins reads the file of the tree. Each name that -use takes is pinned.
func TestReadPins(t *testing.T) {
	root, err := terraformcli.SourceRoot()
	if err != nil {
		t.Fatal(err)
	}
	pins, err := readPins(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]kind{
		minioPin: goModule, dexPin: onPath, awsutilsPin: registry, awsPin: registry,
	} {
		if pins[name].kind != kind {
			t.Errorf("%s: got %+v, want the kind %s", name, pins[name], kind)
		}
	}
}
