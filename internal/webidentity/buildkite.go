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
		{
			Name: "claims", Kind: Names,
			Description: "Names of optional claims to add to the token, such as `organization_id`. Default: none.",
		},
		{
			Name: "aws_session_tags",
			Kind: Names,
			Description: "Names of claims to add to the token as session tags, such as `organization_slug`. The role's " +
				"trust policy must also allow `sts:TagSession`. Default: none.",
		},
	},

	title:   "Buildkite",
	inquiry: buildkiteInquiry,
	token:   jsonMember("token"),
	form:    `JSON with the token in "token"`,
	message: []string{"message"},
	absent:  serviceAbsent,
	hints: map[int]string{
		http.StatusUnauthorized: "Buildkite rejected the agent's access token, which is only valid while the agent " +
			"runs the job. Don't copy it from another job.",
		http.StatusForbidden: "The agent isn't allowed to request the job's token. Use the variables of the agent " +
			"that runs the job.",
		http.StatusNotFound: "The agent doesn't run this job. Use the variables of the agent that runs the job.",
		http.StatusUnprocessableEntity: "The audience, the lifetime, or the name of a claim might not be allowed. " +
			"Correct audience, lifetime_seconds, claims, or aws_session_tags.",
	},
}

func buildkiteInquiry(r PlatformRequest) (inquiry, error) {
	rawURL, job := r.env(buildkiteURLVariable), r.env(buildkiteJobVariable)
	bearer := secret.New(r.env(buildkiteTokenVariable))
	if rawURL == "" || bearer.IsEmpty() || job == "" {
		return inquiry{}, r.Platform.unavailable("This isn't a Buildkite job. At least one of the variables %s, %s, "+
			"and %s "+
			"is missing. If the step runs in a container, pass them to it (docker plugin: environment).",
			buildkiteURLVariable, buildkiteTokenVariable, buildkiteJobVariable)
	}
	address, err := r.Platform.bearerURL(buildkiteURLVariable, rawURL, false)
	if err != nil {
		return inquiry{}, err
	}
	body, err := json.Marshal(struct {
		Audience       string   `json:"audience"`
		Lifetime       int64    `json:"lifetime,omitempty"`
		Claims         []string `json:"claims,omitempty"`
		AWSSessionTags []string `json:"aws_session_tags,omitempty"`
	}{r.text("audience"), r.number("lifetime_seconds"), r.names("claims"), r.names("aws_session_tags")})
	if err != nil {
		return inquiry{}, err
	}
	if !isPathSegment(job) {
		return inquiry{}, r.Platform.unavailable("The variable %s isn't the ID of a job.", buildkiteJobVariable)
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
