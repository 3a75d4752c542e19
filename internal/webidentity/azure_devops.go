package webidentity

import (
	"context"
	"net/http"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// AzureDevOps asks the service behind a job of Azure Pipelines. The token's audience is fixed: api://AzureADTokenExchange.
type AzureDevOps struct {
	Requester

	ServiceConnectionID string // the connection that the token is to speak for; that of the pipeline itself when empty
}

// The first is set in every job, the second only where the step maps it.
const (
	azureDevOpsURLVariable   = "SYSTEM_OIDCREQUESTURI"
	azureDevOpsTokenVariable = "SYSTEM_ACCESSTOKEN"
)

const azureDevOpsSignIn = "The job's access token isn't taken. It is valid only while its job runs; map it into the step: " +
	"env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)."

var azureDevOps = platform{
	member:  "azure_devops",
	name:    "Azure DevOps",
	token:   jsonMember("oidcToken"),
	form:    `JSON with the token in "oidcToken"`,
	message: []string{"message"},
	absent:  serviceAbsent,
	hints: map[int]string{
		http.StatusNonAuthoritativeInfo: azureDevOpsSignIn, // the page to sign in on
		http.StatusFound:                azureDevOpsSignIn, // the way to it
		http.StatusUnauthorized:         azureDevOpsSignIn,
		http.StatusForbidden:            "May this pipeline use the service connection? Allow it in the connection's pipeline permissions.",
		http.StatusNotFound:             "Does service_connection_id hold the ID (not the name) of a service connection of this project, which the pipeline may use?",
	},
}

// String names the source.
func (AzureDevOps) String() string { return sourceName(azureDevOps.member) }

// Key identifies equal requests.
func (a AzureDevOps) Key() string { return requestKey(azureDevOps.member, a.ServiceConnectionID) }

// Token asks for a token. Its errors are *Error, or the context's.
func (a AzureDevOps) Token(ctx context.Context) (secret.Text, error) {
	rawURL, bearer := a.env(azureDevOpsURLVariable), secret.New(a.env(azureDevOpsTokenVariable))
	switch {
	case rawURL == "":
		return secret.Text{}, azureDevOps.unavailable("This isn't a job of Azure Pipelines: the variable %s, which its agent sets, is missing. "+
			"Where Terraform runs in a container of its own, hand it on together with %s.", azureDevOpsURLVariable, azureDevOpsTokenVariable)
	case bearer.IsEmpty():
		return secret.Text{}, azureDevOps.unavailable("The step doesn't have the job's access token. Map %s into the step that runs Terraform: "+
			"env: SYSTEM_ACCESSTOKEN: $(System.AccessToken).", azureDevOpsTokenVariable)
	}
	address, err := azureDevOps.bearerURL(azureDevOpsURLVariable, rawURL, false)
	if err != nil {
		return secret.Text{}, err
	}
	setQuery(address, "api-version", "7.1")
	if a.ServiceConnectionID != "" {
		setQuery(address, "serviceConnectionId", a.ServiceConnectionID)
	}
	return inquiry{
		platform: azureDevOps,
		client:   a.named(),
		method:   http.MethodPost,
		url:      address,
		bearer:   bearer,
		header:   "Authorization",
		scheme:   "Bearer ",
		headers: map[string]string{
			"Content-Type":          "application/json",
			"X-TFS-FedAuthRedirect": "Suppress", // asks for a status in place of the way to the page to sign in on
		},
	}.ask(ctx)
}
