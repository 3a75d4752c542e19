package webidentity

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// Buildkite asks the service behind a Buildkite agent for the token of its job.
type Buildkite struct {
	Requester

	Audience        string // aud of the token; DefaultAudience when empty
	LifetimeSeconds int64  // how long the token is to live, in seconds; the service decides when 0
}

// The variables that an agent gives its jobs.
const (
	buildkiteURLVariable   = "BUILDKITE_AGENT_ENDPOINT"
	buildkiteTokenVariable = "BUILDKITE_AGENT_ACCESS_TOKEN"
	buildkiteJobVariable   = "BUILDKITE_JOB_ID"
)

var buildkite = platform{
	member:  "buildkite",
	name:    "Buildkite",
	token:   jsonMember("token"),
	form:    `JSON with the token in "token"`,
	message: []string{"message"},
	absent:  serviceAbsent,
	hints: map[int]string{
		http.StatusUnauthorized:        "The agent's access token isn't taken. It belongs to the agent that runs this job, and only while it does.",
		http.StatusForbidden:           "This agent may not ask for the job's token: the job must be running on it.",
		http.StatusNotFound:            "The service knows no such job of this agent: the job must be running on it.",
		http.StatusUnprocessableEntity: "Is the audience one that the service takes, and lifetime_seconds within its bounds?",
	},
}

// String names the source.
func (Buildkite) String() string { return sourceName(buildkite.member) }

// Key identifies equal requests.
func (b Buildkite) Key() string {
	return requestKey(buildkite.member, b.audience(), strconv.FormatInt(b.LifetimeSeconds, 10))
}

func (b Buildkite) audience() string {
	if b.Audience == "" {
		return DefaultAudience
	}
	return b.Audience
}

// Token asks for a token. Its errors are *Error, or the context's.
func (b Buildkite) Token(ctx context.Context) (secret.Text, error) {
	rawURL, bearer, job := b.env(buildkiteURLVariable), secret.New(b.env(buildkiteTokenVariable)), b.env(buildkiteJobVariable)
	if rawURL == "" || bearer.IsEmpty() || job == "" {
		return secret.Text{}, buildkite.unavailable("This isn't a Buildkite job: not all of the variables %s, %s and %s, which its agent sets, are "+
			"there. Where the step runs in a container of its own, hand them on to it (docker plugin: environment).",
			buildkiteURLVariable, buildkiteTokenVariable, buildkiteJobVariable)
	}
	address, err := buildkite.bearerURL(buildkiteURLVariable, rawURL, false)
	if err != nil {
		return secret.Text{}, err
	}
	body, err := json.Marshal(struct {
		Audience string `json:"audience"`
		Lifetime int64  `json:"lifetime,omitempty"`
	}{b.audience(), b.LifetimeSeconds})
	if err != nil {
		return secret.Text{}, err
	}
	if !isPathSegment(job) {
		return secret.Text{}, buildkite.unavailable("The variable %s doesn't hold the ID of a job.", buildkiteJobVariable)
	}
	return inquiry{
		platform: buildkite,
		client:   b.named(),
		method:   http.MethodPost,
		url:      address.JoinPath("jobs", job, "oidc", "tokens"),
		bearer:   bearer,
		header:   "Authorization",
		scheme:   "Token ",
		headers:  map[string]string{"Content-Type": "application/json"},
		body:     body,
	}.ask(ctx)
}
