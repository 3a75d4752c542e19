package trustpolicy_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// tokenForm is a form of tokens. In its claims, each NAME, UUID, and NUMBER becomes a random value.
type tokenForm map[string]any

var tokenForms = map[string]tokenForm{
	"GitHub, an environment": {
		"iss": "https://" + gitHub, "aud": "sts.amazonaws.com", "sub": "repo:NAME/NAME:environment:NAME",
		"repository_id": "NUMBER",
	},
	"GitHub, a branch and IDs": {
		"iss": "https://" + gitHub, "aud": "sts.amazonaws.com",
		"sub": "repo:NAME@NUMBER/NAME@NUMBER:ref:refs/heads/NAME",
	},
	"GitHub, a branch and no IDs": {
		"iss": "https://" + gitHub, "aud": "https://github.com/NAME", "sub": "repo:NAME/NAME:ref:refs/heads/NAME",
	},
	"GitHub, a pull request": {
		"iss": "https://" + gitHub, "aud": "sts.amazonaws.com", "sub": "repo:NAME/NAME:pull_request",
		"event_name": "pull_request", "repository_id": "NUMBER",
	},
	"GitHub, a whole repository": {
		"iss": "https://" + gitHub, "aud": "sts.amazonaws.com", "sub": "repo:NAME/NAME", "repository_id": "NUMBER",
	},
	"a server of GitHub": {
		"iss": "https://NAME.example.com/_services/token", "aud": "sts.amazonaws.com",
		"sub": "repo:NAME/NAME:environment:NAME", "repository_id": "NUMBER",
	},
	"GitLab": {
		"iss": "https://" + gitLab, "aud": "https://NAME.example.com",
		"sub": "project_path:NAME/NAME:ref_type:branch:ref:NAME", "ref_protected": "true",
	},
	"Buildkite": {
		"iss": "https://" + kite, "aud": "sts.amazonaws.com",
		"sub": "organization:NAME:pipeline:NAME:ref:refs/heads/NAME:commit:UUID:step:NAME",
	},
	"Bitbucket": {
		"iss": "https://api.bitbucket.org/2.0/workspaces/NAME/pipelines-config/identity/oidc",
		"aud": "ari:cloud:bitbucket::workspace/UUID", "sub": "{UUID}:{UUID}",
	},
	"Bitbucket, a deployment": {
		"iss": "https://api.bitbucket.org/2.0/workspaces/NAME/pipelines-config/identity/oidc",
		"aud": "ari:cloud:bitbucket::workspace/UUID", "sub": "{UUID}:{UUID}:{UUID}",
	},
	"CircleCI, a branch": {
		"iss": "https://oidc.circleci.com/org/UUID", "aud": "UUID",
		"sub": "org/UUID/project/UUID/user/UUID/vcs-origin/github.com/NAME/NAME/vcs-ref/refs/heads/NAME",
	},
	"HCP Terraform": {
		"iss": "https://app.terraform.io", "aud": "aws.workload.identity",
		"sub": "organization:NAME:project:NAME:workspace:NAME:run_phase:apply",
	},
	"Spacelift": {
		"iss": "https://NAME.app.spacelift.io", "aud": "NAME.app.spacelift.io",
		"sub": "space:NAME:stack:NAME:run_type:TRACKED:scope:write",
	},
	"Azure DevOps": {
		"iss": "https://vstoken.dev.azure.com/UUID", "aud": "api://AzureADTokenExchange", "sub": "sc://NAME/NAME/NAME",
	},
	"Entra": {
		"iss": "https://sts.windows.net/UUID/", "aud": "api://NAME", "azp": "UUID", "sub": "UUID",
	},
	"Google": {
		"iss": "https://" + google, "aud": "https://NAME.example.com", "azp": "NUMBER", "sub": "NUMBER",
	},
	"Cognito": {
		"iss": "https://" + cognito, "aud": "us-east-1:UUID", "sub": "us-east-1:UUID",
		"amr": []any{"authenticated", "NAME"},
	},
	"Amazon EKS": {
		"iss": "https://oidc.eks.us-east-1.amazonaws.com/id/NAME", "aud": []any{"sts.amazonaws.com"},
		"sub": "system:serviceaccount:NAME:NAME",
	},
	"Amazon EKS, the default account": {
		"iss": "https://oidc.eks.us-east-1.amazonaws.com/id/NAME", "aud": []any{"sts.amazonaws.com"},
		"sub": "system:serviceaccount:NAME:default",
	},
	"Auth0": {"iss": "https://NAME.auth0.com/", "aud": "NAME", "sub": "NAME|${NAME}"},
}

// notesLike are the notes that say the same as a finding.
var notesLike = map[string][]trustpolicy.Note{
	"names-without-ids":       {trustpolicy.RepositoryName, trustpolicy.OtherName},
	"wildcard-over-refs":      {trustpolicy.BitbucketStep},
	"pull-requests":           {trustpolicy.UnreviewedCode},
	"default-service-account": {trustpolicy.DefaultServiceAccount},
}

// TestProposedStatements checks the statements for random tokens. The evaluator allows the token, and the rules find
// nothing that the notes don't say. The evaluator denies the token if a claim of the statement changes.
func TestProposedStatements(t *testing.T) {
	t.Parallel()
	for name, form := range tokenForms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			for range 50 {
				token := claims(t, form.random(random))
				proposal, problem := trustpolicy.Propose(token, role, actions)
				if problem != "" {
					t.Fatalf("%v: the problem is %q", token.All, problem)
				}
				policy := parsed(t, documentOf(proposal.JSON))
				checkAllowed(t, policy, token)
				checkNotes(t, policy, proposal)
				checkChanges(t, policy, proposal, token, random)
			}
		})
	}
}

func requestFor(token webidentity.Claims) trustpolicy.Request {
	issuer, _ := trustpolicy.IssuerOf(token.Issuer)
	return trustpolicy.Request{Issuer: issuer, Claims: token.All}
}

func checkAllowed(t *testing.T, policy *trustpolicy.Policy, token webidentity.Claims) {
	t.Helper()
	if decision := policy.Evaluate(requestFor(token)); decision.Outcome != allowed {
		t.Errorf("%v: %s: %q", token.All, decision.Reason, decision.Statements[0].Failures)
	}
}

func checkNotes(t *testing.T, policy *trustpolicy.Policy, proposal trustpolicy.Proposal) {
	t.Helper()
	for _, finding := range policy.Findings() {
		says := func(note trustpolicy.Note) bool { return slices.Contains(notesLike[finding.Rule], note) }
		isSerious := finding.Severity == trustpolicy.SeverityError || finding.Severity == trustpolicy.SeverityHigh
		if isSerious || !slices.ContainsFunc(proposal.Notes, says) {
			t.Errorf(
				"%s %s: %s\nThe notes are %q.\n%s",
				finding.Severity,
				finding.Rule,
				finding.Message,
				proposal.Notes,
				proposal.JSON,
			)
		}
	}
}

// checkChanges changes each claim of the statement, one after the other: the whole claim, and one of the characters
// that no wildcard covers.
func checkChanges(
	t *testing.T,
	policy *trustpolicy.Policy,
	proposal trustpolicy.Proposal,
	token webidentity.Claims,
	random *rand.Rand,
) {
	t.Helper()
	for _, keys := range proposal.Statement.Condition {
		for key, values := range keys {
			claim := claimOf(key, token)
			for _, changed := range changes(token.All[claim], values, random) {
				if claim == "azp" && (changed == "" || changed == nil) {
					continue // IAM then compares the claim aud, which the statement also names
				}
				other := token
				other.All = maps.Clone(token.All)
				other.All[claim] = changed
				if got := policy.Evaluate(requestFor(other)).Outcome; got != denied {
					t.Errorf("%s: %s with the claim %s = %v\n%s", got, token.Subject, claim, changed, proposal.JSON)
				}
			}
		}
	}
	other := requestFor(token)
	other.Issuer += "x"
	if got := policy.Evaluate(other).Outcome; got != denied {
		t.Errorf("another issuer: %s", got)
	}
}

// claimOf is the claim that IAM compares with a key.
func claimOf(key string, token webidentity.Claims) string {
	_, name, _ := strings.Cut(key, ":")
	switch {
	case name == "aud" && token.AuthorizedParty != "":
		return "azp"
	case name == "oaud":
		return "aud"
	}
	return name
}

// changes are other values of a claim that the values of the policy don't cover.
func changes(claim any, values []string, random *rand.Rand) []any {
	list, isList := claim.([]any)
	text, _ := claim.(string)
	if isList {
		text, _ = list[0].(string)
	}
	fixed := len(text) // the number of characters at the beginning that no wildcard covers
	for _, value := range values {
		if strings.HasSuffix(value, "*") {
			fixed = len(value) - 1
		} else if wild := strings.Index(value, "?"); wild >= 0 {
			fixed = wild
		}
	}
	at := random.IntN(fixed)
	changed := []any{"x" + text, text[:at] + "~" + text[at+1:], text[:at], strings.ToUpper(text) + "X", ""}
	if fixed == len(text) {
		changed = append(changed, text+"x")
	}
	return append(changed, nil)
}

var placeholder = regexp.MustCompile(`NAME|UUID|NUMBER`)

// random are claims of the form with random values.
func (form tokenForm) random(random *rand.Rand) map[string]any {
	replaced := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(kind string) string {
			switch kind {
			case "UUID":
				return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", random.Uint32(), random.Uint32N(1<<16),
					random.Uint32N(1<<12), random.Uint32N(1<<12), random.Uint64N(1<<48))
			case "NUMBER":
				return strconv.FormatUint(1+random.Uint64N(1e9), 10)
			}
			const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
			name := make([]byte, 0, 9)
			for range 3 + random.IntN(6) {
				name = append(name, letters[random.IntN(len(letters))])
			}
			return string(name)
		})
	}
	claims := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(form)) { // in order, so that every run has the same values
		switch value := form[name].(type) {
		case string:
			claims[name] = replaced(value)
		case []any:
			list := []any{}
			for _, element := range value {
				list = append(list, replaced(element.(string)))
			}
			claims[name] = list
		}
	}
	return claims
}
