package main

import (
	"strings"
	"testing"
)

func TestVerdictOf(t *testing.T) {
	tests := map[string]struct {
		results []result
		standIn bool
		want    string // in the error; empty: no error
	}{
		"all are valid":            {results: []result{{verdict: valid}}},
		"some can't be validated":  {results: []result{{verdict: valid}, {verdict: notValidated}}},
		"one fails":                {results: []result{{verdict: valid}, {verdict: failed}}, want: "1 failed"},
		"one fails with stand-ins": {results: []result{{verdict: failed}}, standIn: true, want: "stand-in"},
		"none was found":           {want: "no example"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := verdictOf(test.results, test.standIn)
			if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestSummaryCounts(t *testing.T) {
	got := summary([]result{{verdict: valid}, {verdict: valid}, {verdict: notValidated}, {verdict: failed}})
	if want := "examples: 4; ok: 2, not validated here: 1, failed: 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
