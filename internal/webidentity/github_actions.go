package webidentity

import (
	"net/http"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// The variables that a job has if it can request tokens. The request token mints tokens for any audience.
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
		http.StatusBadRequest: "The server might not accept the audience. Correct audience.",
		http.StatusUnauthorized: "The job's request token is only valid while its job runs. Don't copy " +
			"ACTIONS_ID_TOKEN_REQUEST_TOKEN from another job or a file.",
		http.StatusForbidden: "The job isn't allowed to request tokens. Add permissions: id-token: write to the job.",
		http.StatusNotFound: "The service doesn't know the job. The request URL is only valid while its job runs. " +
			"Run the job again.",
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
	var missing []string
	for _, variable := range []string{gitHubURLVariable, gitHubTokenVariable} {
		if r.env(variable) == "" {
			missing = append(missing, variable)
		}
	}
	are := "isn't set"
	if len(missing) > 1 {
		are = "aren't set"
	}
	variables := strings.Join(missing, " and ") + " " + are
	if r.env(gitHubJobVariable) == "" && r.env("FORGEJO_ACTIONS") == "" && len(missing) > 1 {
		return r.Platform.unavailable("This isn't a job of GitHub Actions. %s. If "+
			"Terraform runs in a container of the job, pass them and GITHUB_ACTIONS to the container. Elsewhere, use "+
			"another source of the token.", variables)
	}
	fix := "Add permissions: id-token: write to the job, and to a job that calls this workflow. A pull request from " +
		"a " +
		"fork can't have this permission."
	if r.env("FORGEJO_ACTIONS") != "" {
		fix = "In Forgejo, set enable-openid-connect: true on the job."
	}
	return r.Platform.unavailable("The job can't request a token, because %s. %s If Terraform runs "+
		"in a "+
		"container of the job, pass both variables to the container.", variables, fix)
}
