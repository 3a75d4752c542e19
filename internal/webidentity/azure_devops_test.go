package webidentity_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var atAzureDevOps = webidentity.Error{Platform: "azure_devops"}

func azureDevOps(_ *standIn, url string) webidentity.PlatformRequest {
	return webidentity.AzureDevOps.Request(webidentity.Requester{Client: client(), Getenv: variables(map[string]string{
		"SYSTEM_OIDCREQUESTURI": url,
		"SYSTEM_ACCESSTOKEN":    bearer,
	})}, nil)
}

func TestAzureDevOpsAsksAsItsDocumentationSays(t *testing.T) {
	for name, test := range map[string]struct{ query, connection, want string }{
		"for the pipeline itself":  {want: "api-version=7.1"},
		"for a service connection": {connection: "0f-1", want: "api-version=7.1&serviceConnectionId=0f-1"},
		"beside the query that is there": {
			query: "?a=b&api-version=1", connection: "x&y", want: "a=b&api-version=7.1&serviceConnectionId=x%26y",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, always(http.StatusOK, `{"oidcToken":"`+jwt()+`"}`))
			source := azureDevOps(server, server.URL+"/org/_apis/oidctoken"+test.query)
			source.Values = values{"service_connection_id": test.connection}
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := server.only(t)
			if got.method != http.MethodPost || got.path != "/org/_apis/oidctoken" || got.query != test.want ||
				got.body != "" {
				t.Errorf("got %+v, want the query %s", got, test.want)
			}
			for header, want := range map[string]string{
				"Authorization": "Bearer " + bearer, "Content-Length": "0", "Content-Type": "application/json",
				"X-TFS-FedAuthRedirect": "Suppress",
			} {
				if got.header.Get(header) != want {
					t.Errorf("%s is %q, want %q", header, got.header.Get(header), want)
				}
			}
		})
	}
}

func TestAzureDevOpsSaysWhatIsMissing(t *testing.T) {
	for name, test := range map[string]struct {
		variables map[string]string
		want      string
	}{
		"somewhere else": {nil, "This isn't a job of Azure Pipelines"},
		"a step without the token": {
			map[string]string{"SYSTEM_OIDCREQUESTURI": "http://127.0.0.1:1"},
			"env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)",
		},
		"the token without its surrounding": {map[string]string{"SYSTEM_ACCESSTOKEN": bearer}, "SYSTEM_OIDCREQUESTURI"},
	} {
		t.Run(name, func(t *testing.T) {
			by := webidentity.Requester{Getenv: variables(test.variables)}
			_, err := webidentity.AzureDevOps.Request(by, nil).Token(t.Context())
			expectError(t, err, atAzureDevOps, test.want)
		})
	}
}

func TestAzureDevOpsExplainsARefusal(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		want   []string
	}{
		"a page to sign in on": {
			status: 203, body: "<html>Sign in</html>", want: []string{"status 203", "$(System.AccessToken)"},
		},
		"no token": {status: 401, want: []string{"status 401", "$(System.AccessToken)"}},
		"no permission": {
			status: 403, body: `{"message":"TF400813: no."}`,
			want: []string{"status 403: \"TF400813: no\". ", "pipeline permissions"},
		},
		"an unknown connection": {
			status: 404, body: `{"message":"No such endpoint"}`,
			want: []string{"\"No such endpoint\". ", "service_connection_id"},
		},
		"a way to a page to sign in ": {status: 302, want: []string{"redirect", "$(System.AccessToken)"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			_, err := azureDevOps(server, server.URL).Token(t.Context())
			expectError(t, err, atAzureDevOps, test.want...)
			server.only(t)
		})
	}
}

func FuzzAzureDevOpsAnswer(f *testing.F) {
	fuzzAnswer(
		f,
		webidentity.ReadAzureDevOps,
		`{"oidcToken":"`+jwt()+`"}`,
		`{"$id":"1","innerException":null,"message":"TF400813: no"}`,
	)
}
