package webidentity

import (
	"net/http"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// The variables that a job has when it may ask for tokens. The request token mints tokens for any audience.
const (
	gitHubURLVariable   = "ACTIONS_ID_TOKEN_REQUEST_URL"
	gitHubTokenVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
	gitHubJobVariable   = "GITHUB_ACTIONS"
)

// GitHubActions asks the service behind a job of GitHub Actions, also of GitHub Enterprise Server or Forgejo.
var GitHubActions = Platform{
	Name: "github_actions",
	Description: "Job of GitHub Actions, on GitHub, GitHub Enterprise Server, or Forgejo, that can request a token. " +
		"On GitHub, set `permissions: id-token: write`. The provider reads `" + gitHubURLVariable + "` and `" +
		gitHubTokenVariable + "`.",
	Arguments: []Argument{defaultAudience},

	title:   "GitHub Actions",
	inquiry: gitHubInquiry,
	token:   jsonMember("value"),
	form:    `JSON with the token in "value"`,
	message: []string{"message", "msg"},
	absent:  serviceAbsent,
	hints: map[int]string{
		http.StatusBadRequest: "Is the audience one that the server takes?",
		http.StatusUnauthorized: "The job's request token isn't taken: it is valid only while its job runs, so it " +
			"can't come from another job or a stored file.",
		http.StatusForbidden: "The job may not ask for tokens: add permissions: id-token: write to it.",
		http.StatusNotFound:  "The service knows no such job: the request URL is valid only while its job runs.",
	},
}

func gitHubInquiry(r PlatformRequest) (inquiry, error) {
	rawURL, bearer := r.env(gitHubURLVariable), secret.New(r.env(gitHubTokenVariable))
	if rawURL == "" || bearer.IsEmpty() {
		return inquiry{}, gitHubVariablesMissing(r)
	}
	address, err := r.Platform.bearerURL(gitHubURLVariable, rawURL, false)
	if err != nil {
		return inquiry{}, err
	}
	setQuery(address, "audience", r.text("audience"))
	return inquiry{
		Platform: r.Platform,
		client:   r.named(),
		method:   http.MethodGet,
		url:      address,
		bearer:   bearer,
		header:   "Authorization",
		scheme:   "Bearer ",
	}, nil
}

// gitHubVariablesMissing says why the variables are missing.
func gitHubVariablesMissing(r PlatformRequest) error {
	if r.env(gitHubJobVariable) == "" && r.env("FORGEJO_ACTIONS") == "" {
		return r.Platform.unavailable("This isn't a job of GitHub Actions: the variables %s and %s, which its runner "+
			"sets, are missing. If Terraform runs in a container, pass them and GITHUB_ACTIONS to it.",
			gitHubURLVariable, gitHubTokenVariable)
	}
	return r.Platform.unavailable("permissions: id-token: write is missing in this job, so the runner sets neither %s "+
		"nor %s. Add it to the job or to the workflow (and to the job that calls a reusable workflow). Runs for pull "+
		"requests from forks don't get it. If Terraform runs in a container, pass both variables to it. In Forgejo it "+
		"is enable-openid-connect: true.",
		gitHubURLVariable, gitHubTokenVariable)
}
