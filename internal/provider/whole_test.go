package provider_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// The tests of this file run the built provider, a process for each alias, as a user's CLI does.

// twoAccounts has a data source and an aliased consumer for each of two accounts.
func twoAccounts(endpoint, tokenFile string) string {
	config := providerAt(endpoint)
	for name, id := range map[string]string{"production": production, "staging": staging} {
		config += fmt.Sprintf(`
data "sts_assume_role_with_web_identity" %[1]q {
  role_arn                = %[2]q
  role_session_name       = %[1]q
  web_identity_token_file = %[3]q
}
provider "aws" {
  alias      = %[1]q
  access_key = data.sts_assume_role_with_web_identity.%[1]s.credentials.access_key_id
  secret_key = data.sts_assume_role_with_web_identity.%[1]s.credentials.secret_access_key
  token      = data.sts_assume_role_with_web_identity.%[1]s.credentials.session_token
  region     = "us-east-1"
  endpoints {
    sts = %[4]q
  }
}
data "aws_caller_identity" %[1]q {
  provider = aws.%[1]s
}
output %[1]q {
  value = [data.aws_caller_identity.%[1]s.account_id, data.aws_caller_identity.%[1]s.arn]
}
`, name, roleARN(id), tokenFile, endpoint)
	}
	return config
}

// TestTwoAccountsWithOneToken checks the main use: two data sources configure two aliases of a provider, and each alias
// has the right identity. No secret may be in the CLI's output, in its log at the most verbose level, or in a dump of
// the plugin protocol.
func TestTwoAccountsWithOneToken(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := f.token(t, nil)
	cli := newInitializedCLI(t, twoAccounts(f.URL(), testenv.WriteFile(t, "token", token)))
	logs := t.TempDir()
	dump := t.TempDir()
	cli.CLI = cli.With("TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(logs, "log"), "TF_LOG_SDK_PROTO_DATA_DIR="+dump)

	printed := cli.mustRun(t, "plan", "-no-color", "-out=plan") + cli.mustRun(t, "apply", "-no-color", "plan")
	var outputs map[string]struct{ Value []string }
	if err := json.Unmarshal([]byte(cli.mustRun(t, "output", "-json")), &outputs); err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]string{"production": production, "staging": staging} {
		arn := fmt.Sprintf("arn:aws:sts::%s:assumed-role/deploy/%s", id, name)
		if got := outputs[name].Value; len(got) != 2 || got[0] != id || got[1] != arn {
			t.Errorf("%s is %v, want %s", name, got, arn)
		}
	}

	secrets := append(f.Secrets(), token)
	log, err := os.ReadFile(filepath.Join(logs, "log"))
	if err != nil || !strings.Contains(string(log), "AssumeRoleWithWebIdentity") ||
		!strings.Contains(string(log), "web_identity_token_file") {
		t.Errorf("the log doesn't tell of the exchange: %v", err)
	}
	for _, value := range secrets {
		if strings.Contains(printed, value) {
			t.Error("a secret is printed")
		}
		if strings.Contains(string(log), value) {
			t.Error("a secret is in the log")
		}
	}
	if dumped, err := os.ReadDir(dump); err != nil || len(dumped) > 0 {
		t.Errorf("the plugin protocol was dumped into %d files (%v)", len(dumped), err)
	}
}

// TestSameConfigurationAtAnotherServer checks that only `endpoint` selects the server that returns the credentials.
func TestSameConfigurationAtAnotherServer(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	other := serve(
		t,
		200,
		`<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>OTHERKEYID</AccessKeyId><SecretAccessKey>SECRET</SecretAccessKey><SessionToken>SESSION</SessionToken></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
	)
	cli := newAttachedCLI(t, `
variable "endpoint" {}
provider "sts" { endpoint = var.endpoint }
`+block(
		set("role_arn", roleARN(production)),
		set("web_identity_token_file", testenv.WriteFile(t, "token", f.token(t, nil))),
	)+`
output "id" { value = nonsensitive(data.sts_assume_role_with_web_identity.test.credentials.access_key_id) }
`)
	cli.mustRun(t, "apply", "-auto-approve", "-var=endpoint="+f.URL())
	if id := fmt.Sprint(cli.output(t, "id")); !strings.HasPrefix(id, "ASIA") {
		t.Errorf("the emulator gave %q", id)
	}
	cli.mustRun(t, "apply", "-auto-approve", "-var=endpoint="+other)
	if id := cli.output(t, "id"); id != "OTHERKEYID" {
		t.Errorf("the other server gave %q", id)
	}
}

// TestInterruptEndsRun interrupts the CLI while a server accepts the call and doesn't answer.
func TestInterruptEndsRun(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	address, called := startSilentServer(t)
	cli := newCLI(t, providerAt("http://"+address)+
		block(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)), set("timeout", "5m")))

	ctx, interrupt := context.WithCancel(t.Context())
	var interrupted time.Time
	go func() {
		<-called
		interrupted = time.Now()
		interrupt()
	}()
	_, err := cli.Run(ctx, cli.folder, "plan", "-no-color")
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if duration := time.Since(interrupted); duration > 5*time.Second {
		t.Errorf("it went on for %s", duration)
	}
	if output := transcript(err); !strings.Contains(output, "The run was interrupted before STS had answered") {
		t.Errorf("the provider didn't get to say so:\n%s", output)
	}
}

// TestTimeoutWithSilentServer checks the deadline, and the error after it.
func TestTimeoutWithSilentServer(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	address, _ := startSilentServer(t)
	cli := newAttachedCLI(t, providerAt("http://"+address)+
		block(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)), set("timeout", "1s")))
	start := time.Now()
	output := cli.mustFail(t, "plan", "-no-color")
	if !sentencePattern("1s passed while waiting for the answer of STS at " + address).MatchString(output) {
		t.Errorf("it says:\n%s", output)
	}
	if duration := time.Since(start); duration > 5*time.Second {
		t.Errorf("it took %s", duration)
	}
}

// TestWarnings checks the warnings that don't depend on the success of the exchange, and their number.
func TestWarnings(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	anywhere := strings.Replace(f.URL(), "127.0.0.1", "0.0.0.0", 1) // which isn't loopback by its name
	tokenForAWS := set(
		"web_identity_token",
		f.token(t, func(token *emulator.Token) { token.Audience = []string{"sts.amazonaws.com"} }),
	)
	blocks := block(
		set("role_arn", roleARN(production)),
		tokenForAWS,
	) + strings.Replace(
		block(set("role_arn", roleARN(staging)), tokenForAWS),
		`"test"`,
		`"other"`,
		1,
	)
	for name, test := range map[string]struct {
		config, want string
		times        int
	}{
		"a token for AWS at another's server": {
			config: providerAt(anywhere) + blocks,
			want:   "The token's audience is sts.amazonaws.com, and the token goes to",
			times:  1,
		},
		"a token for AWS at a server on loopback": {
			config: providerAt(f.URL()) + blocks,
			want:   "The token's audience is sts.amazonaws.com, and the token goes to",
		},
		"policies that may be ignored": {
			config: providerAt(f.URL()) + block(
				set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)),
				`policy_arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]`,
			),
			want: "ignore policy_arns. Use policy instead", times: 1,
		},
		"plain http to another machine": {
			config: providerAt("http://minio.example.com") + block(
				set("role_arn", ""), set("web_identity_token", f.token(t, nil)),
			),
			want: "The token and the credentials cross the network in plaintext", times: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			output, err := newAttachedCLI(t, test.config).runAny(t, "plan", "-json") // people are shown one of the same
			if got := len(sentencePattern(test.want).FindAllString(output, -1)); got != test.times {
				t.Errorf("%d warnings, want %d (%v):\n%s", got, test.times, err, output)
			}
		})
	}
}
