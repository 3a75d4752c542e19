//go:build unix

package provider_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// severalKinds are secrets for what takes a provider for each.
var severalKinds = []string{"jwt", "secret-key"}

// misplacedSecrets are secrets of many forms, by their names.
func (f fixture) misplacedSecrets(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"jwt":                f.token(t, nil),
		"jwt-cut-off":        f.token(t, nil)[:200],
		"login-with-amazon":  "Atza|IwEBIJfoobarbazq0123456789",
		"google":             "ya29.a0AfH6SMBx7Gh2Qz9-aB_cd",
		"facebook":           "EAACEdEose0cBAx7Gh2Qz9aB",
		"secret-key":         "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		"slash-first":        "/x7Gh2Qz9aB+cdEf1/hHq3",
		"hexadecimal":        "d41d8cd98f00b204e9800998ecf8427e",
		"letters-and-digits": "hunter2hunter2hunter2",
		"capitals":           "MFRGGZDFMZTWQ2LKNNWG23TPOA",
	}
}

// TestMisplacedSecrets has a token, or another secret, where a path, a name or a number belongs.
func TestMisplacedSecrets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T, fixture, map[string]string){
		"in variables": misplaceInVariables, "in lines": misplaceInLines, "in other arguments": misplaceElsewhere,
		"in account IDs": misplaceInAccounts, "in the environment": misplaceInEnvironment,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startFixture(t)
			test(t, f, f.misplacedSecrets(t))
		})
	}
}

func misplaceInVariables(t *testing.T, f fixture, misplaced map[string]string) {
	t.Helper()
	config := providerAt(f.URL()) + "variable \"misplaced\" {\n  type = map(string)\n  sensitive = true\n}\n"
	for label, argument := range map[string]string{
		"file": "web_identity_token_file", "env": "web_identity_token_env", "role": "role_arn",
	} {
		others := []string{set("role_arn", roleARN(production))}
		if argument == "role_arn" {
			others = []string{"web_identity_token_env = \"UNSET_VARIABLE\""}
		}
		config += strings.Replace(
			forEach("data", label, slices.Sorted(maps.Keys(misplaced)),
				append(others, argument+" = var.misplaced[each.key]")...),
			"  role_arn = \"arn:aws:iam::111122223333:role/x\"\n", "", 1,
		)
	}
	cli := newCLIWith(t, verboseProvider(t), config)
	log := cli.enableTrace(t, "TF_VAR_misplaced="+asJSON(t, misplaced))
	printed := cli.mustFail(t, "plan", "-no-color") + cli.mustFail(t, "plan", "-json")
	if failures := strings.Count(printed, "\nError: "); failures != 3*len(misplaced) {
		t.Errorf("%d blocks fail, of %d", failures, 3*len(misplaced))
	}
	cli.wantNoSecrets(t, slices.Collect(maps.Values(misplaced)), printed, log)
}

// misplaceInLines has the secrets in the lines themselves. Terraform shows the line that an error points at.
func misplaceInLines(t *testing.T, f fixture, misplaced map[string]string) {
	t.Helper()
	config := providerAt(f.URL())
	for name, value := range misplaced {
		for _, argument := range []string{
			"web_identity_token_file", "web_identity_token_env", "role_arn", "web_identity_token",
		} {
			others := set("role_arn", roleARN(production))
			switch argument {
			case "role_arn":
				others = `web_identity_token_env = "UNSET_VARIABLE"`
			case "web_identity_token":
				value += "\ufeff" // or the token would be good
			}
			config += blockNamed(argument+"_"+name, others, set(argument, value))
		}
	}
	cli := newCLIWith(t, verboseProvider(t), config)
	log := cli.enableTrace(t)
	cli.wantNoSecrets(t, slices.Collect(maps.Values(misplaced)), cli.mustFail(t, "plan", "-no-color"), log)
}

func misplaceElsewhere(t *testing.T, f fixture, misplaced map[string]string) {
	t.Helper()
	config := providerAt(f.URL())
	for name, value := range misplaced {
		for _, argument := range []string{
			"role_session_name", "provider_id", "timeout", "iam_propagation_timeout", "policy", "policy_arns",
		} {
			if argument == "role_session_name" {
				value += "/ " // or it might be a good name
			}
			written := fmt.Sprintf("%q", value)
			if argument == "policy_arns" {
				written = "[" + written + "]"
			}
			config += blockNamed(
				argument+"_"+name, set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)),
				fmt.Sprintf("%s = sensitive(%s)", argument, written),
			)
		}
	}
	cli := newCLIWith(t, verboseProvider(t), config)
	log := cli.enableTrace(t)
	lines := regexp.MustCompile(`(?m)^ +\d+: .*$`) // of the configuration
	printed := lines.ReplaceAllString(cli.mustFail(t, "plan", "-no-color"), "")
	cli.wantNoSecrets(t, slices.Collect(maps.Values(misplaced)), printed, log)
}

func misplaceInAccounts(t *testing.T, f fixture, misplaced map[string]string) {
	t.Helper()
	config := "variable \"misplaced\" {\n  type = map(string)\n  sensitive = true\n}\n"
	for _, name := range severalKinds {
		config += f.provider(
			set("alias", name), fmt.Sprintf("allowed_account_ids = [var.misplaced[%q]]", name),
		) + blockNamed(
			name, "provider = sts."+name, set("role_arn", roleARN(production)),
			set("web_identity_token", f.token(t, nil)),
		)
	}
	cli := newCLIWith(t, verboseProvider(t), config)
	log := cli.enableTrace(t, "TF_VAR_misplaced="+asJSON(t, misplaced))
	printed := cli.mustFail(t, "plan", "-no-color")
	if n := strings.Count(printed, "of an AWS account"); n < len(severalKinds) {
		t.Errorf("another error: %s", printed)
	}
	cli.wantNoSecrets(t, slices.Collect(maps.Values(misplaced)), printed, log)
}

// misplaceInEnvironment has a provider for each secret in each variable, with a script that sets the variable.
func misplaceInEnvironment(t *testing.T, f fixture, misplaced map[string]string) {
	t.Helper()
	token := "AWS_WEB_IDENTITY_TOKEN_FILE=" + testenv.WriteFile(t, "token", f.token(t, nil))
	config, executables := "", map[string]string{}
	wanted := map[string]string{} // the texts of the errors, by the block's label
	add := func(name, want string, variables ...string) {
		executables["sts-"+label(name)] = verboseProvider(t, variables...)
		wanted[label(name)] = want
		config += strings.ReplaceAll(`
provider "sts-LABEL" {
  endpoint = "https://sts.us-east-1.amazonaws.com"
}
`+blockNamed("LABEL", "provider = sts-LABEL", set("role_arn", roleARN(production))), "LABEL", label(name))
	}
	for name, value := range misplaced {
		want := "named by the environment variable AWS_WEB_IDENTITY_TOKEN_FILE"
		if name == "jwt" {
			want = ""
		}
		add("token file "+name, want, "AWS_WEB_IDENTITY_TOKEN_FILE="+value)
	}
	for _, name := range severalKinds {
		for _, variable := range []string{
			"AWS_CA_BUNDLE", "AWS_REGION", "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_ENDPOINT_URL_STS", "AWS_RETRY_MODE",
		} {
			add(variable+" "+name, "", variable+"="+misplaced[name])
		}
		// never a good name
		add("session "+name, "session name", token, "AWS_ROLE_SESSION_NAME="+misplaced[name]+"/")
	}
	cli := newCLIOf(t, executables, config)
	log := cli.enableTrace(t)
	printed := cli.mustFail(t, "plan", "-no-color")
	found := map[string]string{}
	for part := range strings.SplitSeq(printed, "Error: ") {
		for name := range wanted {
			if strings.Contains(part, name) {
				found[name] = part
			}
		}
	}
	for name, want := range wanted {
		if found[name] == "" || !sentencePattern(want).MatchString(found[name]) {
			t.Errorf("%s: %q isn't in:\n%s", name, want, found[name])
		}
	}
	cli.wantNoSecrets(t, slices.Collect(maps.Values(misplaced)), printed, log)
}
