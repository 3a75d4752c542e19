// Package secret holds text that must never be printed: web identity tokens, secret access keys and session tokens.
package secret

import (
	"fmt"
	"log/slog"
	"unique"
)

// redacted replaces a secret in a log, a diagnostic, or a dump.
const redacted = "(redacted)"

// Text is a string that redacts itself under every fmt verb, in JSON and in slog. Only Reveal returns the value.
//
// The value sits in a struct, so that a conversion to string, which would slip past the methods, doesn't compile; and
// behind a handle, of which fmt prints an address: it can't call the methods of what lies in another struct's
// unexported field. Equal texts are ==.
type Text struct {
	value unique.Handle[string]
}

// New wraps a value. An empty one is the zero Text.
func New(value string) Text {
	if value == "" {
		return Text{}
	}
	return Text{value: unique.Make(value)}
}

// Reveal gives the value itself, for the request it belongs in.
func (t Text) Reveal() string {
	if t.IsEmpty() {
		return ""
	}
	return t.value.Value()
}

// IsEmpty reports whether there is no value, without giving it away.
func (t Text) IsEmpty() bool { return t == Text{} }

// Format redacts under every verb: %v, %+v, %#v, %s, %q, %x.
func (t Text) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(t.String())) }

// String redacts. An empty Text shows as empty: that there is nothing is worth knowing, and no secret.
func (t Text) String() string {
	if t.IsEmpty() {
		return ""
	}
	return redacted
}

// GoString redacts.
func (t Text) GoString() string { return t.String() }

// LogValue redacts in slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText redacts in JSON and in every other encoding that asks for text.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
