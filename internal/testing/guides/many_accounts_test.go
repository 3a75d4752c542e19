package guides

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

const (
	manyAccounts = "many-accounts"
	hubARN       = "arn:aws:iam::" + account + ":role/hub"
	network      = "444455556666"
	payments     = "777788889999"
)

func deployARN(account string) string { return "arn:aws:iam::" + account + ":role/deploy" }

func deploySession(account, name string) string {
	return "arn:aws:sts::" + account + ":assumed-role/deploy/" + name
}

// hubPolicies are the policies of the guide "One identity, many accounts", in their order.
type hubPolicies struct{ hubTrust, hub, trust, sessionTrust, session string }

func readHubPolicies(t *testing.T, guide string) hubPolicies {
	t.Helper()
	federated, others := readPolicies(guide)
	if len(federated) != 1 || len(others) != 4 {
		t.Fatalf(
			"%d trust policies for web identities and %d other policies: want 1 and 4",
			len(federated),
			len(others),
		)
	}
	return hubPolicies{
		hubTrust: federated[0], hub: others[0], trust: others[1], sessionTrust: others[2], session: others[3],
	}
}

// roles are the hub, with its permissions, and the role that trusts it in each account.
func (p hubPolicies) roles(permissions, trust string, accounts ...string) []emulator.Role {
	roles := []emulator.Role{{ARN: hubARN, TrustPolicy: p.hubTrust, Permissions: permissions}}
	for _, account := range accounts {
		roles = append(roles, emulator.Role{ARN: deployARN(account), TrustPolicy: trust})
	}
	return roles
}

// hubFence has the lines of an apply of the first example.
var hubFence = regexp.MustCompile("(?s)## 4\\. [^\n]*\n.*?```text\n(.*?)```")

// accountRun is an apply of an example of the guide.
type accountRun struct {
	example string
	// platform is the guide with the tokens and the IAM OIDC provider, and providers the accounts that have one.
	platform  string
	providers []string
	roles     []emulator.Role
	outputs   map[string]any
	// The numbers are of each time that the ephemeral resources are opened.
	tokenRequests, exchanges, hops int
	check                          func(t *testing.T, exchange, hop emulator.Request)
}

func accountRuns(t *testing.T, guides map[string]string) []accountRun {
	t.Helper()
	policies := readHubPolicies(t, guides[manyAccounts])
	gitLab, _ := readPolicies(guides["gitlab"])
	gitHub, _ := readPolicies(guides["github-actions"])
	long := policies.roles(policies.hub, policies.trust, network)
	long[0].TrustPolicy, long[0].MaxSessionDuration = gitLab[0], 4*time.Hour
	var direct []emulator.Role
	everywhere := []string{account, network, payments}
	for _, number := range everywhere {
		trust := strings.ReplaceAll(gitHub[0], account, number)
		direct = append(direct, emulator.Role{ARN: deployARN(number), TrustPolicy: trust})
	}
	return []accountRun{
		{
			example: "hub", platform: "github-actions", providers: []string{account},
			roles: policies.roles(policies.hub, policies.trust, network, payments),
			outputs: map[string]any{"sessions": map[string]any{
				"network":  deploySession(network, "infrastructure"),
				"payments": deploySession(payments, "infrastructure"),
			}},
			tokenRequests: 1, exchanges: 1, hops: 2,
		},
		{
			example: "session", platform: "github-actions", providers: []string{account},
			roles:         policies.roles(policies.session, policies.sessionTrust, payments),
			outputs:       map[string]any{"session": deploySession(payments, "infrastructure")},
			tokenRequests: 1, exchanges: 1, hops: 1, check: checkSession,
		},
		{
			example: "long-applies", platform: "gitlab", providers: []string{account},
			roles:     long,
			outputs:   map[string]any{"session": deploySession(network, "infrastructure")},
			exchanges: 1, hops: 1, check: checkDurations,
		},
		{
			example:   "accounts",
			platform:  "github-actions",
			providers: everywhere,
			roles:     direct,
			outputs: map[string]any{
				"accounts": map[string]any{"network": account, "production": network, "staging": payments},
			},
			tokenRequests: 1,
			exchanges:     3,
		},
	}
}

// checkSession checks what no trust policy can require.
func checkSession(t *testing.T, _, hop emulator.Request) {
	t.Helper()
	if policy := hop.Form.Get("Policy"); !strings.Contains(policy, `"s3:*"`) {
		t.Errorf("the session policy is %q", policy)
	}
	if keys := hop.Form.Get("TransitiveTagKeys.member.1"); keys != "team" {
		t.Errorf("the transitive tag is %q", keys)
	}
}

func checkDurations(t *testing.T, exchange, hop emulator.Request) {
	t.Helper()
	if got := exchange.Form.Get("DurationSeconds"); got != "14400" {
		t.Errorf("DurationSeconds %q of the exchange, want 14400", got)
	}
	if got := hop.Form.Get("DurationSeconds"); got != "" {
		t.Errorf("DurationSeconds %q of the hop, want none", got)
	}
}

// TestManyAccounts applies each example of the guide, with the policies of the guide.
func TestManyAccounts(t *testing.T) {
	t.Parallel()
	guides := readGuides(t)
	workspace := clitest.Workspace(t)
	cli := findForEphemeral(t, workspace)
	mirrorProviders(t, cli)
	for _, run := range accountRuns(t, guides) {
		t.Run(run.example, func(t *testing.T) {
			bench := run.prepare(t, workspace, cli)
			output, err := bench.cli.Run(t.Context(), bench.folder, "apply", "-auto-approve", "-no-color")
			if err != nil {
				t.Fatal(terraformcli.WithOutput(err))
			}
			if run.example == "hub" && cli.Product == "Terraform" {
				wantLines(t, output, hubFence.FindStringSubmatch(guides[manyAccounts])[1])
			}
			bench.wantOutputs(t, run.outputs)
			run.wantCalls(t, bench)
		})
	}
}

// TestManyAccountsDenials checks that the first example fails if a part of the guide's setup is missing.
func TestManyAccountsDenials(t *testing.T) {
	t.Parallel()
	guides := readGuides(t)
	workspace := clitest.Workspace(t)
	cli := findForEphemeral(t, workspace)
	mirrorProviders(t, cli)
	policies := readHubPolicies(t, guides[manyAccounts])
	run := accountRuns(t, guides)[0]
	bench := run.prepare(t, workspace, cli)
	for _, c := range []struct {
		name        string
		permissions string
		trust       string
		want        string
	}{
		{
			"a trust policy without the hub", policies.hub,
			strings.Replace(policies.trust, ":role/hub", ":role/other", 1),
			"not authorized to perform: sts:AssumeRole because no role trust policy allows the sts:AssumeRole action",
		},
		{
			"a hub without a permission", "", policies.trust,
			"because no identity-based policy allows the sts:AssumeRole action",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			bench.addRoles(t, policies.roles(c.permissions, c.trust, network, payments))
			bench.wantFailure(t, c.want)
		})
	}
	t.Run("a list of accounts without the hub's", func(t *testing.T) {
		bench.addRoles(t, run.roles)
		bench.replace(t, "concat([local.hub], values(local.accounts))", "values(local.accounts)")
		before := len(bench.server.Requests())
		bench.wantFailure(t, "The role's account isn't allowed")
		if after := len(bench.server.Requests()); after != before {
			t.Errorf("%d requests, want none", after-before)
		}
	})
}

// findForEphemeral finds a CLI, and skips the test if it has no ephemeral resources.
func findForEphemeral(t *testing.T, workspace *terraformcli.Workspace) *terraformcli.CLI {
	t.Helper()
	cli := clitest.Find(t, workspace)
	clitest.Need(t, cli, terraformcli.EphemeralResources)
	return cli
}
