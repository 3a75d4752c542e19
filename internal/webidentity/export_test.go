package webidentity

import (
	"net/http"
	"net/url"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// The platforms' readers of answers, for the fuzz targets.
var (
	ReadGitHubActions = reader(gitHubActions)
	ReadAzureDevOps   = reader(azureDevOps)
	ReadGoogleCompute = reader(googleCompute)
	ReadAzureMachine  = reader(azureMachine)
	ReadAzureApp      = reader(azureApp)
	ReadBuildkite     = reader(buildkite)
)

// Reader reads an answer to a question that was asked with a bearer.
type Reader func(bearer string, status int, body []byte) (secret.Text, error)

func reader(platform platform) Reader {
	return func(bearer string, status int, body []byte) (secret.Text, error) {
		question := inquiry{platform: platform, url: &url.URL{Scheme: "https", Host: "platform.example"}, bearer: secret.New(bearer)}
		answer := &http.Response{StatusCode: status, Header: http.Header{"Metadata-Flavor": {"Google"}}}
		token, failure := question.read(answer, body)
		if failure != nil {
			return token, failure.err
		}
		return token, nil
	}
}
