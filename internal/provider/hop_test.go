package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// lastRole is a role that only the role of hopRole("deploy") can assume.
const lastRole = "arn:aws:iam::777788889999:role/audit"

// addChain makes a hub, a role behind it, and a role behind that. The sessions of the hub and of the others have the
// lifetimes, or last as long as they are asked to.
func (f fixture) addChain(t *testing.T, ofHub, ofOthers time.Duration) {
	t.Helper()
	further := []string{"sts:TagSession", "sts:SetSourceIdentity"}
	all := emulator.AssumeRolePermissions("arn:aws:iam::*:role/*", further...)
	f.addRole(t, emulator.Role{
		ARN: hubRole,
		TrustPolicy: emulator.TrustPolicy(
			production, f.issuer.URL(), map[string]string{"sub": subject, "aud": audience}, nil, further...,
		),
		Permissions: all, SessionLifetime: ofHub, MaxSessionDuration: 12 * time.Hour,
	})
	f.addRole(t, emulator.Role{
		ARN: hopRole("deploy"), TrustPolicy: emulator.ChainTrustPolicy(hubRole, map[string]map[string]string{
			"StringEquals": {"sts:ExternalId": "acme-4711"},
		}, further...), Permissions: all, SessionLifetime: ofOthers,
	})
	f.addRole(t, emulator.Role{
		ARN: lastRole, TrustPolicy: emulator.ChainTrustPolicy(hopRole("deploy"), nil, further...),
		SessionLifetime: ofOthers,
	})
}

// chain is the argument for both hops.
var chain = `assume_role = [
    { role_arn = "` + hopRole("deploy") + `", external_id = "acme-4711" },
    { role_arn = "` + lastRole + `" },
  ]`

// calls counts the calls of STS by their actions.
func (f fixture) calls() map[string]int {
	calls := map[string]int{}
	for _, request := range f.Requests() {
		calls[request.Action]++
	}
	return calls
}

func TestHopAttributes(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.addChain(t, 0, 0)
	policy := `{ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }] }`
	text := knownvalue.StringExact
	arguments := []string{
		set("role_arn", hubRole), set("role_session_name", "job-7"), "duration_seconds = 7200",
		set("web_identity_token", f.token(t, nil)), fmt.Sprintf(`assume_role = [
    { role_arn = %q, external_id = "acme-4711", tags = { team = "platform" }, transitive_tag_keys = ["team"] },
    {
      role_arn          = %q
      role_session_name = "last"
      duration_seconds  = 1800
      tags              = { stage = "production", empty = "" }
      source_identity   = "pipeline"
      policy            = %q
      policy_arns       = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    },
  ]`, hopRole("deploy"), lastRole, policy),
	}
	at := func(names ...string) tfjsonpath.Path { // each on its own, because paths share memory
		path := tfjsonpath.New("data")
		for _, name := range names {
			path = path.AtMapKey(name)
		}
		return path
	}
	hop := func(argument string) tfjsonpath.Path { return at("assume_role").AtSliceIndex(1).AtMapKey(argument) }
	echoed := func(path tfjsonpath.Path, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.test", path, check)
	}
	newAttachedCLI(t, f.config(arguments...)).apply(t,
		checkValue(tfjsonpath.New("assume_role").AtSliceIndex(0).AtMapKey("external_id"), text("acme-4711")),
		checkValue(tfjsonpath.New("source_identity"), text("pipeline")),
	)
	wantHopRequests(t, f.Requests()[:3])
	newAttachedCLI(t, f.echoed(arguments...)).apply(t,
		echoed(at("assumed_role_user", "arn"),
			text("arn:aws:sts::777788889999:assumed-role/audit/last")),
		echoed(at("source_identity"), text("pipeline")),
		echoed(at("packed_policy_size"), knownvalue.NotNull()),
		echoed(at("session_token_size"), knownvalue.NotNull()),
		echoed(at("session_token_utilization"), knownvalue.NotNull()),
		echoed(at("subject_from_web_identity_token"), text(subject)),
		echoed(at("audience"), text(audience)),
		echoed(at("identity_provider"), text(f.issuer.URL())),
		echoed(at("role_arn"), text(hubRole)),
		echoed(at("role_session_name"), text("job-7")),
		echoed(at("environment"), knownvalue.MapPartial(map[string]knownvalue.Check{
			"AWS_ACCOUNT_ID": text("777788889999"),
		})),
		echoed(at("credentials", "expiration"), knownvalue.StringFunc(func(value string) error {
			instant, err := time.Parse(time.RFC3339, value)
			if life := time.Until(instant); err == nil && (life < 28*time.Minute || life > 31*time.Minute) {
				err = fmt.Errorf("it is %s from now", life)
			}
			return err
		})),
		// The configuration is unchanged.
		echoed(hop("policy"), text(policy)),
		echoed(hop("duration_seconds"), knownvalue.Int32Exact(1800)),
		echoed(hop("external_id"), knownvalue.Null()),
		echoed(hop("tags"), knownvalue.MapExact(map[string]knownvalue.Check{
			"stage": text("production"), "empty": text(""),
		})),
	)
}

// wantHopRequests checks the calls of TestHopAttributes.
func wantHopRequests(t *testing.T, sent []emulator.Request) {
	t.Helper()
	for number, want := range map[int]map[string]string{
		0: {"Action": "AssumeRoleWithWebIdentity", "DurationSeconds": "7200", "RoleSessionName": "job-7"},
		1: {
			"Action": "AssumeRole", "RoleSessionName": "job-7", "ExternalId": "acme-4711", "DurationSeconds": "",
			"Tags.member.1.Key": "team", "TransitiveTagKeys.member.1": "team",
		},
		2: {
			"Action": "AssumeRole", "RoleSessionName": "last", "DurationSeconds": "1800", "SourceIdentity": "pipeline",
			"Tags.member.1.Key": "empty", "Tags.member.1.Value": "", "Tags.member.2.Value": "production",
			"PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
			"Policy":                  `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`,
		},
	} {
		for parameter, value := range want {
			if got := sent[number].Form.Get(parameter); got != value {
				t.Errorf("call %d: %s was sent as %q, want %q", number, parameter, got, value)
			}
		}
	}
}

// consumerOfChain is a consumer with static keys of a block, and an output of its identity.
func (f fixture) consumerOfChain(kind string) string {
	reference := map[string]string{"data": "data.", "ephemeral": "ephemeral."}[kind] + typeName + ".test"
	return fmt.Sprintf(`
provider "aws" {
  region     = "us-east-1"
  access_key = %[1]s.credentials.access_key_id
  secret_key = %[1]s.credentials.secret_access_key
  token      = %[1]s.credentials.session_token
  endpoints {
    sts = %[2]q
  }
}
resource "terraform_data" "start" {}
data "aws_caller_identity" "test" {
  depends_on = [terraform_data.start]
}
output "arn" {
  value = data.aws_caller_identity.test.arn
}
`, reference, f.URL())
}

// TestHopsWithSavedPlan checks a chain in a plan that is saved and applied: the data source's credentials are those of
// the plan, and the ephemeral resource makes new calls in the apply. Only the data source's are in a file.
func TestHopsWithSavedPlan(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]map[string]int{
		"data":      {"AssumeRoleWithWebIdentity": 1, "AssumeRole": 2, "GetCallerIdentity": 1},
		"ephemeral": {"AssumeRoleWithWebIdentity": 2, "AssumeRole": 4, "GetCallerIdentity": 1},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f := startFixture(t)
			f.addChain(t, 0, 0)
			token := f.token(t, nil)
			arguments := []string{
				set("role_arn", hubRole), set("web_identity_token_file", testenv.WriteFile(t, "token", token)), chain,
			}
			config := f.config(arguments...)
			if kind == "ephemeral" {
				config = f.ephemeral(arguments...)
			}
			cli := newCLI(t, config+f.consumerOfChain(kind))
			log := filepath.Join(t.TempDir(), "log")
			cli.CLI = cli.With("TF_LOG=TRACE", "TF_LOG_PATH="+log)
			printed := cli.mustRun(t, "plan", "-no-color", "-out=plan") + cli.mustRun(t, "apply", "-no-color", "plan")
			if got := f.calls(); !maps.Equal(got, want) {
				t.Errorf("it called %v, want %v", got, want)
			}
			if got := cli.output(t, "arn"); got !=
				"arn:aws:sts::777788889999:assumed-role/audit/terraform" {
				t.Errorf("it is %s", got)
			}
			logged := read(t, log)
			searchFor(t, append(f.Secrets(), token), map[string]string{"what is printed": printed, "the log": logged})
			if !strings.Contains(logged, "hop=2") {
				t.Error("the log doesn't name the hop")
			}
			if kind == "ephemeral" {
				searchFolder(t, append(f.Secrets(), token), cli.workspace.Path())
			}
		})
	}
}

// TestManyAccountsThroughOneHub counts what 300 accounts cost: one token, one exchange, and a hop each.
func TestManyAccountsThroughOneHub(t *testing.T) {
	t.Parallel()
	const accounts = 300
	f := startFixture(t)
	f.addChain(t, 0, 0)
	for n := range accounts {
		f.addRole(t, emulator.Role{
			ARN:         fmt.Sprintf("arn:aws:iam::%d:role/deploy", 500000000000+n),
			TrustPolicy: emulator.ChainTrustPolicy(hubRole, nil),
		})
	}
	platform, requests := tokenServer(t, f.token(t, nil))
	cli := newCLI(t, f.config(
		"for_each = toset([for n in range(var.accounts) : tostring(500000000000 + n)])",
		set("role_arn", hubRole),
		"web_identity_token_request = { github_actions = {} }",
		`assume_role = [{ role_arn = "arn:aws:iam::${each.key}:role/deploy" }]`,
	)+`
variable "accounts" {}
output "accounts" {
  value = length(distinct([for session in data.sts_assume_role_with_web_identity.test : session.assumed_role_user.arn]))
}
`)
	cli.CLI = cli.With(append(platform, fmt.Sprintf("TF_VAR_accounts=%d", accounts))...)
	if printed := cli.mustRun(t, "plan", "-no-color"); !strings.Contains(printed, "+ accounts = 300") {
		t.Errorf("it planned:\n%s", printed)
	}
	want := map[string]int{"AssumeRoleWithWebIdentity": 1, "AssumeRole": accounts}
	if got := f.calls(); !maps.Equal(got, want) || requests.Load() != 1 {
		t.Errorf("it called %v and requested %d tokens, want %v and 1", got, requests.Load(), want)
	}
}

// TestHopConstraintsThroughCLI checks that each constraint of a hop is found at the argument, before anything is sent.
// All blocks are in one configuration, because the CLI reports the errors of all.
func TestHopConstraintsThroughCLI(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	t.Cleanup(proxy.Close)
	common := fmt.Sprintf("provider \"sts\" {\n  https_proxy = %q\n  max_retries = 0\n}\n", proxy.URL)
	for command, cases := range map[string]map[string]hopConstraint{"validate": ofSchema, "plan": ofCore} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			parts := map[string]failing{}
			for name, test := range cases {
				parts[name] = failing{config: blockNamed(
					"LABEL", set("role_arn", "arn:aws:iam::111122223333:role/hub"),
					set("web_identity_token", "an-opaque-token"), "assume_role = "+test.hops,
				), argument: "assume_role", says: test.want}
			}
			wantErrors(t, newAttachedCLI, common, parts, command)
		})
	}
	t.Cleanup(func() {
		if n := calls.Load(); n > 0 {
			t.Errorf("%d calls were made", n)
		}
	})
}

// hopConstraint is a value of assume_role, and a part of the error.
type hopConstraint struct{ hops, want string }

// oneHop is assume_role with a valid role and further arguments.
func oneHop(arguments string) string {
	return `[{ role_arn = "arn:aws:iam::444455556666:role/deploy", ` + arguments + " }]"
}

func longText(length int) string { return `"` + strings.Repeat("x", length) + `"` }

// ofSchema are constraints that the schema knows.
var ofSchema = map[string]hopConstraint{
	"a_short_name": {
		oneHop(`role_session_name = "a"`),
		`Correct assume_role[0].role_session_name. The role session name "a" has 1`,
	},
	"a_short_duration": {
		oneHop("duration_seconds = 899"),
		"assume_role[0].duration_seconds must be 900 or more",
	},
	"an_empty_ID": {
		oneHop(`external_id = ""`),
		`The external ID "" has 0 characters. It must have 2 to 1224`,
	},
	"a_long_ID": {
		oneHop("external_id = " + longText(1225)),
		"has 1225 characters",
	},
	"an_ID_with_a_blank": {
		oneHop(`external_id = "a b"`),
		"has a character that isn't allowed",
	},
	"a_short_identity": {
		oneHop(`source_identity = "a"`),
		`The source identity "a" has 1 characters.`,
	},
	"an_identity_of_AWS": {
		oneHop(`source_identity = "aws:a"`),
		"has a character that isn't allowed",
	},
	"a_tag_of_AWS": {
		oneHop(`tags = { "aws:team" = "a" }`),
		`The key "aws:team" begins with aws:`,
	},
	"a_long_tag": {
		oneHop("tags = { a = " + longText(257) + " }"),
		`The value of the tag "a" isn't valid.`,
	},
	"a_null_tag": {
		oneHop("tags = { a = null }"),
		`The tag "a" has no value.`,
	},
	"tags_of_one_key": {
		oneHop(`tags = { team = "a", TEAM = "b" }`),
		`The keys "TEAM" and "team" differ only in case`,
	},
	"too_many_tags": {
		oneHop("tags = { for n in range(51) : \"key${n}\" => \"\" }"),
		"There are 51 session tags. STS allows 50.",
	},
	"a_policy_that_isnt_JSON": {
		oneHop(`policy = "{"`),
		"Correct assume_role[0].policy. The policy isn't valid JSON",
	},
	"a_path_for_a_policy": {
		oneHop(`policy = "./policy.json"`),
		`Write file("./policy.json")`,
	},
	"a_long_policy": {
		oneHop("policy = jsonencode(" + longText(2049) + ")"),
		"has 2051 characters",
	},
	"a_short_policy_ARN": {
		oneHop(`policy_arns = ["short"]`),
		`Correct assume_role[0].policy_arns. "short" isn't the ARN of a managed policy`,
	},
	"too_many_policy_ARNs": {
		oneHop(`policy_arns = [for n in range(11) : "arn:aws:iam::aws:policy/Policy${n}"]`),
		"set must contain at most 10 elements",
	},
	"a_hop_that_is_null": {"[null]", "Null List Value"},
}

// ofCore are constraints that only AWS has, or that several arguments have together.
var ofCore = map[string]hopConstraint{
	"a_role_that_is_no_ARN": {
		`[{ role_arn = "deploy" }]`,
		`Correct assume_role[0].role_arn. The role ARN "deploy" isn't an ARN`,
	},
	"another_partition": {
		`[{ role_arn = "arn:aws-cn:iam::444455556666:role/deploy" }]`,
		"is in another partition than the block's role",
	},
	"more_than_an_hour": {
		oneHop("duration_seconds = 3601"),
		"AWS limits a session by role chaining to 900 to 3600",
	},
	"a_key_without_a_tag": {
		oneHop(`transitive_tag_keys = ["team"]`),
		`The key "team" isn't the key of a session tag.`,
	},
	"a_second_that_fails": {
		`[{ role_arn = "arn:aws:iam::444455556666:role/deploy" }, { role_arn = "other" }]`,
		"Correct assume_role[1].role_arn.",
	},
}

// diagnostics runs a command that must fail, and returns its errors.
func (cli installedCLI) diagnostics(t *testing.T, command string) []diagnostic {
	t.Helper()
	printed := cli.mustFail(t, command, "-json")
	var found []diagnostic
	var validated struct{ Diagnostics []diagnostic }
	if json.Unmarshal([]byte(printed), &validated) == nil {
		return slices.DeleteFunc(validated.Diagnostics, func(d diagnostic) bool { return d.Severity != "error" })
	}
	for line := range strings.SplitSeq(printed, "\n") {
		var message struct{ Diagnostic diagnostic }
		if json.Unmarshal([]byte(line), &message) == nil && message.Diagnostic.Severity == "error" {
			found = append(found, message.Diagnostic)
		}
	}
	if len(found) == 0 {
		t.Fatalf("it fails without an error of a block:\n%s", printed)
	}
	return found
}

// TestNoHops checks that null is the same as no list. An empty list isn't.
func TestNoHops(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	arguments := []string{set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil))}
	newAttachedCLI(t, f.config(append(arguments, "assume_role = null")...)).apply(t, checkValue(
		tfjsonpath.New("assumed_role_user").AtMapKey("arn"),
		knownvalue.StringExact("arn:aws:sts::111122223333:assumed-role/deploy/terraform"),
	))
	before := len(f.Requests())
	wantError(t, failing{
		config:   f.config(append(arguments, "assume_role = []")...),
		argument: "assume_role",
		says:     "The list is empty, so the result would have the credentials of role_arn.",
	})
	if len(f.Requests()) > before {
		t.Error("something was sent")
	}
}

// TestUnknownHopIsReadInApply checks that a hop whose values come from a resource waits for it.
func TestUnknownHopIsReadInApply(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.addChain(t, 0, 0)
	newAttachedCLI(t, `resource "terraform_data" "role" {
  input = "`+hopRole("deploy")+`"
}
`+f.config(
		set("role_arn", hubRole), set("web_identity_token", f.token(t, nil)),
		`assume_role = [{ role_arn = terraform_data.role.output, external_id = "acme-4711" }]`,
	)).apply(t, checkValue(
		tfjsonpath.New("assumed_role_user").AtMapKey("arn"),
		knownvalue.StringExact("arn:aws:sts::444455556666:assumed-role/deploy/terraform"),
	))
}

// TestHopsOutsideTheAllowedAccounts checks that a hop can't leave the accounts of the provider block.
func TestHopsOutsideTheAllowedAccounts(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.addChain(t, 0, 0)
	wantError(t, failing{
		config: fmt.Sprintf("provider \"sts\" {\n  endpoint = %q\n  allowed_account_ids = [%q, %q]\n}\n", f.URL(),
			production, staging) + block(set("role_arn", hubRole), set("web_identity_token", f.token(t, nil)), chain),
		argument: "assume_role",
		says:     "Correct assume_role[1].role_arn, or add the account to the list. Nothing was sent.",
	})
	if len(f.Requests()) > 0 {
		t.Error("something was sent")
	}
}

// TestSameDenialOfManyAccounts checks that the denial of several accounts for one reason is explained in full once.
func TestSameDenialOfManyAccounts(t *testing.T) {
	t.Parallel()
	scene := newFailures(t)
	text := "variable \"tokens\" { type = map(string) }\nvariable \"secret_file\" {}\n" +
		"provider \"sts\" {\n  " + strings.Join(scene.providers["aws"], "\n  ") + "\n}\n" + block(
		`for_each = toset(["one", "two", "three"])`,
		set("role_arn", hubRole),
		`role_session_name = "deploy-${each.key}"`,
		`web_identity_token = var.tokens["good"]`,
		`assume_role = [{ role_arn = "arn:aws:iam::444455556666:role/other/${each.key}" }]`,
	)
	cli := newAttachedCLI(t, text)
	cli.CLI = cli.With(scene.environment...)
	printed := cli.mustFail(t, "plan", "-no-color")
	if n := strings.Count(printed, `"Effect": "Allow"`); n != 1 {
		t.Errorf("there are %d statements in:\n%s", n, printed)
	}
	if n := strings.Count(printed, "explains this"); n != 2 {
		t.Errorf("there are %d short errors in:\n%s", n, printed)
	}
}

// tokenServer is a platform that gives a job of GitHub Actions the token: the variables of the job, and the number of
// requests.
func tokenServer(t *testing.T, token string) (environment []string, requests *atomic.Int32) {
	t.Helper()
	requests = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"value": %q}`, token)
	}))
	t.Cleanup(server.Close)
	return []string{
		"ACTIONS_ID_TOKEN_REQUEST_URL=" + server.URL + "/?api-version=2.0",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN=request-token",
	}, requests
}
