package assumerole_test

import (
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
)

func TestCompactPolicy(t *testing.T) {
	for name, test := range map[string]struct{ policy, want, problem string }{
		"whitespace goes":              {policy: "{\n  \"a\" : [ 1 ,\t2 ]\r\n}", want: `{"a":[1,2]}`},
		"whitespace in a string stays": {policy: `{"a": " b  c "}`, want: `{"a":" b  c "}`},
		"nothing is written anew": {
			policy: `{"b":1,"a":1.0,"a":"<&>\u0041é"}`, want: `{"b":1,"a":1.0,"a":"<&>\u0041é"}`,
		},
		"2048 characters of two bytes": {
			policy: `"` + strings.Repeat("é", 2046) + `"`, want: `"` + strings.Repeat("é", 2046) + `"`,
		},
		"2049 characters": {
			policy: `"` + strings.Repeat("x", 2047) + `"`, problem: "has 2049 characters",
		},
		"4000 characters, of them 2000 white": {
			policy: strings.Repeat(" ", 2000) + `"` + strings.Repeat("x", 1998) + `"`,
			want:   `"` + strings.Repeat("x", 1998) + `"`,
		},
		"no JSON":                               {policy: `{"a":}`, problem: "isn't valid JSON"},
		"nothing":                               {problem: "isn't valid JSON"},
		"two documents":                         {policy: "{}{}", problem: "isn't valid JSON"},
		"a character beyond U+00FF":             {policy: `{"a":"→"}`, problem: "U+2192 at position 7"},
		"the last character that is allowed":    {policy: `"ÿ"`, want: `"ÿ"`},
		"the first character that is too far":   {policy: `"Ā"`, problem: "U+0100"},
		"a control character as an escape":      {policy: `"\u0007"`, want: `"\u0007"`},
		"a control character inside a string":   {policy: "\"\x7f\"", want: "\"\x7f\""},
		"bytes that aren't UTF-8 in the policy": {policy: "\"\xff\"", problem: "U+FFFD"},
	} {
		got, err := assumerole.CompactPolicy(test.policy)
		switch {
		case test.problem == "" && (err != nil || got != test.want):
			t.Errorf("%s: got %q, %v; want %q", name, got, err, test.want)
		case test.problem != "" && (err == nil || !strings.Contains(explain.Setting(err).Detail, test.problem)):
			t.Errorf("%s: got %v; want %q", name, err, test.problem)
		}
	}
}

func TestCheckRoleSessionName(t *testing.T) {
	for name, valid := range map[string]bool{
		"ab": true, "a_b+c=d,e.f@g-h": true, strings.Repeat("a", 64): true, "09AZaz": true,
		"": false, "a": false, strings.Repeat("a", 65): false, "a b": false, "a/b": false, "a:b": false,
		"naïve": false, "a\n": false, "a\tb": false,
	} {
		if err := assumerole.CheckRoleSessionName(name, origin.Of(origin.Block)); (err == nil) != valid {
			t.Errorf("%q: got %v", name, err)
		}
	}
}
