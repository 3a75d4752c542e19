package command_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/webidentity/terraform-provider-sts/internal/command"
)

// TestWrongFlags holds that a mistake is explained, without the value, before anything is read or sent.
func TestWrongFlags(t *testing.T) {
	const hidden = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl"
	f := newFixture(t)
	valid := []string{"--endpoint", f.URL(), "--role-arn", hubARN, "--web-identity-token-file", f.file}
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"a typo": {[]string{"--external-idd", "x"}, "--external-idd doesn't exist. Did you mean " +
			"--external-id?"},
		"an underscore":          {[]string{"--role_arn", "x"}, "Did you mean --role-arn?"},
		"capitals":               {[]string{"--Role-ARN", "x"}, "Did you mean --role-arn?"},
		"nothing like it":        {[]string{"--profile", "x"}, "The flag --profile doesn't exist."},
		"a token as a flag":      {[]string{"--" + hidden}, "The flag that you set doesn't exist."},
		"a token as an argument": {[]string{hidden}, "There is an argument that isn't a flag"},
		"the token": {[]string{"--web-identity-token", hidden}, "There is no --web-identity-token with " +
			"the token"},
		"the token, with an equals sign": {
			[]string{"--web-identity-token=" + hidden}, "There is no --web-identity-token with the token",
		},
		"no value": {[]string{"--external-id"}, "--external-id needs a value."},
		"no name": {[]string{"--=" + hidden}, "A flag must have the form --name VALUE or " +
			"--name=VALUE."},
		"an external ID alone": {[]string{"--external-id", "acme"}, "must follow the --assume-role-arn"},
		"a short external ID": {[]string{"--assume-role-arn", spokeARN, "--external-id", "x"}, "--external-id: " +
			"Invalid external ID."},
		"a tag without a value": {[]string{"--assume-role-arn", spokeARN, "--tags", "x"}, "must have the form " +
			"KEY=VALUE"},
		"a tag of AWS": {[]string{"--assume-role-arn", spokeARN, "--tags", "aws:x=y"}, "reserved for AWS"},
		"a duration of a session": {[]string{"--duration-seconds", "899"}, "--duration-seconds must be a whole " +
			"number, 900 or more."},
		"no number":      {[]string{"--duration-seconds", "1h"}, "must be a whole number"},
		"a size":         {[]string{"--minimum-session-token-size", "4097"}, "from 0 to 4096"},
		"a timeout":      {[]string{"--timeout", "30"}, "must be a duration with a unit"},
		"a long timeout": {[]string{"--timeout", "25h"}, "at most 24h"},
		"an account":     {[]string{"--allowed-account-ids", "123"}, "12 digits"},
		"a Region":       {[]string{"--region", "eu-central-1a"}, "--region: "},
		"an endpoint":    {[]string{"--endpoint", "sts.example.com"}, "--endpoint: "},
		"a policy":       {[]string{"--policy", "{"}, "--policy: Invalid session policy."},
		"a policy ARN":   {[]string{"--policy-arns", "short"}, "--policy-arns: Invalid policy ARN."},
		"a provider":     {[]string{"--provider-id", "https://www.amazon.com"}, "must be a bare host name"},
		"a variable":     {[]string{"--web-identity-token-env", "$TOKEN"}, "--web-identity-token-env: "},
		"a password in a proxy": {[]string{"--https-proxy", "http://user:" + hidden + "@proxy:1"}, "must not have " +
			"a user or a password"},
		"two sources": {[]string{"--github-actions"}, "--web-identity-token-file and --github-actions " +
			"exclude each other."},
		"a platform's argument": {[]string{"--audience", "x"}, "--audience needs the flag of a platform"},
		"a truth":               {[]string{"--use-fips-endpoint=maybe"}, "must be true or false"},
		"retries":               {[]string{"--max-retries", "-1"}, "from 0 to 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t.Context(), nil, slices.Concat([]string{"credentials"}, valid, test.arguments)...)
			if got.status != 2 || got.stdout != "" || !strings.Contains(inOneLine(got.stderr), test.want) {
				t.Errorf("status %d, %q isn't in:\n%s", got.status, test.want, got.stderr)
			}
			if strings.Contains(got.stderr, hidden) {
				t.Error("the value is shown")
			}
		})
	}
	if len(f.Requests()) > 0 {
		t.Error("something was sent")
	}
}

// TestPlatformFlags holds what the flags of the platforms request.
func TestPlatformFlags(t *testing.T) {
	f := newFixture(t)
	var asked []string
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		_, _ = w.Write([]byte(`{"value": "` + f.token + `"}`))
	}))
	t.Cleanup(platform.Close)
	job := map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL":   platform.URL + "/?api-version=2.0",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
	}
	got := run(t.Context(), job, "token", "--github-actions", "--audience", audience)
	if got.status != 0 || got.stdout != f.token+"\n" || !slices.Equal(asked, []string{
		"/?api-version=2.0&audience=" + audience,
	}) {
		t.Errorf("status %d, %s, requests %q", got.status, got.stderr, asked)
	}
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"an argument of another platform": {
			[]string{"--github-actions", "--client-id", "x"}, "--client-id isn't for --github-actions.",
		},
		"a required argument": {[]string{"--google-compute"}, "--google-compute needs --audience."},
		"a range": {[]string{"--buildkite", "--lifetime-seconds", "0"}, "--lifetime-seconds must be a " +
			"whole number"},
		"an empty value": {[]string{"--buildkite", "--claims", ""}, "--claims must not be empty."},
	} {
		got := run(t.Context(), job, append([]string{"token"}, test.arguments...)...)
		if got.status != 2 || !strings.Contains(got.stderr, test.want) {
			t.Errorf("%s: status %d, %s", name, got.status, got.stderr)
		}
	}
	china := run(
		t.Context(),
		job,
		"credentials",
		"--github-actions",
		"--role-arn",
		"arn:aws-cn:iam::111122223333:role/x",
	)
	if china.status != 2 || !strings.Contains(china.stderr, "Set --audience to the client ID") || len(asked) != 1 {
		t.Errorf("status %d, %s", china.status, china.stderr)
	}
}

// TestHelp holds that the help has all flags, fits into a terminal, and needs nothing.
func TestHelp(t *testing.T) {
	for _, name := range command.Names {
		for _, flag := range []string{"-h", "--help"} {
			got := run(t.Context(), nil, name, flag)
			if got.status != 0 || got.stderr != "" {
				t.Errorf("%s %s: status %d, %s", name, flag, got.status, got.stderr)
			}
			for line := range strings.SplitSeq(got.stdout, "\n") {
				if utf8.RuneCountInString(line) > 80 || strings.Contains(line, "`") {
					t.Errorf("%s: %q", name, line)
				}
			}
		}
	}
}
