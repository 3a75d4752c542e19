package provider

import (
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"
)

// session has the variables of `environment` whose values come from the session, with what the guide calls them.
var (
	keysOfSession = map[string]string{
		"AWS_ACCESS_KEY_ID":     "the session's keys",
		"AWS_SECRET_ACCESS_KEY": "the session's keys",
		"AWS_SESSION_TOKEN":     "the session token",
		"AWS_SECURITY_TOKEN":    "the session token",
		"AWS_ACCOUNT_ID":        "the session's account",
	}
	profileOfSession = map[string]string{
		"AWS_CONFIG_FILE":             "the file `shared_config_file`",
		"AWS_SHARED_CREDENTIALS_FILE": "a file beside it",
		"AWS_PROFILE":                 "the profile",
		"AWS_DEFAULT_PROFILE":         "the profile",
	}
)

var (
	guideRow = regexp.MustCompile("(?m)^\\| (`[^|]+) \\| [^|]+ \\| ([^|]+) \\| ([^|]+) \\|$")
	variable = regexp.MustCompile("`([A-Z][A-Z0-9_]+)`")
)

// TestGuideListsEnvironmentVariables compares the table in the guide with the variables that `environment` sets.
func TestGuideListsEnvironmentVariables(t *testing.T) {
	guide, err := os.ReadFile("../../templates/guides/commands.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string][2]string{}
	for _, row := range guideRow.FindAllStringSubmatch(string(guide), -1) {
		for _, name := range variable.FindAllStringSubmatch(row[1], -1) {
			documented[name[1]] = [2]string{row[2], row[3]}
		}
	}
	for column, values := range [2][2]map[string]string{
		{besideKeys, keysOfSession}, {besideProfile, profileOfSession},
	} {
		set := map[string]string{}
		for name, value := range values[0] {
			set[name] = "`" + value + "`"
			if value == "" {
				set[name] = "empty"
			}
		}
		maps.Copy(set, values[1])
		for name, cells := range documented {
			want := set[name]
			if want == "" {
				want = "not set"
			}
			if got := strings.TrimSpace(cells[column]); got != want {
				t.Errorf("%s: the guide says %q, and it is %q", name, got, want)
			}
			delete(set, name)
		}
		for name := range set {
			t.Errorf("%s isn't in the guide", name)
		}
	}
}
