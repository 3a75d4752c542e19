package webidentity

import (
	"net/http"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// The first is set in every job, the second only where the step maps it.
const (
	azureDevOpsURLVariable   = "SYSTEM_OIDCREQUESTURI"
	azureDevOpsTokenVariable = "SYSTEM_ACCESSTOKEN"
)

const azureDevOpsSignIn = "Azure DevOps rejected the job's access token, which is only valid while the job runs. Map " +
	"it " +
	"in the step: env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)."

// AzureDevOps asks the service behind a job of Azure Pipelines. The token's audience is fixed:
// api://AzureADTokenExchange.
var AzureDevOps = Platform{
	Name: "azure_devops",
	Description: "Job of Azure Pipelines that maps `" + azureDevOpsTokenVariable + "` into the step. The provider " +
		"also reads `" + azureDevOpsURLVariable + "`.",
	Arguments: []Argument{{
		Name: "service_connection_id",
		Description: "ID of the service connection that the token represents. Default: the token represents the " +
			"pipeline.",
	}},

	title:   "Azure DevOps",
	inquiry: azureDevOpsInquiry,
	token:   jsonMember("oidcToken"),
	form:    `JSON with the token in "oidcToken"`,
	message: []string{"message"},
	absent:  serviceAbsent,
	hints: map[int]string{
		http.StatusNonAuthoritativeInfo: azureDevOpsSignIn, // the page to sign in on
		http.StatusFound:                azureDevOpsSignIn, // the way to it
		http.StatusUnauthorized:         azureDevOpsSignIn,
		http.StatusForbidden: "The pipeline might not be allowed to use the service connection. Allow it in the " +
			"connection's pipeline permissions.",
		http.StatusNotFound: "The service connection might not exist in this project, or the pipeline might not be " +
			"authorized to use it. Set service_connection_id to the resourceId in the URL of its page.",
	},
}

func azureDevOpsInquiry(r PlatformRequest) (inquiry, error) {
	rawURL, bearer := r.env(azureDevOpsURLVariable), secret.New(r.env(azureDevOpsTokenVariable))
	switch {
	case rawURL == "":
		return inquiry{}, r.Platform.unavailable("This isn't a job of Azure Pipelines. The variable %s is missing. "+
			"If Terraform runs in a container of the job, pass this variable and %s to the container.",
			azureDevOpsURLVariable, azureDevOpsTokenVariable)
	case bearer.IsEmpty():
		return inquiry{}, r.Platform.unavailable("The step doesn't have the job's access token (%s). Map it in the "+
			"step that runs Terraform: env: SYSTEM_ACCESSTOKEN: $(System.AccessToken).", azureDevOpsTokenVariable)
	}
	address, err := r.Platform.bearerURL(azureDevOpsURLVariable, rawURL, false)
	if err != nil {
		return inquiry{}, err
	}
	setQuery(address, "api-version", "7.1")
	if connection := r.text("service_connection_id"); connection != "" {
		setQuery(address, "serviceConnectionId", connection)
	}
	return inquiry{
		Platform: r.Platform,
		client:   r.named(),
		method:   http.MethodPost,
		url:      address,
		bearer:   bearer,
		header:   "Authorization",
		scheme:   "Bearer ",
		headers: map[string]string{
			"Content-Type":          "application/json",
			"X-TFS-FedAuthRedirect": "Suppress", // requests a status instead of a redirect to the sign-in page
		},
	}, nil
}
