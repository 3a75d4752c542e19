package webidentity_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// bearer is what a job is known by in these tests. It must be in no error.
const bearer = "credential-of-the-job-0123456789"

// question is what a stand-in for a platform was asked.
type question struct {
	method, host, path, query, body string
	header                          http.Header
}

// standIn plays a platform: it notes what it is asked, and answers as it is told.
type standIn struct {
	*httptest.Server
	mutex     sync.Mutex
	questions []question
}

// play starts a stand-in whose answer gets the number of the question, counted from 1.
func play(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, number int)) *standIn {
	t.Helper()
	platform := &standIn{}
	platform.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		platform.mutex.Lock()
		platform.questions = append(
			platform.questions,
			question{r.Method, r.Host, r.URL.EscapedPath(), r.URL.RawQuery, string(body), r.Header},
		)
		number := len(platform.questions)
		platform.mutex.Unlock()
		answer(w, r, number)
	}))
	t.Cleanup(platform.Close)
	return platform
}

// always answers every question alike, as Google's metadata service as well as the others.
func always(status int, body string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Metadata-Flavor", "Google")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func (s *standIn) requests() []question {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.questions
}

// only gives the question that was asked, when it was one.
func (s *standIn) only(t *testing.T) question {
	t.Helper()
	requests := s.requests()
	if len(requests) != 1 {
		t.Fatalf("%d questions were asked", len(requests))
	}
	return requests[0]
}

// dial leads every connection to the stand-in, whatever its address.
func (s *standIn) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
}

func variables(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func client() *http.Client { return transport.NewClient(&http.Transport{DisableKeepAlives: true}) }

// platform is what the tests need to know of each platform to put it through the same trials.
type platform struct {
	member  string
	bearer  string // empty for those that ask for none
	answer  func(token string) string
	problem func(message string) string // a failure's JSON; nil where the platform has none
	source  func(*standIn) webidentity.RequestSource
}

func platforms() map[string]platform {
	member := func(name string) func(string) string {
		return func(value string) string { return `{"` + name + `":"` + value + `","expires_in":"300"}` }
	}
	return map[string]platform{
		"GitHub Actions": {
			member: "github_actions", bearer: bearer, answer: member("value"), problem: member("message"),
			source: func(s *standIn) webidentity.RequestSource { return gitHub(s, s.URL) },
		},
		"Azure DevOps": {
			member: "azure_devops", bearer: bearer, answer: member("oidcToken"), problem: member("message"),
			source: func(s *standIn) webidentity.RequestSource { return azureDevOps(s, s.URL) },
		},
		"Google Compute": {
			member: "google_compute", answer: func(token string) string { return token },
			source: func(s *standIn) webidentity.RequestSource { return google(s) },
		},
		"Azure's virtual machines": {
			member: "azure_managed_identity", answer: member("access_token"), problem: member("error_description"),
			source: func(s *standIn) webidentity.RequestSource { return azureMachine(s) },
		},
		"Azure's apps": {
			member: "azure_managed_identity", bearer: bearer, answer: member("access_token"),
			problem: member("message"),
			source:  func(s *standIn) webidentity.RequestSource { return azureApp(s, s.URL+"/msi/token") },
		},
		"Buildkite": {
			member: "buildkite", bearer: bearer, answer: member("token"), problem: member("message"),
			source: func(s *standIn) webidentity.RequestSource { return buildkite(s, s.URL+"/v3") },
		},
	}
}

func (p platform) place() webidentity.Error {
	return webidentity.Error{Platform: p.member}
}

func TestEachPlatformGivesItsToken(t *testing.T) {
	for name, platform := range platforms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := play(t, always(http.StatusOK, platform.answer(jwt())+"\n"))
			source := platform.source(server)
			got, err := source.Token(t.Context())
			if err != nil || got.Reveal() != jwt() {
				t.Errorf("got %q, %v", got.Reveal(), err)
			}
			if want := "web_identity_token_request." + platform.member; explain.SourceName(source) != want {
				t.Errorf("the source is called %q, want %q", source, want)
			}
			server.only(t)
		})
	}
}

// values are arguments of a platform, by name.
type values = webidentity.Values

func ask(platform webidentity.Platform, arguments values) webidentity.PlatformRequest {
	return platform.Request(webidentity.Requester{}, arguments)
}

func TestKeyTellsRequestsApart(t *testing.T) {
	seen := map[string]int{}
	for i, source := range []webidentity.RequestSource{
		ask(webidentity.GitHubActions, values{"audience": "a"}),
		ask(webidentity.GitHubActions, nil),
		ask(webidentity.Buildkite, values{"audience": "a"}),
		ask(webidentity.Buildkite, values{"audience": "a", "lifetime_seconds": int64(60)}),
		ask(webidentity.Buildkite, values{"audience": "a", "claims": []string{"b"}}),
		ask(webidentity.Buildkite, values{"audience": "a", "claims": []string{"b", "c"}}),
		ask(webidentity.Buildkite, values{"audience": "a", "claims": []string{`b" "c`}}),
		ask(webidentity.Buildkite, values{"audience": "a", "aws_session_tags": []string{"b"}}),
		ask(webidentity.Buildkite, nil),
		ask(webidentity.AzureDevOps, nil),
		ask(webidentity.AzureDevOps, values{"service_connection_id": "a"}),
		ask(webidentity.GoogleCompute, values{"audience": "a"}),
		ask(webidentity.GoogleCompute, values{"audience": "a", "service_account": "b"}),
		ask(webidentity.GoogleCompute, values{"audience": `a" "b`}),
		ask(webidentity.AzureManagedIdentity, values{"audience": "a"}),
		ask(webidentity.AzureManagedIdentity, values{"audience": "a", "client_id": "b"}),
		ask(webidentity.AzureManagedIdentity, values{"audience": "b", "client_id": "a"}),
	} {
		if other, ok := seen[source.Key()]; ok {
			t.Errorf("requests %d and %d have the key %s", other, i, source.Key())
		}
		seen[source.Key()] = i
	}

	awsAudience := values{"audience": webidentity.DefaultAudience}
	google := ask(webidentity.GoogleCompute, values{"audience": "a"})
	for name, pair := range map[string][2]webidentity.RequestSource{
		"GitHub's default audience": {
			ask(webidentity.GitHubActions, nil), ask(webidentity.GitHubActions, awsAudience),
		},
		"Buildkite's default audience": {ask(webidentity.Buildkite, nil), ask(webidentity.Buildkite, awsAudience)},
		"Google's default service account": {
			google, ask(webidentity.GoogleCompute, values{"audience": "a", "service_account": "default"}),
		},
		"another way to reach the platform": {
			ask(webidentity.AzureDevOps, nil), azureDevOps(nil, "https://platform.example"),
		},
	} {
		if pair[0].Key() != pair[1].Key() || strings.Contains(pair[1].Key(), bearer) {
			t.Errorf("%s: keys %s and %s", name, pair[0].Key(), pair[1].Key())
		}
	}
}
