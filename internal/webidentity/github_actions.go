package webidentity

import (
	"context"
	"net/http"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// GitHubActions asks the service behind a job of GitHub Actions, also of GitHub Enterprise Server, Forgejo or Gitea.
type GitHubActions struct {
	Requester

	Audience string // aud of the token; DefaultAudience when empty
}

// The variables that a job has when it may ask for tokens. The request token mints tokens for any audience.
const (
	gitHubURLVariable   = "ACTIONS_ID_TOKEN_REQUEST_URL"
	gitHubTokenVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
)

var gitHubActions = platform{
	member:  "github_actions",
	name:    "GitHub Actions",
	token:   jsonMember("value"),
	form:    `JSON with the token in "value"`,
	message: []string{"message", "msg"},
	absent:  serviceAbsent,
	hints: map[int]string{
		http.StatusBadRequest:   "Is the audience one that the server takes?",
		http.StatusUnauthorized: "The job's request token isn't taken: it is valid only while its job runs, so it can't come from another job or a stored file.",
		http.StatusForbidden:    "The job may not ask for tokens: add permissions: id-token: write to it.",
		http.StatusNotFound:     "The service knows no such job: the request URL is valid only while its job runs.",
	},
}

// String names the source.
func (GitHubActions) String() string { return sourceName(gitHubActions.member) }

// Key identifies equal requests.
func (g GitHubActions) Key() string { return requestKey(gitHubActions.member, g.audience()) }

func (g GitHubActions) audience() string {
	if g.Audience == "" {
		return DefaultAudience
	}
	return g.Audience
}

// Token asks for a token. Its errors are *Error, or the context's.
func (g GitHubActions) Token(ctx context.Context) (secret.Text, error) {
	rawURL, bearer := g.env(gitHubURLVariable), secret.New(g.env(gitHubTokenVariable))
	if rawURL == "" || bearer.IsEmpty() {
		return secret.Text{}, g.missing()
	}
	address, err := gitHubActions.bearerURL(gitHubURLVariable, rawURL, false)
	if err != nil {
		return secret.Text{}, err
	}
	setQuery(address, "audience", g.audience())
	return inquiry{
		platform: gitHubActions,
		client:   g.named(),
		method:   http.MethodGet,
		url:      address,
		bearer:   bearer,
		header:   "Authorization",
		scheme:   "Bearer ",
	}.ask(ctx)
}

func (g GitHubActions) missing() error {
	if g.env("GITHUB_ACTIONS") == "" && g.env("FORGEJO_ACTIONS") == "" && g.env("GITEA_ACTIONS") == "" {
		return gitHubActions.unavailable("This isn't a job of GitHub Actions: the variables %s and %s, which its runner sets, are missing. "+
			"Where Terraform runs in a container of its own, hand them and GITHUB_ACTIONS on to it.", gitHubURLVariable, gitHubTokenVariable)
	}
	return gitHubActions.unavailable("permissions: id-token: write is missing in this job, so the runner sets neither %s nor %s. Add it to the "+
		"job or to the workflow (and to the job that calls a reusable workflow). Runs for pull requests from forks don't get it, and where "+
		"Terraform runs in a container of its own, both variables must be handed on to it. In Forgejo it is enable-openid-connect: true.",
		gitHubURLVariable, gitHubTokenVariable)
}
