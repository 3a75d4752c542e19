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
		"a token as an argument": {[]string{hidden}, "there is an argument that isn't a flag"},
		"the token": {[]string{"--web-identity-token", hidden}, "There is no --web-identity-token with " +
			"the token"},
		"the token, with an equals sign": {
			[]string{"--web-identity-token=" + hidden}, "There is no --web-identity-token with the token",
		},
		"no value": {[]string{"--external-id"}, "--external-id needs a value."},
		"a flag as the value": {
			[]string{"--policy", "--assume-role-arn", spokeARN}, "--policy has no value, because a flag follows it.",
		},
		"two roles": {
			[]string{"--role-arn", spokeARN}, "--role-arn is set twice. For a further role, set --assume-role-arn.",
		},
		"two Regions": {[]string{"--region", "eu-west-1", "--region", "eu-west-2"}, "--region is set twice."},
		"two external IDs": {
			[]string{"--assume-role-arn", spokeARN, "--external-id", "one", "--external-id", "two"},
			"--external-id is set twice for the same role.",
		},
		"an argument's place": {
			[]string{"--use-fips-endpoint", hidden}, "After --use-fips-endpoint, there is an argument",
		},
		"a prefix too many": {[]string{"--assume-role-external-id", "x"}, "Did you mean --external-id?"},
		"a prefix too few":  {[]string{"--session-name", "x"}, "Did you mean --role-session-name?"},
		"a key as a flag": {
			[]string{"--wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}, "The flag that you set doesn't exist.",
		},
		"a tag twice": {
			[]string{"--assume-role-arn", spokeARN, "--tags", "a=1", "--tags", "a=2"}, "--tags has two values",
		},
		"a session name": {[]string{"--role-session-name", hidden + "/"}, "--role-session-name: "},
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

		"a policy":     {[]string{"--policy", "{"}, "--policy: Invalid session policy."},
		"a policy ARN": {[]string{"--policy-arns", "short"}, "--policy-arns: Invalid policy ARN."},
		"a provider":   {[]string{"--provider-id", "https://www.amazon.com"}, "must be a bare host name"},
		"a variable":   {[]string{"--web-identity-token-env", "$TOKEN"}, "--web-identity-token-env: "},
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
	endpoint := run(t.Context(), nil, "credentials", "--endpoint", "sts.example.com")
	if endpoint.status != 2 || !strings.HasPrefix(endpoint.stderr, "--endpoint: ") {
		t.Errorf("status %d, %s", endpoint.status, endpoint.stderr)
	}
	if len(f.Requests()) > 0 {
		t.Error("something was sent")
	}
}

// TestRepeatedFlags holds that a flag whose text says so can be repeated, and that a further role has flags of its own.
func TestRepeatedFlags(t *testing.T) {
	help := run(t.Context(), nil, "credentials", "-h").stdout
	const heading = "  --"
	for option := range strings.SplitSeq(help, "\n"+heading) {
		name, text, _ := strings.Cut(option, "\n")
		name, value, _ := strings.Cut(name, " ")
		if value != "TEXT" && value != "NAME" && value != "ID" && value != "KEY" {
			continue
		}
		valid := map[string]string{"allowed-account-ids": "111122223333"}[name]
		if valid == "" {
			valid = "example"
		}
		got := run(t.Context(), nil, "credentials", "--assume-role-arn", spokeARN, "--"+name, valid, "--"+name, valid)
		isSaid := strings.Contains(inOneLine(text), "Repeat the flag")
		if isAllowed := !strings.Contains(got.stderr, "is set twice"); isSaid != isAllowed {
			t.Errorf("--%s: said %t, allowed %t: %s", name, isSaid, isAllowed, got.stderr)
		}
	}
	hops := run(
		t.Context(),
		nil,
		"credentials",
		"--assume-role-arn",
		spokeARN,
		"--external-id",
		"one",
		"--assume-role-arn",
		spokeARN,
		"--external-id",
		"two",
	)
	if !strings.Contains(hops.stderr, "There is no source of the token.") {
		t.Error(hops.stderr)
	}
}

// TestUnknown holds the answer to a subcommand that doesn't exist.
func TestUnknown(t *testing.T) {
	for name, want := range map[string]string{
		"credential": `Did you mean "credentials"?`, "Tokens": `Did you mean "token"?`, "version": "There is no such command.",
	} {
		var stdout, stderr strings.Builder
		status := command.Unknown(name, "the usage", &stdout, &stderr)
		if status != 2 || stdout.String() != "" || !strings.Contains(stderr.String(), want) ||
			!strings.HasSuffix(stderr.String(), "the usage") || strings.Contains(stderr.String(), name+" ") {
			t.Errorf("%s: status %d, %s", name, status, stderr.String())
		}
	}
	var stdout, stderr strings.Builder
	if status := command.Unknown("help", "the usage", &stdout, &stderr); status != 0 || stdout.String() != "the usage" {
		t.Errorf("status %d, %s", status, stderr.String())
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
	delete(job, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	half := run(t.Context(), job, "token", "--github-actions")
	if strings.Contains(half.stderr, "REQUEST_URL") ||
		!strings.Contains(half.stderr, "ACTIONS_ID_TOKEN_REQUEST_TOKEN isn't set") {
		t.Error(half.stderr)
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
