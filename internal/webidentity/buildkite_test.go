package webidentity_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var atBuildkite = webidentity.Error{Platform: "buildkite"}

func buildkite(_ *standIn, url string) webidentity.PlatformRequest {
	return webidentity.Buildkite.Request(webidentity.Requester{Client: client(), Getenv: variables(map[string]string{
		"BUILDKITE_AGENT_ENDPOINT":     url,
		"BUILDKITE_AGENT_ACCESS_TOKEN": bearer,
		"BUILDKITE_JOB_ID":             "0190-ab",
	})}, nil)
}

func TestBuildkiteAsksAsItsAgentDoes(t *testing.T) {
	for name, test := range map[string]struct {
		path, audience string
		lifetime       int64
		claims, tags   []string
		want           string
	}{
		"by default": {path: "/v3", want: `{"audience":"sts.amazonaws.com"}`},
		"with all that can be said": {
			path: "/v3", audience: `a"b`, lifetime: 600, claims: []string{"organization_id"}, tags: []string{"a", "b"},
			want: `{"audience":"a\"b","lifetime":600,"claims":["organization_id"],"aws_session_tags":["a","b"]}`,
		},
		"an endpoint with a slash":    {path: "/v3/", audience: "a", want: `{"audience":"a"}`},
		"an endpoint with a fragment": {path: "/v3#x", audience: "a", want: `{"audience":"a"}`},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, always(http.StatusCreated, `{"token":"`+jwt()+`"}`))
			source := buildkite(server, server.URL+test.path)
			source.Values = values{
				"audience": test.audience, "lifetime_seconds": test.lifetime, "claims": test.claims,
				"aws_session_tags": test.tags,
			}
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := server.only(t)
			if got.method != http.MethodPost || got.path != "/v3/jobs/0190-ab/oidc/tokens" || got.query != "" ||
				got.body != test.want {
				t.Errorf("got %+v, want the body %s", got, test.want)
			}
			if got.header.Get("Authorization") != "Token "+bearer ||
				got.header.Get("Content-Type") != "application/json" {
				t.Errorf("got the headers %v", got.header)
			}
		})
	}
}

func TestBuildkiteSaysWhatIsMissing(t *testing.T) {
	complete := map[string]string{
		"BUILDKITE_AGENT_ENDPOINT":     "http://127.0.0.1:1",
		"BUILDKITE_AGENT_ACCESS_TOKEN": bearer,
		"BUILDKITE_JOB_ID":             "0190-ab",
	}
	for name := range complete {
		t.Run(name, func(t *testing.T) {
			present := maps.Clone(complete)
			delete(present, name)
			by := webidentity.Requester{Getenv: variables(present)}
			_, err := webidentity.Buildkite.Request(by, nil).Token(t.Context())
			expectError(t, err, atBuildkite, "This isn't a Buildkite job", name)
		})
	}
	t.Run("a job that leads elsewhere", func(t *testing.T) {
		present := maps.Clone(complete)
		present["BUILDKITE_JOB_ID"] = "../../agents"
		_, err := webidentity.Buildkite.Request(webidentity.Requester{Getenv: variables(present)}, nil).
			Token(t.Context())
		expectError(t, err, atBuildkite, "BUILDKITE_JOB_ID")
	})
}

func TestBuildkiteExplainsARefusal(t *testing.T) {
	for status, want := range map[int]string{
		401: "agent's access token",
		403: "agent that runs the job",
		404: "doesn't run this job",
		422: "lifetime_seconds",
	} {
		server := play(t, always(status, `{"message":"No"}`))
		_, err := buildkite(server, server.URL).Token(t.Context())
		expectError(t, err, atBuildkite, "Buildkite answered", ": \"No\". ", want)
		server.only(t)
	}
}

func FuzzBuildkiteAnswer(f *testing.F) {
	fuzzAnswer(
		f,
		webidentity.ReadBuildkite,
		`{"token":"`+jwt()+`"}`,
		`{"message":"Lifetime must be less than or equal to 7200"}`,
	)
}
