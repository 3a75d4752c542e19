package webidentity_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// misplaced are tokens and other secrets that somebody could put where a path or a name belongs.
var misplaced = map[string]string{
	"a JWT":                     "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzIn0.c2ln",
	"a JWT cut off":             "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJz",
	"a Login with Amazon token": "Atza|IwEBIJfoobarbazq0123456789",
	"a Google access token":     "ya29.a0AfH6SMBx7Gh2Qz9-aB_cd",
	"a Google refresh token":    "1//0gx7Gh2Qz9aBcdCgYIARAAGBASNwF",
	"a Facebook token":          "EAACEdEose0cBAx7Gh2Qz9aB",
	"a secret access key":       "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	"base64 with a slash first": "/x7Gh2Qz9aB+cdEf1",
	"hexadecimal digits":        "d41d8cd98f00b204e9800998ecf8427e",
	"letters and digits":        "hunter2hunter2hunter2",
	"a pass phrase":             "correct-horse-battery-staple",
	"a pass phrase as a name":   "correct_horse_battery_staple",
	"capitals and digits":       "MFRGGZDFMZTWQ2LKNNWG23TPOA",
	"digits":                    "_0123456789",
}

// TestMisplacedTokensAreNotShown holds that a token in the place of a path or of a variable's name isn't in the error.
func TestMisplacedTokensAreNotShown(t *testing.T) {
	for name, value := range misplaced {
		for place, source := range map[string]webidentity.Source{
			"file":             webidentity.File{Path: value, Origin: origin.Of(origin.Block)},
			"file of variable": webidentity.File{Path: value, Origin: origin.OfVariable(webidentity.FileVariable)},
			"environment":      webidentity.Environment{Name: value, Getenv: func(string) string { return "" }},
		} {
			_, err := source.Token(t.Context())
			if err == nil {
				t.Fatalf("%s, %s: no error", name, place)
			}
			text := explained(err) + err.Error()
			for n := 0; n+6 <= len(value); n++ {
				if strings.Contains(text, value[n:n+6]) {
					t.Errorf("%s, %s: %q is in: %s", name, place, value[n:n+6], text)
					break
				}
			}
		}
	}
}

// TestPathsAndNamesAreShown holds that what is plainly a path or a name stays in the error.
func TestPathsAndNamesAreShown(t *testing.T) {
	existing := write(t, "x7Gh2Qz9aB")
	for path, want := range map[string]string{
		"/nowhere/token":                       `"/nowhere/token"`,
		"/var/run/secrets/serviceaccount/none": `"/var/run/secrets/serviceaccount/none"`,
		"/builds/x7Gh2Qz9aB/token":             `"/builds/[10 characters left out]/token"`,
		"./none":                               `"./none"`,
		`C:\tokens\none`:                       `"C:\\tokens\\none"`,
		"none":                                 "a path of 4 characters",
		existing:                               strconv.Quote(existing),
	} {
		_, err := webidentity.File{Path: path, Origin: origin.Of(origin.Block)}.Token(t.Context())
		if err == nil || !strings.Contains(explained(err), want) {
			t.Errorf("%s: %q isn't in: %v", path, want, explained(err))
		}
	}
	for _, name := range []string{"TFC_WORKLOAD_IDENTITY_TOKEN", "CIRCLE_OIDC_TOKEN_V2", "ID_TOKEN"} {
		_, err := webidentity.Environment{Name: name, Getenv: func(string) string { return "" }}.Token(t.Context())
		if err == nil || !strings.Contains(explained(err), name) {
			t.Errorf("%s isn't in: %v", name, err)
		}
	}
	_, err := webidentity.Environment{
		Name:   "x7Gh2Qz9aB",
		Getenv: func(string) string { return "not a token" },
	}.Token(
		t.Context(),
	)
	if err == nil || !strings.Contains(explained(err), "x7Gh2Qz9aB") {
		t.Errorf("the name of a variable that is set isn't in: %v", err)
	}
}
