package webidentity

import (
	"net/http"
	"net/url"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// The variables that App Service, Functions and Container Apps set, and one that Service Fabric does.
const (
	azureEndpointVariable   = "IDENTITY_ENDPOINT"
	azureHeaderVariable     = "IDENTITY_HEADER"
	azureThumbprintVariable = "IDENTITY_SERVER_THUMBPRINT"
)

// azureMetadataURL is where a virtual machine's metadata service is, in every cloud of Azure's.
const azureMetadataURL = "http://169.254.169.254/metadata/identity/oauth2/token"

// AzureManagedIdentity asks the metadata service of an Azure virtual machine (also a scale set, or AKS), or the
// identity endpoint of App Service, Functions and Container Apps.
var AzureManagedIdentity = Platform{
	Name: "azure_managed_identity",
	Description: "Virtual machine or App Service in Azure with a managed identity. The provider calls the metadata " +
		"service. It reads `" + azureEndpointVariable + "` and `" + azureHeaderVariable + "`.",
	Arguments: []Argument{
		{
			Name: "audience", Required: true, IsAudience: true,
			Description: "Application ID URI of the Entra application that represents AWS, such as `api://aws`.",
		},
		{
			Name: "client_id",
			Description: "Client ID of a user-assigned identity. Default: the system-assigned identity, or the only " +
				"identity.",
		},
	},

	title:   "Azure's metadata service",
	inquiry: azureInquiry,
	token:   jsonMember("access_token"),
	form:    `JSON with the token in "access_token"`,
	message: []string{"error_description"},
	phrases: azurePhrases,
	absent: " Terraform might not run on an Azure virtual machine, or a network policy might block the metadata " +
		"service. " +
		"On App Service, Functions, and Container Apps, pass " + azureEndpointVariable + " and " + azureHeaderVariable +
		" to Terraform.",
	// The service is being updated, as Microsoft documents. The first may also mean that it is another cloud's.
	passing: map[int]int{http.StatusNotFound: fewAttempts, http.StatusGone: manyAttempts},
	hints: map[int]string{
		http.StatusBadRequest:   azureIdentityHint,
		http.StatusUnauthorized: azureOtherCloudHint,
		http.StatusForbidden:    azureIdentityHint + " " + azureOtherCloudHint,
		http.StatusNotFound:     azureOtherCloudHint,
	},
}

// atAzureApp is the platform with the answers of App Service, Functions and Container Apps.
func atAzureApp(platform Platform) Platform {
	platform.title = "Azure's identity endpoint"
	platform.message = []string{"message", "error_description"}
	platform.absent = " The variable " + azureEndpointVariable + " might be from another app, or from an " +
		"earlier start of the app. Restart the app."
	platform.passing = nil
	platform.hints = map[int]string{
		http.StatusBadRequest: azureIdentityHint,
		http.StatusUnauthorized: "The variable " + azureHeaderVariable + " might be from another app, or from an " +
			"earlier start of the app. Restart the app.",
		http.StatusForbidden: azureIdentityHint,
		http.StatusNotFound:  azureIdentityHint,
	}
	return platform
}

const (
	azureAudienceHint = "No application in the tenant has this Application ID URI. Register it for the application, " +
		"or " +
		"correct audience."
	azureIdentityHint = "Assign a managed identity here. If there are several, set client_id to the one to use. " +
		"Check that audience is the Application ID URI of an application in the same tenant."

	azureOtherCloudHint = "This might not be an Azure virtual machine. Another cloud's metadata service has the same " +
		"address."
)

// azurePhrases are what Microsoft Entra says of a resource, which is the audience.
var azurePhrases = []phrase{
	{"AADSTS500011", azureAudienceHint}, // the resource isn't in the tenant
	{"Multiple user assigned identities", "Set client_id to the identity to use."},
	{"Identity not found", "Assign the managed identity to this machine or app, or correct client_id."},
	{"invalid_resource", azureAudienceHint},
}

func azureInquiry(r PlatformRequest) (inquiry, error) {
	audience := r.text("audience")
	if audience == "" {
		return inquiry{}, r.Platform.wrong("audience", "The audience is empty. Set audience to the Application ID "+
			"URI of the Entra application that represents AWS.")
	}
	question, err := azureMachineInquiry(r)
	if endpoint := r.env(azureEndpointVariable); endpoint != "" {
		question, err = azureAppInquiry(r, endpoint)
	}
	if err != nil {
		return inquiry{}, err
	}
	setQuery(question.url, "resource", audience)
	if client := r.text("client_id"); client != "" {
		setQuery(question.url, "client_id", client)
	}
	return question, nil
}

func azureMachineInquiry(r PlatformRequest) (inquiry, error) {
	address, err := url.Parse(azureMetadataURL)
	if err != nil {
		return inquiry{}, err
	}
	setQuery(address, "api-version", "2018-02-01")
	return inquiry{
		Platform: r.Platform,
		client:   r.metadata(),
		method:   http.MethodGet,
		url:      address,
		headers:  map[string]string{"Metadata": "true"},
	}, nil
}

// azureAppInquiry asks the endpoint that App Service names. It is on loopback or link-local, where plain http is usual.
func azureAppInquiry(r PlatformRequest, endpoint string) (inquiry, error) {
	app := atAzureApp(r.Platform)
	bearer := secret.New(r.env(azureHeaderVariable))
	switch {
	case r.env(azureThumbprintVariable) != "":
		return inquiry{}, app.unavailable("The provider doesn't support managed identities of Service Fabric.")
	case bearer.IsEmpty():
		return inquiry{}, app.unavailable("The environment variable %s is set, but %s isn't. On App Service, "+
			"Functions, and Container Apps, pass both to Terraform. The provider doesn't support Azure Arc, which "+
			"sets only the first.", azureEndpointVariable, azureHeaderVariable)
	}
	address, err := app.bearerURL(azureEndpointVariable, endpoint, true)
	if err != nil {
		return inquiry{}, err
	}
	setQuery(address, "api-version", "2019-08-01")
	return inquiry{
		Platform: app,
		client:   r.metadata(),
		method:   http.MethodGet,
		url:      address,
		bearer:   bearer,
		header:   "X-IDENTITY-HEADER",
	}, nil
}
