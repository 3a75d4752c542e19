package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// TestConstraints checks each documented constraint: the error is at the argument, says what is valid, and comes before
// any request. It calls AWS's own endpoint, which has all constraints. A proxy would record a call.
func TestConstraints(t *testing.T) {
	t.Parallel()
	const (
		role  = `role_arn = "arn:aws:iam::111122223333:role/deploy"`
		token = `web_identity_token = "an-opaque-token"`
	)
	quote := func(length int) string { return `"` + strings.Repeat("x", length) + `"` }
	elevenARNs := "["
	for i := range 11 {
		elevenARNs += `"arn:aws:iam::aws:policy/Policy` + string(rune('a'+i)) + `",`
	}
	elevenARNs += "]"
	file := func(content string) string { return testenv.WriteFile(t, "token", content) }
	var platforms []string
	for _, platform := range webidentity.Platforms {
		platforms = append(platforms, platform.Name)
	}
	slices.Sort(platforms)

	wantConstraints(t, map[string]constraint{
		"role_arn empty": {
			argument: "role_arn", value: `""`, others: []string{token}, want: `The role ARN "" is empty`,
		},
		"role_arn that is no ARN": {
			argument: "role_arn", value: `"deploy"`, others: []string{token},
			want: "It must be the ARN of an IAM role, 20 to 2048 characters long",
		},
		"role_session_name of one": {
			argument: "role_session_name", value: `"a"`, others: []string{role, token},
			want: "It must be 2 to 64 characters long",
		},
		"role_session_name of 65": {
			argument: "role_session_name", value: quote(65), others: []string{role, token},
			want: "has 65 characters. It must be 2 to 64",
		},
		"role_session_name with a space": {
			argument: "role_session_name", value: `"a b"`, others: []string{role, token},
			want: "of letters, digits and the characters _ + = , . @ -",
		},
		"web_identity_token empty": {
			block: true, argument: "web_identity_token", value: `""`, others: []string{role}, want: "is empty",
		},
		"web_identity_token of 3": {
			block: true, argument: "web_identity_token", value: `"abc"`, others: []string{role},
			want: "too short to be a token. It has 3 characters",
		},
		"web_identity_token of 20001": {
			block: true, argument: "web_identity_token", value: quote(20001), others: []string{role},
			want: "20001 characters. The maximum is 20000.",
		},
		"web_identity_token that is a path": {
			block: true, argument: "web_identity_token", value: `"/var/run/secrets/token"`, others: []string{role},
			want: "Set web_identity_token_file to the path instead",
		},
		"web_identity_token of a file": {
			block: true, argument: "web_identity_token", value: `"` + file("x") + `"`, others: []string{role},
			want: "is the path of a file, not a token",
		},
		"two tokens": {
			argument: "web_identity_token_file", value: `"x"`, others: []string{role, token},
			want: `Attribute "web_identity_token" cannot be specified when "web_identity_token_file" is specified`,
		},
		"a token and a platform": {
			argument: "web_identity_token_request", value: "{ buildkite = {} }", others: []string{role, token},
			want: `Attribute "web_identity_token" cannot be specified when "web_identity_token_request" is specified`,
		},
		"web_identity_token_file empty": {
			argument: "web_identity_token_file", value: `""`, others: []string{role},
			want: "string length must be at least 1",
		},
		"web_identity_token_file missing": {
			argument: "web_identity_token_file", value: `"/nowhere/token"`, others: []string{role},
			want: `The file "/nowhere/token" doesn't exist.`,
		},
		"web_identity_token_file of nothing": {
			argument: "web_identity_token_file", value: `"` + file(" \n") + `"`, others: []string{role},
			want: "is empty",
		},
		"web_identity_token_file, a folder": {
			argument: "web_identity_token_file", value: `"` + filepath.ToSlash(t.TempDir()) + `"`,
			others: []string{role}, want: "is a directory. Set the path of the file in it",
		},
		"web_identity_token_file, too large": {
			argument: "web_identity_token_file", value: `"` + file(strings.Repeat("x", 200000)) + `"`,
			others: []string{role}, want: "is larger than a token can be. The maximum is 20000 characters",
		},
		"web_identity_token_file of a secret": {
			argument: "web_identity_token_file", value: `"` + file("-----BEGIN PRIVATE KEY-----") + `"`,
			others: []string{role}, want: "doesn't contain a JWT",
		},
		"policy_arns with a null": {
			argument: "policy_arns", value: "[null]", others: []string{role, token}, want: "contains a null value",
		},
		"a token in place of a path": {
			block: true, argument: "web_identity_token_file", value: `"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzIn0.c2ln"`,
			others: []string{role}, want: "is a web identity token, not the path of a file",
		},
		"duration_seconds beyond 32 bits": {
			argument: "duration_seconds", value: "3000000000", others: []string{role, token},
			want: "duration_seconds must be a whole number from 900 to 2147483647. The value is 3000000000.",
		},
		"the name of a variable, which is none": {
			block: true, argument: "web_identity_token_env", value: `"a.b"`, others: []string{role}, want: "name",
		},
		"a variable that isn't set": {
			argument: "web_identity_token_env", value: `"NO_SUCH_TOKEN"`, others: []string{role},
			want: "NO_SUCH_TOKEN",
		},
		"no platform": {
			argument: "web_identity_token_request", value: `{}`, others: []string{role},
			want: "none that the provider knows is set. Set exactly one of " + strings.Join(platforms, ", "),
		},
		"two platforms": {
			argument: "web_identity_token_request", value: `{ github_actions = {}, buildkite = {} }`,
			others: []string{role}, want: "buildkite and github_actions are set",
		},
		"a platform that isn't there": {
			argument: "web_identity_token_request", value: `{ github_actions = {} }`, others: []string{role},
			want: "This isn't a job of GitHub Actions",
		},
		"http_proxy that is none": {
			block: true, argument: "http_proxy", value: `"user:hunter2"`, provider: true, others: []string{role, token},
			want: "isn't the URL of a proxy",
		},
		"allowed_account_ids with a name": {
			argument: "allowed_account_ids", value: `["production"]`, provider: true, others: []string{role, token},
			want: "must be the ID of an AWS account, 12 digits",
		},
		"max_retries below nothing": {
			argument: "max_retries", value: "-1", provider: true, others: []string{role, token},
			want: "max_retries must be a whole number from 0 to 1000. The value is -1.",
		},
		"a path in place of a policy": {
			argument: "policy", value: `"./policy.json"`, others: []string{role, token},
			want: `Write file("./policy.json")`,
		},
		"a token in place of a CA bundle": {
			block: true, argument: "custom_ca_bundle", value: `"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzIn0.c2ln"`,
			provider: true, others: []string{role, token}, want: "which isn't shown because it might be a token",
		},
		"a CA bundle that isn't there": {
			argument: "custom_ca_bundle", value: `"/nowhere/ca.pem"`, provider: true, others: []string{role, token},
			want: `"/nowhere/ca.pem" doesn't exist`,
		},
		"provider_id of 3": {
			argument: "provider_id", value: `"abc"`, others: []string{role, token},
			want: "must be between 4 and 2048",
		},
		"provider_id with a scheme": {
			argument: "provider_id", value: `"https://www.amazon.com"`, others: []string{role, token},
			want: "isn't a bare host name",
		},
		"provider_id with a port": {
			argument: "provider_id", value: `"www.amazon.com:443"`, others: []string{role, token},
			want: "without a scheme, a port or a path",
		},
		"policy_arns of 11": {
			argument: "policy_arns", value: elevenARNs, others: []string{role, token}, want: "at most 10 elements",
		},
		"policy_arns of 19 characters": {
			argument: "policy_arns", value: "[" + quote(19) + "]", others: []string{role, token},
			want: "It has 19 characters. An ARN has 20 to 2048 characters",
		},
		"policy that is no JSON": {
			argument: "policy", value: `"{"`, others: []string{role, token}, want: "isn't valid JSON",
		},
		"policy of 2049": {
			argument: "policy", value: `jsonencode("` + strings.Repeat("x", 2047) + `")`,
			others: []string{role, token},
			want:   "has 2049 characters without whitespace between its parts. STS allows 2048",
		},
		"policy with a character too far": {
			argument: "policy", value: `"{\"a\":\"→\"}"`, others: []string{role, token}, want: "U+0020 to U+00FF",
		},
		"duration_seconds of 899": {
			argument: "duration_seconds", value: "899", others: []string{role, token},
			want: "duration_seconds must be 900 or more. The value is 899.",
		},
		"duration_seconds of 43201": {
			argument: "duration_seconds", value: "43201", others: []string{role, token},
			want: "AWS allows 900 to 43200 seconds",
		},
		"minimum_session_token_size of -1": {
			argument: "minimum_session_token_size", value: "-1", others: []string{role, token},
			want: "minimum_session_token_size must be a whole number from 0 to 4096. The value is -1.",
		},
		"minimum_session_token_size of 4097": {
			argument: "minimum_session_token_size", value: "4097", others: []string{role, token},
			want: "must be a whole number from 0 to 4096. The value is 4097.",
		},
		"timeout without a unit": {
			argument: "timeout", value: `"30"`, others: []string{role, token},
			want: `"30" has no unit. Write a number with its unit`,
		},
		"iam_propagation_timeout of nothing": {
			argument: "iam_propagation_timeout", value: `"0s"`, others: []string{role, token},
			want: `"0s" isn't a duration longer than zero`,
		},
		"timeout of nothing": {
			argument: "timeout", value: `"0s"`, others: []string{role, token},
			want: `"0s" isn't a duration longer than zero`,
		},
		"timeout below nothing": {
			argument: "timeout", value: `"-1m"`, others: []string{role, token},
			want: `isn't a duration longer than zero`,
		},
		"timeout above the bound": {
			argument: "timeout", value: `"24h0m1s"`, others: []string{role, token}, want: "must be at most 24h",
		},
		"timeout that is the longest": {
			argument: "timeout", value: `"2562047h47m16s"`, others: []string{role, token},
			want: "must be at most 24h",
		},
		"timeout that is too long for Go": {
			argument: "timeout", value: `"2562048h"`, others: []string{role, token}, want: "must be at most 24h",
		},
		"iam_propagation_timeout above": {
			argument: "iam_propagation_timeout", value: `"25h"`, others: []string{role, token},
			want: "must be at most 24h",
		},
		"iam_propagation_timeout, the longest": {
			argument: "iam_propagation_timeout", value: `"2562047h"`, others: []string{role, token},
			want: "must be at most 24h",
		},
		"region that is none": {
			argument: "region",
			value:    `"US East"`,
			provider: true,
			others:   []string{role, token},
			want:     "isn't the name of a Region",
		},
		"region for the global endpoint": {
			argument: "region",
			value:    `"aws-global"`,
			provider: true,
			others:   []string{role, token},
			want:     "stands for the global endpoint",
		},
		"endpoint that is no URL": {
			argument: "endpoint", value: `"sts.example.com"`, provider: true, others: []string{role, token},
			want: "It must be an absolute URL with http or https and a host",
		},
		"endpoint with a password": {
			block:    true,
			argument: "endpoint",
			value:    `"https://user:hunter2@sts.example.com"`,
			provider: true,
			others:   []string{role, token},
			want:     "has a user or a password",
		},
	})
}

// constraint is a value that an argument can't have, and a part of the error.
type constraint struct {
	argument string
	value    string
	others   []string
	want     string
	provider bool // it is an argument of the provider block
	block    bool // the error points at the block: the argument's line might hold a secret
}

// wantConstraints has a block or a provider block for each constraint.
func wantConstraints(t *testing.T, constraints map[string]constraint) {
	t.Helper()
	var calls atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	t.Cleanup(proxy.Close)
	common := fmt.Sprintf("provider \"sts\" {\n  region = \"us-east-1\"\n  https_proxy = %q\n}\n", proxy.URL)
	parts := map[string]failing{}
	for name, test := range constraints {
		part := failing{argument: test.argument, says: test.want}
		if test.block {
			part.argument = ""
		}
		setting := test.argument + " = " + test.value
		if test.provider {
			part.config = fmt.Sprintf("provider \"sts-LABEL\" {\n  https_proxy = %q\n  %s\n}\n", proxy.URL, setting) +
				blockNamed("LABEL", append(test.others, "provider = sts-LABEL")...)
		} else {
			part.config = blockNamed("LABEL", append(test.others, setting)...)
		}
		parts[name] = part
	}
	wantErrors(t, newAttachedCLI, common, parts, "validate", "plan")
	if n := calls.Load(); n > 0 {
		t.Errorf("%d calls were made", n)
	}
}

// TestLongestDurations checks that the upper bound itself is valid.
func TestLongestDurations(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	newAttachedCLI(t, f.config(
		set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)), set("timeout", "24h"),
		set("iam_propagation_timeout", "24h"),
	)).mustRun(t, "plan")
}

// TestAWSConstraintsAtOtherServers checks that another program's STS doesn't have the constraints of AWS. The emulator
// stands for AWS, so it rejects the calls. What matters is that they were made.
func TestAWSConstraintsAtOtherServers(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := set("web_identity_token", f.token(t, nil))
	parts := map[string]failing{}
	for name, test := range map[string]struct{ role, duration, argument string }{
		"any role":     {role: "arn:minio:iam:::role/x", duration: "900"},
		"any duration": {role: roleARN(production), duration: "50000", argument: "duration_seconds"},
	} {
		parts[name] = failing{
			config: blockNamed("LABEL", set("role_arn", test.role), "duration_seconds = "+test.duration, token,
				set("role_session_name", label(name))),
			argument: test.argument, says: "The server answered ValidationError",
		}
	}
	wantErrors(t, newAttachedCLI, providerAt(f.URL()), parts, "plan")
	for name := range parts {
		if !slices.ContainsFunc(f.Requests(), func(request emulator.Request) bool {
			return request.Form.Get("RoleSessionName") == label(name)
		}) {
			t.Errorf("%s: the server wasn't asked", name)
		}
	}
}

func TestNoToken(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	wantError(t, failing{
		config: f.config(set("role_arn", roleARN(production))),
		says: "The configuration has no source for the token. Set one of these arguments in this block or in the " +
			"provider block: - web_identity_token: the token itself - web_identity_token_file: the path of a " +
			"file with the token - web_identity_token_env: the name of an environment variable with the token " +
			"- web_identity_token_request: the platform that Terraform runs on Or set the environment variable " +
			"AWS_WEB_IDENTITY_TOKEN_FILE",
	})
}

func TestUnreadableTokenFile(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may read every file")
	}
	f := startFixture(t)
	path := testenv.WriteFile(t, "token", f.token(t, nil))
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	wantError(t, failing{
		config:   f.config(set("role_arn", roleARN(production)), set("web_identity_token_file", path)),
		argument: "web_identity_token_file", says: "may not be read by the user that runs Terraform",
	})
}
