package main

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseOptions(t *testing.T) {
	t.Chdir(t.TempDir())
	dex, err := filepath.Abs("dex")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dex, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		arguments []string
		require   bool
		given     map[string]string
		problem   string // a part of the error; empty: none
	}{
		"nothing":                        {nil, false, nil, ""},
		"skipped checks are failures":    {[]string{"-require"}, true, nil, ""},
		"an executable":                  {[]string{"-use", "dex=dex"}, false, map[string]string{"dex": dex}, ""},
		"an executable without a name":   {[]string{"-use", "/usr/bin/dex"}, false, nil, "want NAME=PATH"},
		"an executable without a path":   {[]string{"-use", "dex="}, false, nil, "want NAME=PATH"},
		"an executable that isn't there": {[]string{"-use", "dex=nowhere"}, false, nil, "nowhere"},
		"an executable of another name":  {[]string{"-use", "moto=x"}, false, nil, `not "moto"`},
		"an expression that isn't valid": {[]string{"-run", "("}, false, nil, "-run"},
		"an argument":                    {[]string{"moto"}, false, nil, `unexpected argument "moto"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseOptions(io.Discard, test.arguments)
			if test.problem != "" {
				if err == nil || !strings.Contains(err.Error(), test.problem) {
					t.Errorf("got the error %v, want %q in it", err, test.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.require != test.require || !maps.Equal(got.given, test.given) {
				t.Errorf("got %v, %v; want %v, %v", got.require, got.given, test.require, test.given)
			}
		})
	}
}

func TestSelectedChecks(t *testing.T) {
	for expression, want := range map[string][]string{
		"":          {"MinIO: claim", "moto: chaining"},
		"minio":     {"MinIO: claim"},
		"chain|mio": {"moto: chaining"},
		"boto3":     nil,
	} {
		t.Run(expression, func(t *testing.T) {
			o, err := parseOptions(io.Discard, []string{"-run", expression})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range o.selected([]check{{name: "MinIO: claim"}, {name: "moto: chaining"}}) {
				got = append(got, c.name)
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
