package provider_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// TestBuildkiteNames checks that the names of claims and session tags reach the agent's API.
func TestBuildkiteNames(t *testing.T) {
	testenv.Isolate(t)
	var mutex sync.Mutex
	var body string
	agent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mutex.Lock()
		defer mutex.Unlock()
		body = string(read)
		w.WriteHeader(http.StatusUnprocessableEntity)
	}))
	t.Cleanup(agent.Close)
	t.Setenv("BUILDKITE_AGENT_ENDPOINT", agent.URL)
	t.Setenv("BUILDKITE_AGENT_ACCESS_TOKEN", "access-token")
	t.Setenv("BUILDKITE_JOB_ID", "0190046e-e199-453b-a302-a21a4d649d31")
	request := func(arguments string) string {
		return block(
			set("role_arn", roleARN(production)),
			"web_identity_token_request = { buildkite = { "+arguments+" } }",
		)
	}
	wantError(t, failing{
		config:   request(`claims = ["organization_id"], aws_session_tags = ["pipeline_slug", "build_branch"]`),
		argument: "web_identity_token_request", says: "claims, or aws_session_tags",
	})
	mutex.Lock()
	defer mutex.Unlock()
	const want = `{"audience":"sts.amazonaws.com","claims":["organization_id"],` +
		`"aws_session_tags":["build_branch","pipeline_slug"]}`
	if body != want {
		t.Errorf("got %s, want %s", body, want)
	}
	body = ""
	wantError(t, failing{config: request(`claims = [""]`), argument: "web_identity_token_request", says: "claims"})
	if body != "" {
		t.Errorf("%s was sent", body)
	}
}
