package webidentity

import (
	"encoding/json"
	"math"
	"net/http"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// The variables that an agent gives its jobs.
const (
	buildkiteURLVariable   = "BUILDKITE_AGENT_ENDPOINT"
	buildkiteTokenVariable = "BUILDKITE_AGENT_ACCESS_TOKEN"
	buildkiteJobVariable   = "BUILDKITE_JOB_ID"
)

// Buildkite asks the service behind a Buildkite agent for the token of its job.
var Buildkite = Platform{
	Name: "buildkite",
	Description: "Job of Buildkite. The provider calls the API of the agent. It reads `" + buildkiteURLVariable +
		"`, `" + buildkiteJobVariable + "`, and `" + buildkiteTokenVariable + "`.",
	Arguments: []Argument{
		defaultAudience,
		{
			Name: "lifetime_seconds", Kind: WholeNumber, Least: 1, Most: math.MaxInt32,
			Description: "Lifetime of the token, in seconds. Default: Buildkite's default.",
		},
	},

	title:   "Buildkite",
	inquiry: buildkiteInquiry,
	token:   jsonMember("token"),
	form:    `JSON with the token in "token"`,
	message: []string{"message"},
	absent:  serviceAbsent,
	hints: map[int]string{
		http.StatusUnauthorized: "The agent's access token isn't taken. It belongs to the agent that runs " +
			"this job, and only while it does.",
		http.StatusForbidden: "This agent may not ask for the job's token: the job must be running on it.",
		http.StatusNotFound:  "The service knows no such job of this agent: the job must be running on it.",
		http.StatusUnprocessableEntity: "Is the audience one that the service takes, and lifetime_seconds within its " +
			"bounds?",
	},
}

func buildkiteInquiry(r PlatformRequest) (inquiry, error) {
	rawURL, job := r.env(buildkiteURLVariable), r.env(buildkiteJobVariable)
	bearer := secret.New(r.env(buildkiteTokenVariable))
	if rawURL == "" || bearer.IsEmpty() || job == "" {
		return inquiry{}, r.Platform.unavailable("This isn't a Buildkite job: not all of the variables %s, %s and %s, "+
			"which its agent sets, are there. Where the step runs in a container of its own, hand them on to it "+
			"(docker "+
			"plugin: environment).",
			buildkiteURLVariable, buildkiteTokenVariable, buildkiteJobVariable)
	}
	address, err := r.Platform.bearerURL(buildkiteURLVariable, rawURL, false)
	if err != nil {
		return inquiry{}, err
	}
	body, err := json.Marshal(struct {
		Audience string `json:"audience"`
		Lifetime int64  `json:"lifetime,omitempty"`
	}{r.text("audience"), r.number("lifetime_seconds")})
	if err != nil {
		return inquiry{}, err
	}
	if !isPathSegment(job) {
		return inquiry{}, r.Platform.unavailable("The variable %s doesn't hold the ID of a job.", buildkiteJobVariable)
	}
	return inquiry{
		Platform: r.Platform,
		client:   r.named(),
		method:   http.MethodPost,
		url:      address.JoinPath("jobs", job, "oidc", "tokens"),
		bearer:   bearer,
		header:   "Authorization",
		scheme:   "Token ",
		headers:  map[string]string{"Content-Type": "application/json"},
		body:     body,
	}, nil
}
