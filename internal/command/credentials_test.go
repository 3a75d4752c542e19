package command_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/command"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// TestCredentials holds the output to the format of a credential_process.
//
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html
func TestCredentials(t *testing.T) {
	f := newFixture(t)
	got := run(t.Context(), nil, "credentials", "--endpoint", f.URL(), "--role-arn", hubARN,
		"--web-identity-token-file="+f.file)
	if got.status != 0 || got.stderr != "" {
		t.Fatalf("status %d: %s", got.status, got.stderr)
	}
	var printed map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &printed); err != nil {
		t.Fatal(err)
	}
	if printed["Version"] != 1.0 || len(printed) != 5 ||
		!slices.Contains(f.Secrets(), printed["SecretAccessKey"].(string)) {
		t.Error("it isn't the session")
	}
	instant, err := time.Parse(time.RFC3339, printed["Expiration"].(string))
	if life := time.Until(instant); err != nil || life < 50*time.Minute || life > 59*time.Minute {
		t.Errorf("it expires at %v", printed["Expiration"])
	}
	if agent := f.Requests()[0].Header.Get("User-Agent"); !strings.Contains(agent, "terraform-provider-sts/1.2.3") {
		t.Errorf("the user agent is %q", agent)
	}
}

// TestPlainEndpointWarns holds that plain http to another machine is a warning, after the result.
func TestPlainEndpointWarns(t *testing.T) {
	f := newFixture(t)
	t.Setenv("NO_PROXY", "")
	got := run(t.Context(), nil, "credentials", "--endpoint", "http://minio.example", "--http-proxy", f.URL(),
		"--role-arn", hubARN, "--web-identity-token-file", f.file)
	if !strings.Contains(got.stderr, "Warning: The STS endpoint isn't encrypted.") {
		t.Errorf("status %d: %s", got.status, got.stderr)
	}
}

// TestWarningComesLast holds that the result doesn't wait for somebody to read a warning.
func TestWarningComesLast(t *testing.T) {
	f := newFixture(t)
	var both strings.Builder
	status := command.Run(t.Context(), "credentials", []string{
		"--endpoint", f.URL(), "--role-arn", hubARN, "--web-identity-token-file", f.file,
		"--policy-arns", "arn:aws:iam::aws:policy/AdministratorAccess",
	}, command.Process{Getenv: func(string) string { return "" }, Stdout: &both, Stderr: &both})
	result, warning, _ := strings.Cut(both.String(), "\n")
	if status != 0 || !json.Valid([]byte(result)) || !strings.HasPrefix(warning, "Warning: ") {
		t.Errorf("status %d, and the warning is %q", status, warning)
	}
}

// TestFlagsReachTheCall holds what each flag changes in the calls.
func TestFlagsReachTheCall(t *testing.T) {
	const policy = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	f := newFixture(t)
	got := run(
		t.Context(),
		nil,
		"credentials",
		"-endpoint",
		f.URL(),
		"--role-arn",
		hubARN,
		"--web-identity-token-file",
		f.file,
		"--role-session-name",
		"job-7",
		"--duration-seconds",
		"1800",
		"--policy",
		policy,
		"--policy-arns",
		"arn:aws:iam::aws:policy/AdministratorAccess",
		"--policy-arns",
		"arn:aws:iam::aws:policy/ReadOnlyAccess",
		"--minimum-session-token-size",
		"2048",
		"--timeout",
		"20s",
		"--iam-propagation-timeout",
		"1s",
		"--max-retries",
		"0",
		"--allowed-account-ids",
		"111122223333",
		"--allowed-account-ids",
		"444455556666",
		"--allowed-account-ids",
		"777788889999",
		"--allowed-audiences",
		audience,
		"--assume-role-arn",
		spokeARN,
		"--external-id",
		"acme-4711",
		"--tags",
		"team=platform",
		"--tags",
		"empty=",
		"--transitive-tag-keys",
		"team",
		"--assume-role-duration-seconds",
		"900",
		"--assume-role-arn",
		farARN,
		"--assume-role-session-name",
		"last",
		"--source-identity",
		"pipeline",
		"--assume-role-policy",
		policy,
		"--assume-role-policy-arns",
		"arn:aws:iam::aws:policy/ReadOnlyAccess",
	)
	if got.status != 0 {
		t.Fatalf("status %d: %s", got.status, got.stderr)
	}
	want := []url.Values{
		{
			"Action":  {"AssumeRoleWithWebIdentity"},
			"Version": {"2011-06-15"},
			"RoleArn": {hubARN},
			"RoleSessionName": {
				"job-7",
			},
			"WebIdentityToken":        {f.token},
			"DurationSeconds":         {"1800"},
			"Policy":                  {policy},
			"PolicyArns.member.1.arn": {"arn:aws:iam::aws:policy/AdministratorAccess"},
			"PolicyArns.member.2.arn": {"arn:aws:iam::aws:policy/ReadOnlyAccess"},
			"MinimumSessionTokenSize": {"2048"},
		},
		{
			"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {spokeARN}, "RoleSessionName": {"job-7"},
			"ExternalId": {"acme-4711"}, "DurationSeconds": {"900"}, "Tags.member.1.Key": {"empty"},
			"Tags.member.1.Value": {""}, "Tags.member.2.Key": {"team"}, "Tags.member.2.Value": {"platform"},
			"TransitiveTagKeys.member.1": {"team"},
		},
		{
			"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {farARN}, "RoleSessionName": {"last"},
			"SourceIdentity": {"pipeline"}, "Policy": {policy},
			"PolicyArns.member.1.arn": {"arn:aws:iam::aws:policy/ReadOnlyAccess"},
		},
	}
	for n, call := range f.Requests() {
		if !reflect.DeepEqual(call.Form, want[n]) {
			t.Errorf("call %d:\n%v\nwant\n%v", n, call.Form, want[n])
		}
	}
	if !strings.Contains(got.stderr, "ignore --policy-arns") ||
		!strings.Contains(got.stderr, "ignore --assume-role-policy-arns") {
		t.Errorf("the warnings are:\n%s", got.stderr)
	}
}

// TestEnvironment holds that the environment's role goes only with the environment's token.
func TestEnvironment(t *testing.T) {
	f := newFixture(t)
	for name, test := range map[string]struct {
		environment map[string]string
		arguments   []string
		status      int
		want        string // in stderr, or the session's name
	}{
		"all of it": {
			environment: map[string]string{
				"AWS_WEB_IDENTITY_TOKEN_FILE": f.file, "AWS_ROLE_ARN": hubARN, "AWS_ROLE_SESSION_NAME": "pod",
			},
			status: 1, want: "The token of AWS_WEB_IDENTITY_TOKEN_FILE is meant for AWS.",
		},
		"a variable": {
			environment: map[string]string{"TOKEN": f.token, "AWS_ROLE_SESSION_NAME": "pod"},
			arguments:   []string{"--web-identity-token-env", "TOKEN", "--role-arn", hubARN}, want: "pod",
		},
		"no name": {
			arguments: []string{"--web-identity-token-file", f.file, "--role-arn", hubARN}, want: "terraform",
		},
		"the environment's role with another token": {
			environment: map[string]string{"AWS_ROLE_ARN": hubARN},
			arguments:   []string{"--web-identity-token-file", f.file}, status: 2,
			want: "AWS_ROLE_ARN is set, but it applies only to the token of AWS_WEB_IDENTITY_TOKEN_FILE.",
		},
		"no token": {
			arguments: []string{"--role-arn", hubARN}, status: 2, want: "Set one of --web-identity-token-file, ",
		},
	} {
		before := len(f.Requests())
		got := run(
			t.Context(),
			test.environment,
			append([]string{"credentials", "--endpoint", f.URL()}, test.arguments...)...)
		switch {
		case got.status != test.status:
			t.Errorf("%s: status %d: %s", name, got.status, got.stderr)
		case test.status == 0 && f.Requests()[before].Form.Get("RoleSessionName") != test.want:
			t.Errorf("%s: the session is %s", name, f.Requests()[before].Form.Get("RoleSessionName"))
		case test.status != 0 && (!strings.Contains(inOneLine(got.stderr), test.want) || got.stdout != ""):
			t.Errorf("%s: it printed %q, %s", name, got.stdout, got.stderr)
		}
	}
}

// TestDenial holds that a failure is explained on stderr, in the words of the flags, without the token.
func TestDenial(t *testing.T) {
	f := newFixture(t)
	got := run(t.Context(), nil, "credentials", "--endpoint", f.URL(), "--role-arn", hubARN,
		"--web-identity-token-file", f.file, "--assume-role-arn", spokeARN, "--external-id", "acme-0815")
	if got.status != 1 || got.stdout != "" {
		t.Errorf("status %d, printed %q", got.status, got.stdout)
	}
	for _, want := range []string{
		"The role's trust policy doesn't allow the calling role.", "AccessDenied", "Check --external-id.",
		`external ID  "acme-0815"`,
	} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("%q isn't in:\n%s", want, got.stderr)
		}
	}
	for _, secret := range append(f.Secrets(), f.token, f.token[:40]) {
		if strings.Contains(got.stderr, secret) {
			t.Error("a secret is on stderr")
		}
	}
}

// TestDeadline holds that a server that doesn't answer doesn't hang the command, and neither does an interrupt.
func TestDeadline(t *testing.T) {
	f := newFixture(t)
	f.Intercept(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
	arguments := []string{
		"credentials", "--endpoint", f.URL(), "--role-arn", hubARN, "--web-identity-token-file", f.file,
	}
	began := time.Now()
	got := run(t.Context(), nil, append(arguments, "--timeout", "500ms")...)
	if got.status != 1 || !strings.Contains(got.stderr, "500ms passed") || time.Since(began) > 10*time.Second {
		t.Errorf("status %d after %s: %s", got.status, time.Since(began), got.stderr)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	if got := run(interrupted, nil, arguments...); got.status != 1 || !strings.Contains(got.stderr, "Interrupted") {
		t.Errorf("status %d: %s", got.status, got.stderr)
	}
}

// TestToken holds that the command prints the token, and nothing else.
func TestToken(t *testing.T) {
	f := newFixture(t)
	for name, test := range map[string]struct {
		environment map[string]string
		arguments   []string
	}{
		"a file":     {arguments: []string{"--web-identity-token-file", f.file}},
		"a variable": {map[string]string{"TOKEN": f.token}, []string{"--web-identity-token-env=TOKEN"}},
		"an audience that is allowed": {
			arguments: []string{"--web-identity-token-file", f.file, "--allowed-audiences", audience},
		},
	} {
		got := run(t.Context(), test.environment, append([]string{"token"}, test.arguments...)...)
		if got.status != 0 || got.stdout != f.token+"\n" || got.stderr != "" {
			t.Errorf("%s: status %d, %s", name, got.status, got.stderr)
		}
	}
	for name, test := range map[string]struct {
		arguments []string
		status    int
		want      string
	}{
		"another audience": {
			[]string{"--web-identity-token-file", f.file, "--allowed-audiences", "vault.example.com"}, 1, audience,
		},
		"no token":   {[]string{"--web-identity-token-file", testenv.WriteFile(t, "other", "secret-words")}, 1, "JWT"},
		"no source":  {nil, 2, "isn't a default, because its token is meant for AWS"},
		"a role":     {[]string{"--role-arn", hubARN}, 2, "The flag --role-arn doesn't exist."},
		"no request": {[]string{"--github-actions"}, 1, "This isn't a job of GitHub Actions."},
	} {
		got := run(t.Context(), map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": f.file}, append([]string{"token"},
			test.arguments...)...)
		if got.status != test.status || got.stdout != "" || !strings.Contains(inOneLine(got.stderr), test.want) ||
			strings.Contains(got.stderr, "secret-words") || strings.Contains(got.stderr, f.token) {
			t.Errorf("%s: status %d, %s", name, got.status, got.stderr)
		}
	}
	if len(f.Requests()) > 0 {
		t.Error("STS was called")
	}
}
