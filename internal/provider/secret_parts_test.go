//go:build unix

package provider_test

import (
	"iter"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// secretParts are runs of letters and digits that secrets have, in every encoding. There are millions of runs, and the
// logs have as many, so they are compared by their hashes.
type secretParts struct {
	runs   map[uint64]string     // the names of their encodings
	some   [1 << filterBits]bool // whether there might be a run, by a part of its hash
	pieces map[string]bool       // those that encodings put between spaces
}

// What counts as a part of a secret.
const (
	runLength  = 16 // letters and digits in a row
	pieceCount = 4  // pieces of the encodings in pieces, together
)

func newSecretParts(secrets []string) *secretParts {
	parts := &secretParts{runs: map[uint64]string{}, pieces: map[string]bool{}}
	for _, value := range secrets {
		for name, encode := range testenv.Encodings {
			encoded := encode(value)
			for piece := range strings.FieldsSeq(encoded) {
				if len(piece) >= 5 && strings.Contains(name, "pieces of") {
					parts.pieces[piece] = true
				}
			}
			for _, hash := range runs(lettersAndDigits(
				strings.ReplaceAll(encoded, "arn:aws:iam::123456789012:role", ""),
			)) {
				parts.runs[hash], parts.some[filtered(hash)] = name, true
			}
		}
	}
	return parts
}

// runs are the hashes of all runs in a text, with their places.
func runs(text string) iter.Seq2[int, uint64] {
	const factor = 0x9e3779b97f4a7c15
	ofFirst := uint64(1) // factor to the power of runLength
	for range runLength {
		ofFirst *= factor
	}
	return func(yield func(int, uint64) bool) {
		var hash uint64
		for n := range len(text) {
			hash = hash*factor + uint64(text[n])
			if n >= runLength {
				hash -= uint64(text[n-runLength]) * ofFirst
			}
			if n+1 >= runLength && !yield(n+1-runLength, hash) {
				return
			}
		}
	}
}

const filterBits = 24

func filtered(hash uint64) uint64 { return hash * 0xff51afd7ed558ccd >> (64 - filterBits) }

func lettersAndDigits(text string) string {
	kept := make([]byte, 0, len(text))
	for n := range len(text) {
		switch c := text[n]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			kept = append(kept, c)
		}
	}
	return string(kept)
}

func (p *secretParts) search(t *testing.T, place, text string) {
	t.Helper()
	reduced := lettersAndDigits(text)
	for n, hash := range runs(reduced) {
		if !p.some[filtered(hash)] {
			continue
		}
		if encoding, ok := p.runs[hash]; ok {
			t.Errorf("a part of a secret (%s) is in %s: …%s…", encoding, place, reduced[max(0, n-60):n])
			return
		}
	}
	pieces := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		if p.pieces[word] {
			pieces[word] = true
		}
	}
	if len(pieces) >= pieceCount {
		t.Errorf("%d pieces of secrets are together in %s", len(pieces), place)
	}
}

// TestSecretPartsAreFound checks the search itself: a run of a secret is found in every encoding, and a shorter part
// isn't.
func TestSecretPartsAreFound(t *testing.T) {
	t.Parallel()
	const value = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
	parts := newSecretParts([]string{"another-secret-value", value})
	for text, want := range map[string]bool{
		"before " + value[3:3+runLength] + " after":       true,
		"before " + value[3:2+runLength] + " after":       false,
		value[:8] + "-" + value[8:runLength]:              true, // what stands between doesn't count
		testenv.Encodings["hex"](value):                   true,
		strings.ToUpper(value[len(value)-runLength:]):     true,
		"no part of a secret, but a long text without it": false,
	} {
		found := false
		for _, hash := range runs(lettersAndDigits(text)) {
			_, ok := parts.runs[hash]
			found = found || ok && parts.some[filtered(hash)]
		}
		if found != want {
			t.Errorf("%q: found is %v", text, found)
		}
	}
}
