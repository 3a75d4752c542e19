package webidentity

import (
	"net/http"
	"net/url"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// The platforms' readers of answers, for the fuzz targets.
var (
	ReadGitHubActions = reader(GitHubActions)
	ReadAzureDevOps   = reader(AzureDevOps)
	ReadGoogleCompute = reader(GoogleCompute)
	ReadAzureMachine  = reader(AzureManagedIdentity)
	ReadAzureApp      = reader(atAzureApp(AzureManagedIdentity))
	ReadBuildkite     = reader(Buildkite)
)

// Reader reads an answer to a question that was asked with a bearer.
type Reader func(bearer string, status int, body []byte) (secret.Text, error)

func reader(platform Platform) Reader {
	return func(bearer string, status int, body []byte) (secret.Text, error) {
		question := inquiry{
			Platform: platform,
			url:      &url.URL{Scheme: "https", Host: "platform.example"},
			bearer:   secret.New(bearer),
		}
		answer := &http.Response{StatusCode: status, Header: http.Header{"Metadata-Flavor": {"Google"}}}
		token, failure := question.read(answer, body)
		if failure != nil {
			return token, failure
		}
		return token, nil
	}
}
