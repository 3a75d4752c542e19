package guides

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

const (
	account       = "111122223333"
	otherAudience = "https://another.example.com"
)

// policyFence is a JSON block of a guide. Each is a policy.
var policyFence = regexp.MustCompile("(?s)```json\n(.*?)```")

// readPolicies gives the JSON blocks of a guide: the trust policies for web identities, and the others.
func readPolicies(guide string) (federated, others []string) {
	for _, match := range policyFence.FindAllStringSubmatch(guide, -1) {
		if strings.Contains(match[1], `"Federated"`) {
			federated = append(federated, match[1])
		} else {
			others = append(others, match[1])
		}
	}
	return federated, others
}

// trust has the tokens that one trust policy of a guide is tested with, in the form in which its platform mints them.
type trust struct {
	// partition is the role's; empty is aws.
	partition string
	issuer    string
	// clients are the client IDs that the guide has the reader register with the IAM OIDC provider.
	clients []string
	admits  []emulator.Token
	// refuses are subjects of the same issuer that are somebody else's, or unreviewed code's.
	refuses []string
	// adapt makes AWS's spelling out of another server's.
	adapt func(policy string) string
	// account is the role's. Empty: 111122223333.
	account string
	// findings are the rules that find something in the policy. The guide says why the policy is right anyway.
	findings []string
}

// trusts has each guide's policies, in their order.
var trusts = map[string][]trust{
	"github-actions": {
		{
			issuer:  "https://token.actions.githubusercontent.com",
			clients: []string{"sts.amazonaws.com"},
			admits: []emulator.Token{
				github("repo:example-org@123456/infrastructure@456789:environment:production", "456789"),
				github("repo:example-org/infrastructure:environment:production", "456789"),
			},
			refuses: []string{
				"repo:example-org@123456/infrastructure@456789:pull_request",
				"repo:example-org@123456/infrastructure@456789:ref:refs/heads/main",
				"repo:example-org@123456/other@456790:environment:production",
				"repo:example-org/other:environment:production",
			},
		},
		gitHubElsewhere("aws-us-gov", "sts.amazonaws.com"),
		gitHubElsewhere("aws-cn", "sts.amazonaws.com.cn"),
		{ // GitHub Enterprise Server
			issuer:  "https://github.example.com/_services/token",
			clients: []string{"sts.amazonaws.com"},
			admits:  []emulator.Token{github("repo:example-org/infrastructure:environment:production", "789")},
			refuses: []string{
				"repo:example-org/infrastructure:pull_request",
				"repo:example-org/infrastructure:ref:refs/heads/main",
				"repo:example-org/other:environment:production",
			},
		},
		{ // Forgejo
			issuer:  "https://forgejo.example.com/api/actions",
			clients: []string{"sts.amazonaws.com"},
			admits: []emulator.Token{
				github("repo:example-org-123456/infrastructure-456789:ref:refs/heads/main", "456789"),
				github("repo:example-org/infrastructure:ref:refs/heads/main", "456789"),
			},
			refuses: []string{
				"repo:example-org/infrastructure:pull_request",
				"repo:example-org/infrastructure:ref:refs/heads/feature",
				"repo:example-org-123456/other-456790:ref:refs/heads/main",
				"repo:example-org/other:ref:refs/heads/main",
			},
		},
	},
	"gitlab": {
		{
			issuer:   "https://gitlab.com",
			clients:  []string{"sts.amazonaws.com"},
			findings: []string{"names-without-ids"},
			admits: []emulator.Token{
				token(
					"project_path:example-group/infrastructure:ref_type:branch:ref:main",
					"sts.amazonaws.com",
					map[string]any{
						"project_id":      "22",
						"namespace_path":  "example-group",
						"ref":             "main",
						"ref_type":        "branch",
						"ref_protected":   "true",
						"pipeline_source": "push",
					},
				),
			},
			refuses: []string{
				"project_path:example-group/infrastructure:ref_type:branch:ref:feature",
				"project_path:example-group/infrastructure:ref_type:tag:ref:main",
				"project_path:example-group/other:ref_type:branch:ref:main",
			},
		},
	},
	"hcp-terraform": {
		hcpTerraform("plan", "apply"),
		hcpTerraform("apply", "plan"),
	},
	"eks": {{
		issuer:  "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
		clients: []string{"sts.amazonaws.com"},
		admits:  []emulator.Token{serviceAccount("terraform", "deploy")},
		refuses: []string{"system:serviceaccount:terraform:default", "system:serviceaccount:default:deploy"},
	}},
	"kubernetes": {{
		issuer:  "https://oidc.example.com/cluster-1",
		clients: []string{"sts.amazonaws.com"},
		admits:  []emulator.Token{serviceAccount("terraform", "deploy")},
		refuses: []string{"system:serviceaccount:terraform:default", "system:serviceaccount:default:deploy"},
	}},
	"google-cloud": {{
		issuer: "https://accounts.google.com", // built in: no client IDs
		admits: []emulator.Token{token("112233445566778899001", "https://aws.example.com/deploy", map[string]any{
			"azp": "112233445566778899001", "email": "deploy@example.iam.gserviceaccount.com", "email_verified": true,
		})},
		refuses: []string{"112233445566778899002"},
	}},
	"azure": {
		{
			issuer:  "https://sts.windows.net/8a7b6c5d-1e2f-4a3b-9c8d-7e6f5a4b3c2d/",
			clients: []string{"api://6f1c0a52-8f0e-4c55-9f62-2b7d6c1f3a10"},
			admits: []emulator.Token{
				token(
					"c0ffee00-1234-4abc-8def-0123456789ab",
					"api://6f1c0a52-8f0e-4c55-9f62-2b7d6c1f3a10",
					map[string]any{
						"appid": "deadbeef-1234-4abc-8def-0123456789ab",
						"oid":   "c0ffee00-1234-4abc-8def-0123456789ab",
						"ver":   "1.0",
					},
				),
			},
			refuses: []string{"deadbeef-1234-4abc-8def-0123456789ab"},
		},
		{
			issuer:  "https://login.microsoftonline.com/8a7b6c5d-1e2f-4a3b-9c8d-7e6f5a4b3c2d/v2.0",
			clients: []string{"api://AzureADTokenExchange", azureDevOps},
			admits: []emulator.Token{
				token(
					serviceConnection+"13579bdf-2468-4ace-8bdf-02468ace1357",
					"api://AzureADTokenExchange",
					map[string]any{"azp": azureDevOps},
				),
				token(serviceConnection+"13579bdf-2468-4ace-8bdf-02468ace1357", "api://AzureADTokenExchange", nil),
			},
			refuses: []string{serviceConnection + "13579bdf-2468-4ace-8bdf-02468ace1358"},
		},
		{
			issuer:  "https://vstoken.dev.azure.com/0f1e2d3c-4b5a-4697-8899-aabbccddeeff",
			clients: []string{"api://AzureADTokenExchange"},
			admits: []emulator.Token{
				token("p://example-org/Platform/infrastructure", "api://AzureADTokenExchange", nil),
			},
			refuses: []string{"p://example-org/Platform/other", "sc://example-org/Platform/infrastructure"},
		},
	},
	"buildkite": {{
		issuer:   "https://agent.buildkite.com",
		clients:  []string{"sts.amazonaws.com"},
		findings: []string{"names-without-ids"},
		admits: []emulator.Token{
			buildkite(
				"organization:example-org:pipeline:infrastructure:ref:refs/heads/main:commit:1da177e4c3f41524e886b7f1b8a0c1fc7321cac2:step:terraform",
			),
			buildkite(
				"organization:example-org:pipeline:infrastructure:ref:refs/heads/main:commit:9f3342b93970de79721adf6fd0c0b1c2d1f1c3d4:step:",
			),
		},
		refuses: []string{
			"organization:example-org:pipeline:infrastructure:ref:refs/heads/main-2:commit:1da177e4:step:terraform",
			"organization:example-org:pipeline:infrastructure-2:ref:refs/heads/main:commit:1da177e4:step:terraform",
			"organization:other:pipeline:infrastructure:ref:refs/heads/main:commit:1da177e4:step:terraform",
		},
	}},
	"bitbucket": {{
		issuer:  "https://api.bitbucket.org/2.0/workspaces/example/pipelines-config/identity/oidc",
		clients: []string{bitbucketAudience},
		admits: []emulator.Token{
			token(
				"{1a2b3c4d-5e6f-4708-9a1b-2c3d4e5f6071}:{9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a}:{0a1b2c3d-4e5f-4607-8192-a3b4c5d6e7f8}",
				bitbucketAudience,
				nil,
			),
			token(
				"{1a2b3c4d-5e6f-4708-9a1b-2c3d4e5f6071}:{9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a}:{ffeeddcc-bbaa-4998-8776-655443322110}",
				bitbucketAudience,
				nil,
			),
		},
		refuses: []string{
			"{1a2b3c4d-5e6f-4708-9a1b-2c3d4e5f6071}:{0a1b2c3d-4e5f-4607-8192-a3b4c5d6e7f8}", // no deployment
			"{1a2b3c4d-5e6f-4708-9a1b-2c3d4e5f6071}:{11111111-5b4a-4392-8170-6f5e4d3c2b1a}:{0a1b2c3d-4e5f-4607-8192-a3b4c5d6e7f8}",
			"{22222222-5e6f-4708-9a1b-2c3d4e5f6071}:{9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a}:{0a1b2c3d-4e5f-4607-8192-a3b4c5d6e7f8}",
		},
	}},
	"circleci": {{
		issuer:  "https://oidc.circleci.com/org/2b3c4d5e-6f70-4819-8a2b-3c4d5e6f7081",
		clients: []string{"2b3c4d5e-6f70-4819-8a2b-3c4d5e6f7081"},
		admits: []emulator.Token{
			circleCI(circleCIUser + somebody + circleCIMain),
			circleCI(circleCIUser + "00000000-6666-4777-8888-999999999999" + circleCIMain),
		},
		refuses: []string{
			circleCIUser + somebody, // CIRCLE_OIDC_TOKEN, which has no branch
			circleCIUser + somebody + strings.Replace(circleCIMain, "main", "feature", 1),
			circleCIUser + somebody + strings.Replace(circleCIMain, "main", "main-2", 1),
			circleCIUser + somebody + strings.Replace(circleCIMain, "heads", "tags", 1),
			circleCIUser + somebody + strings.Replace(circleCIMain, "example-org", "fork", 1),
			// A branch whose name ends as the policy does.
			circleCIUser + somebody + strings.Replace(circleCIMain, "main", "x", 1) + circleCIMain,
			// User parts that aren't as long as a UUID.
			circleCIUser + "5555555-6666-4777-8888-999999999999" + circleCIMain,
			circleCIUser + "555555555-6666-4777-8888-999999999999" + circleCIMain,
			circleCIUser + circleCIMain,
			strings.Replace(circleCIUser, "7c6b5a49", "8d7c6b5a", 1) + somebody + circleCIMain,
		},
	}},
	"spacelift": {{
		issuer:  "https://example.app.spacelift.io",
		clients: []string{"example.app.spacelift.io"},
		admits: []emulator.Token{
			spacelift("infrastructure", "TRACKED", "read"),
			spacelift("infrastructure", "TRACKED", "write"),
		},
		refuses: []string{
			spacelift("infrastructure", "PROPOSED", "read").Subject,
			spacelift("infrastructure", "TASK", "write").Subject,
			spacelift("other", "TRACKED", "write").Subject,
		},
	}},
	"atlantis": {{
		issuer:  "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
		clients: []string{"sts.amazonaws.com"},
		admits:  []emulator.Token{serviceAccount("atlantis-network", "atlantis")},
		refuses: []string{"system:serviceaccount:atlantis:atlantis", "system:serviceaccount:atlantis-network:default"},
	}},
	manyAccounts: {{
		issuer:  "https://token.actions.githubusercontent.com",
		clients: []string{"sts.amazonaws.com"},
		admits: []emulator.Token{
			github("repo:example-org@123456/infrastructure@456789:environment:production", "456789"),
			github("repo:example-org/infrastructure:environment:production", "456789"),
		},
		refuses: []string{
			"repo:example-org@123456/infrastructure@456789:pull_request",
			"repo:example-org@123456/infrastructure@456789:ref:refs/heads/main",
			"repo:example-org/other:environment:production",
		},
	}},
	"partitions": {
		{
			issuer:  "https://token.actions.githubusercontent.com",
			clients: []string{"sts.amazonaws.com"},
			admits: []emulator.Token{
				github("repo:example-org@123456/infrastructure@456789:environment:production", "456789"),
			},
			refuses:   []string{"repo:example-org@123456/infrastructure@456789:pull_request"},
			account:   "444455556666",
			partition: "aws-us-gov",
		},
		{
			issuer:  "https://token.actions.githubusercontent.com",
			clients: []string{"sts.amazonaws.com.cn"},
			admits: []emulator.Token{
				withAudience(
					github("repo:example-org@123456/infrastructure@456789:environment:production", "456789"),
					"sts.amazonaws.com.cn",
				),
			},
			refuses:   []string{"repo:example-org@123456/infrastructure@456789:pull_request"},
			account:   "777788889999",
			partition: "aws-cn",
		},
	},
	"pull-requests": {
		withFindings(gitHubBranch("pull_request", "ref:refs/heads/main", "ref:refs/heads/feature"), "pull-requests"),
		gitHubBranch("ref:refs/heads/main", "pull_request", "ref:refs/heads/feature", "ref:refs/heads/main-2"),
		{ // GitLab, plan
			issuer:   "https://gitlab.com",
			clients:  []string{"sts.amazonaws.com"},
			findings: []string{"wildcard-over-refs", "names-without-ids"},
			admits:   []emulator.Token{gitLabBranch("feature"), gitLabBranch("main")},
			refuses: []string{
				"project_path:example-group/infrastructure:ref_type:tag:ref:v1",
				"project_path:example-group/infrastructure-2:ref_type:branch:ref:feature",
				"project_path:somebody/infrastructure:ref_type:branch:ref:feature",
			},
		},
		{ // GitLab, deploy
			issuer:   "https://gitlab.com",
			clients:  []string{"sts.amazonaws.com"},
			findings: []string{"names-without-ids"},
			admits:   []emulator.Token{gitLabBranch("main")},
			refuses: []string{
				gitLabBranch("feature").Subject,
				"project_path:example-group/infrastructure:ref_type:tag:ref:main",
				"project_path:somebody/infrastructure:ref_type:branch:ref:main",
			},
		},
	},
	"stacks": {{
		issuer:  "https://app.terraform.io",
		clients: []string{"aws.workload.identity"},
		admits: []emulator.Token{
			stack("backup", "production", "plan"),
			stack("backup", "production", "apply"),
		},
		refuses: []string{
			stack("backup", "staging", "apply").Subject,
			stack("other", "production", "apply").Subject,
			"organization:example-org:project:Platform:workspace:backup:run_phase:apply",
		},
	}},
	"other-servers": {
		{ // Ceph
			issuer:  "https://login.example.com/realms/platform",
			clients: []string{"ceph"},
			admits:  []emulator.Token{token("5b0c7a52-0a54-4f0e-9a3b-8d2c6f1e7d90", "ceph", nil)},
			refuses: []string{"5b0c7a52-0a54-4f0e-9a3b-8d2c6f1e7d91"},
			adapt:   strings.NewReplacer("arn:aws:iam:::", "arn:aws:iam::"+account+":", ":app_id", ":aud").Replace,
		},
		{ // SeaweedFS
			issuer:  "https://login.example.com/realms/platform",
			clients: []string{"seaweedfs"},
			admits:  []emulator.Token{token("5b0c7a52-0a54-4f0e-9a3b-8d2c6f1e7d90", "seaweedfs", nil)},
			refuses: []string{"5b0c7a52-0a54-4f0e-9a3b-8d2c6f1e7d91"},
			adapt: strings.NewReplacer(
				`"platform"`,
				`"arn:aws:iam::`+account+`:oidc-provider/login.example.com/realms/platform"`,
				"oidc:",
				"login.example.com/realms/platform:",
			).Replace,
		},
	},
}

const (
	azureDevOps       = "499b84ac-1321-427f-aa17-267ca6975798"
	serviceConnection = "/eid1/c/pub/t/XWx7ii8eO0qcjX5vWks8LQ/a/rISbSSETf0KqFyZ8ppdXmA/sc/0f1e2d3c-4b5a-4697-8899-aabbccddeeff/"
	gitHubPrincipal   = "arn:aws:iam::" + account + ":oidc-provider/token.actions.githubusercontent.com"
	circleCIUser      = "org/2b3c4d5e-6f70-4819-8a2b-3c4d5e6f7081/project/7c6b5a49-3827-4615-9403-f2e1d0c9b8a7/user/"
	somebody          = "55555555-6666-4777-8888-999999999999"
	circleCIMain      = "/vcs-origin/github.com/example-org/infrastructure/vcs-ref/refs/heads/main"
	bitbucketAudience = "ari:cloud:bitbucket::workspace/4d5e6f70-8192-4a3b-9c4d-5e6f708192a3"
)

func token(subject, audience string, claims map[string]any) emulator.Token {
	return emulator.Token{Subject: subject, Audience: []string{audience}, Claims: claims}
}

func github(subject, repositoryID string) emulator.Token {
	return token(subject, "sts.amazonaws.com", map[string]any{
		"repository":          "example-org/infrastructure",
		"repository_id":       repositoryID,
		"repository_owner_id": "123456",
		"ref":                 "refs/heads/main",
	})
}

// gitHubElsewhere is github.com for a role of another partition than aws, where IAM has no key for the repository's ID.
func gitHubElsewhere(partition, audience string) trust {
	const subject = "repo:example-org@123456/infrastructure@456789:environment:production"
	return trust{
		partition: partition,
		issuer:    "https://token.actions.githubusercontent.com",
		clients:   []string{audience},
		admits:    []emulator.Token{withAudience(github(subject, "456789"), audience)},
		refuses: []string{
			"repo:example-org/infrastructure:environment:production", // a name that somebody else can take over
			"repo:example-org@123456/infrastructure@456789:pull_request",
			"repo:example-org@123456/infrastructure@999999:environment:production",
			"repo:example-org@999999/infrastructure@456789:environment:production",
		},
	}
}

// gitHubBranch is a policy for one end of the subject, in both of its forms.
func gitHubBranch(end string, others ...string) trust {
	tr := trust{issuer: "https://token.actions.githubusercontent.com", clients: []string{"sts.amazonaws.com"}}
	for _, repository := range []string{"example-org@123456/infrastructure@456789", "example-org/infrastructure"} {
		tr.admits = append(tr.admits, github("repo:"+repository+":"+end, "456789"))
		for _, other := range others {
			tr.refuses = append(tr.refuses, "repo:"+repository+":"+other)
		}
	}
	tr.refuses = append(tr.refuses, "repo:example-org/other:"+end, "repo:somebody/infrastructure:"+end)
	return tr
}

// withFindings is the same policy, in which these rules find something.
func withFindings(tr trust, rules ...string) trust {
	tr.findings = rules
	return tr
}

func gitLabBranch(branch string) emulator.Token {
	return token(
		"project_path:example-group/infrastructure:ref_type:branch:ref:"+branch,
		"sts.amazonaws.com",
		map[string]any{"project_id": "22", "ref": branch, "ref_type": "branch"},
	)
}

func stack(name, deployment, operation string) emulator.Token {
	return token(
		"organization:example-org:project:Platform:stack:"+name+":deployment:"+deployment+":operation:"+operation,
		"aws.workload.identity",
		map[string]any{"terraform_operation": operation, "terraform_stack_name": name},
	)
}

func hcpTerraform(phase, other string) trust {
	const workspace = "organization:example-org:project:Platform:workspace:production"
	return trust{
		issuer:  "https://app.terraform.io",
		clients: []string{"aws.workload.identity"},
		admits: []emulator.Token{token(workspace+":run_phase:"+phase, "aws.workload.identity", map[string]any{
			"terraform_run_phase": phase, "terraform_workspace_name": "production",
		})},
		refuses: []string{
			workspace + ":run_phase:" + other,
			"organization:example-org:project:Platform:workspace:staging:run_phase:" + phase,
		},
	}
}

func serviceAccount(namespace, name string) emulator.Token {
	return token("system:serviceaccount:"+namespace+":"+name, "sts.amazonaws.com", map[string]any{
		"aud":           []string{"sts.amazonaws.com"}, // an array, though there is one
		"kubernetes.io": map[string]any{"namespace": namespace, "serviceaccount": map[string]any{"name": name}},
	})
}

func buildkite(subject string) emulator.Token {
	return token(subject, "sts.amazonaws.com", map[string]any{
		"organization_slug": "example-org",
		"pipeline_slug":     "infrastructure",
		"build_branch":      "main",
		"build_number":      42,
	})
}

func circleCI(subject string) emulator.Token {
	return token(subject, "2b3c4d5e-6f70-4819-8a2b-3c4d5e6f7081", map[string]any{
		"oidc.circleci.com/project-id": "7c6b5a49-3827-4615-9403-f2e1d0c9b8a7", "oidc.circleci.com/ssh-rerun": false,
	})
}

func spacelift(stack, runType, scope string) emulator.Token {
	return token(
		"space:production-01HXYZABCDEFGHJKMNPQRSTVWX:stack:"+stack+":run_type:"+runType+":scope:"+scope,
		"example.app.spacelift.io",
		map[string]any{"callerType": "stack", "callerId": stack, "runType": runType, "scope": scope},
	)
}

// withSubject is the same token for another subject.
func withSubject(token emulator.Token, subject string) emulator.Token {
	token.Subject = subject
	return token
}

// withAudience is the same token for another audience. If it has an authorized party, that changes, too.
func withAudience(token emulator.Token, audience string) emulator.Token {
	token.Audience = []string{audience}
	token.Claims = maps.Clone(token.Claims)
	delete(token.Claims, "aud")
	if _, ok := token.Claims["azp"]; ok {
		token.Claims["azp"] = audience
	}
	return token
}

// TestTrustPolicies checks that each trust policy of a guide allows only the tokens of the workload.
func TestTrustPolicies(t *testing.T) {
	t.Parallel()
	guides := readGuides(t)
	for name := range trusts {
		if _, ok := guides[name]; !ok {
			t.Errorf("there is no guide %s", name)
		}
	}
	for name, text := range guides {
		policies, others := readPolicies(text)
		if len(policies) != len(trusts[name]) {
			t.Errorf(
				"%s: %d trust policies for web identities, and %d in the table",
				name,
				len(policies),
				len(trusts[name]),
			)
			continue
		}
		if len(others) > 0 && name != manyAccounts {
			t.Errorf("%s: %d JSON blocks that no test checks", name, len(others))
		}
		for n, policy := range policies {
			t.Run(fmt.Sprintf("%s/%d", name, n+1), func(t *testing.T) {
				t.Parallel()
				trusts[name][n].check(t, policy)
			})
		}
	}
}

func (tr trust) check(t *testing.T, policy string) {
	t.Helper()
	if tr.adapt != nil {
		policy = tr.adapt(policy)
	}
	checkNarrow(t, policy)
	tr.checkFindings(t, policy)
	bench := newSTSWithRole(t, tr, policy)
	for _, admitted := range tr.admits {
		bench.checkDecision(t, policy, admitted, trustpolicy.Allowed)
		if err := bench.assume(t, admitted); err != nil {
			t.Errorf("subject %q, audience %q: %v", admitted.Subject, admitted.Audience, err)
		}
		for _, subject := range append([]string{
			admitted.Subject + "-other", strings.ToUpper(admitted.Subject) + "X", "x" + admitted.Subject,
		}, tr.refuses...) {
			if strings.Contains(policy, `*"`) && strings.HasPrefix(subject, admitted.Subject) {
				continue // what changes with every run is at the end
			}
			bench.wantDenied(t, withSubject(admitted, subject))
			bench.checkDecision(t, policy, withSubject(admitted, subject), trustpolicy.Denied)
		}
		bench.wantDenied(t, withAudience(admitted, otherAudience))
	}
}

// TestGitHubRepositoryIDDeniesOtherRepository checks that the policy denies a repository that has taken over the name.
func TestGitHubRepositoryIDDeniesOtherRepository(t *testing.T) {
	t.Parallel()
	guides := readGuides(t)
	for _, c := range []struct {
		guide  string
		policy int
		end    string
	}{
		{"github-actions", 0, "environment:production"},
		{"pull-requests", 0, "pull_request"},
		{"pull-requests", 1, "ref:refs/heads/main"},
	} {
		policies := policyFence.FindAllStringSubmatch(guides[c.guide], -1)
		bench := newSTSWithRole(t, trusts[c.guide][c.policy], policies[c.policy][1])
		bench.wantDenied(t, github("repo:example-org/infrastructure:"+c.end, "999999"))
	}
}

// stsWithRole is an STS with one role.
type stsWithRole struct {
	client  *sts.Client
	issuer  *emulator.Issuer
	roleARN string
}

// regions are one of each partition but aws.
var regions = map[string]string{"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}

func (tr trust) roleARN() string {
	return "arn:" + cmp.Or(tr.partition, "aws") + ":iam::" + cmp.Or(tr.account, account) + ":role/deploy"
}

func newSTSWithRole(t *testing.T, tr trust, policy string) stsWithRole {
	t.Helper()
	server := emulatortest.Start(t, emulator.Options{Region: regions[tr.partition]})
	issuer, err := server.NewIssuer(tr.issuer)
	if err != nil {
		t.Fatal(err)
	}
	if tr.clients != nil {
		// The other audience is registered, too: the policy has to refuse it.
		clients := append([]string{otherAudience}, tr.clients...)
		server.AddOIDCProvider(cmp.Or(tr.account, account), tr.issuer, clients...)
	}
	if err := server.AddRole(emulator.Role{ARN: tr.roleARN(), TrustPolicy: policy}); err != nil {
		t.Fatal(err)
	}
	return stsWithRole{roleARN: tr.roleARN(), issuer: issuer, client: sts.New(sts.Options{
		Region:           cmp.Or(regions[tr.partition], emulator.DefaultRegion),
		BaseEndpoint:     aws.String(server.URL()),
		HTTPClient:       &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		RetryMaxAttempts: 1,
	})}
}

// checkFindings checks that exactly the expected rules find something in the policy.
func (tr trust) checkFindings(t *testing.T, policy string) {
	t.Helper()
	parsed, err := trustpolicy.Parse(policy)
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, finding := range parsed.Findings() {
		if !slices.Contains(rules, finding.Rule) {
			rules = append(rules, finding.Rule)
		}
	}
	if !slices.Equal(rules, tr.findings) {
		t.Errorf("the findings are %q, want %q", rules, tr.findings)
	}
}

// checkDecision checks what evaluate_trust_policy says of a token, for which the role isn't known.
func (b stsWithRole) checkDecision(t *testing.T, policy string, token emulator.Token, want trustpolicy.Outcome) {
	t.Helper()
	minted, err := b.issuer.Mint(token)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := webidentity.Decode(minted)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := trustpolicy.Parse(policy)
	if err != nil {
		t.Fatal(err)
	}
	issuer, _ := trustpolicy.IssuerOf(claims.Issuer)
	got := parsed.Evaluate(trustpolicy.Request{Issuer: issuer, Claims: claims.All})
	if got.Outcome != want {
		t.Errorf("subject %q: %s: %s %+v", token.Subject, got.Outcome, got.Reason, got.Statements)
	}
}

func (b stsWithRole) assume(t *testing.T, token emulator.Token) error {
	t.Helper()
	_, err := b.session(t, token)
	return err
}

// session exchanges a token.
func (b stsWithRole) session(t *testing.T, token emulator.Token) (*types.Credentials, error) {
	t.Helper()
	minted, err := b.issuer.Mint(token)
	if err != nil {
		t.Fatal(err)
	}
	output, err := b.client.AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn:          aws.String(b.roleARN),
		RoleSessionName:  aws.String("test"),
		WebIdentityToken: aws.String(minted),
	})
	if err != nil {
		return nil, err
	}
	return output.Credentials, nil
}

// wantDenied checks that the trust policy denies a token.
func (b stsWithRole) wantDenied(t *testing.T, token emulator.Token) {
	t.Helper()
	err := b.assume(t, token)
	refused, ok := errors.AsType[smithy.APIError](err)
	if !ok || refused.ErrorCode() != "AccessDenied" {
		t.Errorf("subject %q, audience %q: got %v, want AccessDenied", token.Subject, token.Audience, err)
	}
}

// checkNarrow checks that a trust policy has an audience and a subject, and a wildcard only at the end of a subject
// that changes with every run.
func checkNarrow(t *testing.T, policy string) {
	t.Helper()
	var document struct {
		Statement []struct {
			Principal struct{ Federated any }
			Condition map[string]map[string]any
		}
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Statement) != 1 {
		t.Fatalf("%d statements, want one", len(document.Statement))
	}
	var claims []string
	for operator, keys := range document.Statement[0].Condition {
		for key, value := range keys {
			claim := key[strings.LastIndex(key, ":")+1:]
			claims = append(claims, claim)
			checkValues(t, operator, claim, value)
			if claim == "repository_id" && fmt.Sprint(document.Statement[0].Principal.Federated) != gitHubPrincipal {
				t.Errorf("IAM has no condition key %s for this principal", key)
			}
		}
	}
	for _, claim := range []string{"aud", "sub"} {
		if !slices.Contains(claims, claim) {
			t.Errorf("no condition on %s", claim)
		}
	}
}

func checkValues(t *testing.T, operator, claim string, value any) {
	t.Helper()
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	for _, element := range list {
		text, _ := element.(string)
		wildcard := strings.IndexAny(text, "*?")
		switch {
		case text == "" || strings.Contains(text, "${"):
			t.Errorf("%s of %s: %v is no plain text", operator, claim, element)
		case operator == "StringEquals" && wildcard >= 0:
			t.Errorf("StringEquals of %s: %q never matches", claim, text)
		case operator == "StringLike" && (claim != "sub" || wildcard != len(text)-1 && !hasUUID(text)):
			t.Errorf("StringLike of %s: %q has no wildcard at the end alone", claim, text)
		case operator != "StringEquals" && operator != "StringLike":
			t.Errorf("the operator %s", operator)
		}
	}
}

// hasUUID reports whether the wildcards stand only for one UUID, and therefore can't match a longer text.
func hasUUID(text string) bool {
	before, after, ok := strings.Cut(text, "/"+strings.Repeat("?", 36)+"/")
	return ok && !strings.ContainsAny(before+after, "*?")
}
