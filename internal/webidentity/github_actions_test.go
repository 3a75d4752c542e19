package webidentity_test

import (
	"net/http"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

func gitHub(_ *standIn, url string) webidentity.PlatformRequest {
	return webidentity.GitHubActions.Request(
		webidentity.Requester{Client: client(), Getenv: variables(map[string]string{
			"GITHUB_ACTIONS":                 "true",
			"ACTIONS_ID_TOKEN_REQUEST_URL":   url,
			"ACTIONS_ID_TOKEN_REQUEST_TOKEN": bearer + "\n",
		})},
		nil,
	)
}

func TestGitHubActionsAsksAsItsDocumentationSays(t *testing.T) {
	for name, test := range map[string]struct{ query, audience, want string }{
		"beside the query that is there": {
			query: "?api-version=2.0&x=%2f;y", want: "api-version=2.0&x=%2f;y&audience=sts.amazonaws.com",
		},
		"where there is no query": {
			audience: "sts.amazonaws.com.cn", want: "audience=sts.amazonaws.com.cn",
		},
		"in place of an audience": {
			query: "?audience=a&b=c&%61udience=d", audience: "e", want: "b=c&audience=e",
		},
		"with all that an audience may consist": {
			query: "?a=b", audience: "https://example.com/?a=b&c#d+e é",
			want: "a=b&audience=https%3A%2F%2Fexample.com%2F%3Fa%3Db%26c%23d%2Be+%C3%A9",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, always(http.StatusOK, `{"count":1,"value":"`+jwt()+`"}`))
			source := gitHub(server, server.URL+"/run/12//idtoken/a%2Fb"+test.query)
			source.Values = values{"audience": test.audience}
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := server.only(t)
			if got.method != http.MethodGet || got.path != "/run/12//idtoken/a%2Fb" || got.query != test.want ||
				got.body != "" {
				t.Errorf("got %+v, want the query %s", got, test.want)
			}
			if got.header.Get("Authorization") != "Bearer "+bearer {
				t.Errorf("got the header %q", got.header.Get("Authorization"))
			}
		})
	}
}

func TestGitHubActionsSaysWhatIsMissing(t *testing.T) {
	for name, test := range map[string]struct {
		variables map[string]string
		want      string
	}{
		"somewhere else": {nil, "This isn't a job of GitHub Actions"},
		"a job without the permission": {map[string]string{"GITHUB_ACTIONS": "true"}, "Add permissions: id-token: " +
			"write to the job"},
		"a job of Forgejo's without it": {map[string]string{"FORGEJO_ACTIONS": "true"}, "enable-openid-connect: true"},
		"the token alone": {
			map[string]string{"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": bearer},
			"permissions: id-token: write",
		},
		"the URL alone": {
			map[string]string{"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:1"},
			"permissions: id-token: write",
		},
	} {
		t.Run(name, func(t *testing.T) {
			by := webidentity.Requester{Getenv: variables(test.variables)}
			_, err := webidentity.GitHubActions.Request(by, nil).Token(t.Context())
			expectError(
				t,
				err,
				webidentity.Error{Platform: "github_actions"},
				test.want,
			)
		})
	}
}

func TestGitHubActionsExplainsARefusal(t *testing.T) {
	for status, want := range map[int]string{
		401: "only valid while its job runs", 403: "id-token: write", 404: "doesn't know the job",
	} {
		server := play(t, always(status, `{"message":"No."}`))
		_, err := gitHub(server, server.URL).Token(t.Context())
		expectError(
			t,
			err,
			webidentity.Error{Platform: "github_actions"},
			"GitHub Actions",
			": \"No\". ",
			want,
		)
		server.only(t)
	}
}

func FuzzGitHubActionsAnswer(f *testing.F) {
	fuzzAnswer(
		f,
		webidentity.ReadGitHubActions,
		`{"count":1,"value":"`+jwt()+`"}`,
		`{"$id":"1","message":"The job has ended","typeKey":"x"}`,
	)
}
