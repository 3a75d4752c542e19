package trustpolicy_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var (
	role    = trustpolicy.Role{Partition: "aws", AccountID: "111122223333"}
	actions = []string{trustpolicy.AssumeRoleWithWebIdentity}
)

// claims are those of a job of GitHub Actions, with changes. A change to nil removes a claim.
func claims(t *testing.T, changes map[string]any) webidentity.Claims {
	t.Helper()
	merged := map[string]any{
		"iss": "https://token.actions.githubusercontent.com", "sub": "repo:o/r:environment:production", "aud": "" +
			"sts.amazonaws.com",
	}
	maps.Copy(merged, changes)
	maps.DeleteFunc(merged, func(_ string, value any) bool { return value == nil })
	encoded, err := json.Marshal(merged)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := webidentity.Decode(jwt(string(encoded)))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

// TestPropose checks the whole statement: the text that users paste. The tests of explain check which tokens it allows.
func TestPropose(t *testing.T) {
	t.Parallel()
	const want = `{
  "Effect": "Allow",
  "Principal": {
    "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
  },
  "Action": "sts:AssumeRoleWithWebIdentity",
  "Condition": {
    "StringEquals": {
      "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
      "token.actions.githubusercontent.com:repository_id": "2",
      "token.actions.githubusercontent.com:sub": "repo:o/r:environment:<a&b>"
    }
  }
}`
	token := claims(t, map[string]any{"sub": "repo:o/r:environment:<a&b>", "repository_id": "2"})
	got, problem := trustpolicy.Propose(token, role, actions)
	if problem != "" || got.JSON != want {
		t.Errorf("the problem is %q, and the statement\n%s", problem, got.JSON)
	}
	notes := []trustpolicy.Note{trustpolicy.RepositoryID, trustpolicy.GitHubEnvironment}
	if !slices.Equal(got.Notes, notes) {
		t.Errorf("the notes are %q, want %q", got.Notes, notes)
	}
}

// TestPartitionWithoutRepositoryID checks that the statement has no condition that IAM doesn't know.
func TestPartitionWithoutRepositoryID(t *testing.T) {
	t.Parallel()
	token := claims(t, map[string]any{"repository_id": "2"})
	other := trustpolicy.Role{Partition: "aws-us-gov", AccountID: role.AccountID}
	got, problem := trustpolicy.Propose(token, other, actions)
	hasNote := slices.Contains(got.Notes, trustpolicy.RepositoryID)
	if problem != "" || hasNote || strings.Contains(got.JSON, "repository_id") {
		t.Errorf("the problem is %q, the notes are %q, and the statement\n%s", problem, got.Notes, got.JSON)
	}
	if token.All["repository_id"] != "2" {
		t.Error("the caller's claims have changed")
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for want, changes := range map[trustpolicy.Problem]map[string]any{
		trustpolicy.NoSubject:          {"sub": nil},
		trustpolicy.NoAudience:         {"aud": nil},
		trustpolicy.TooManyAudiences:   {"aud": []string{"a", "b", "c", "d", "e", "f"}},
		trustpolicy.AudienceIsMistyped: {"aud": "sts.amazon.com"},
		trustpolicy.AccessTokenIssuer:  {"iss": "https://www.amazon.com"},
		trustpolicy.BuildkiteSubject:   {"iss": "https://agent.buildkite.com", "sub": "organization:o"},
		trustpolicy.UnusableIssuer:     {"iss": "https://*.example.com"},
		trustpolicy.UnusableSubject:    {"sub": "repo:o/r:&{aws:username}"},
		trustpolicy.WholeOrganization:  {"sub": "repository_owner:o"},
		trustpolicy.UnusableParty:      {"azp": "a\nb"},
		trustpolicy.UnusableAudience:   {"iss": "https://accounts.google.com", "aud": "a\nb", "azp": "1"},
	} {
		if got, problem := trustpolicy.Propose(claims(t, changes), role, actions); problem != want || got.JSON != "" {
			t.Errorf("the problem is %q, want %q; the statement is %q", problem, want, got.JSON)
		}
	}
	for _, unknown := range []trustpolicy.Role{{}, {Partition: "aws"}, {Partition: "*", AccountID: role.AccountID}} {
		if _, problem := trustpolicy.Propose(claims(t, nil), unknown, actions); problem != trustpolicy.UnknownRole {
			t.Errorf("%+v: the problem is %q", unknown, problem)
		}
	}
}

func TestActionsFor(t *testing.T) {
	t.Parallel()
	const (
		assume   = trustpolicy.AssumeRoleWithWebIdentity
		tag      = trustpolicy.TagSession
		identity = trustpolicy.SetSourceIdentity
	)
	tags := map[string]any{"https://aws.amazon.com/tags": map[string]any{}}
	otherTags := map[string]any{"https://aws.amazon.com/tags/principal_tags/team": "a"}
	source := map[string]any{"https://aws.amazon.com/source_identity": "alice"}
	for name, test := range map[string]struct {
		claims map[string]any
		needed []string
		want   []string
	}{
		"neither":                    {want: []string{assume}},
		"tags":                       {claims: tags, want: []string{assume, tag}},
		"tags in another form":       {claims: otherTags, want: []string{assume, tag}},
		"a source identity":          {claims: source, want: []string{assume, identity}},
		"a source identity and tags": {claims: source, needed: []string{tag}, want: []string{assume, tag, identity}},
	} {
		if got := trustpolicy.ActionsFor(claims(t, test.claims), test.needed...); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
