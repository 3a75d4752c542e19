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
	absent: " This isn't on an Azure virtual machine, or a network policy keeps its metadata service from the " +
		"process. (On App Service, Functions and Container Apps, " + azureEndpointVariable + " and " +
		azureHeaderVariable + " say where to ask: hand both on to where Terraform runs.)",
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
	platform.title = "Azure's identity endpoint for apps"
	platform.message = []string{"message"}
	platform.absent = " The variable " + azureEndpointVariable + " says where it is: is it that of this very app, " +
		"and of this start of it?"
	platform.passing = nil
	platform.hints = map[int]string{
		http.StatusBadRequest: azureIdentityHint,
		http.StatusUnauthorized: "Is the environment variable " + azureHeaderVariable + " that of this very app, and " +
			"of this start of it?",
		http.StatusForbidden: azureIdentityHint,
		http.StatusNotFound:  azureIdentityHint,
	}
	return platform
}

const (
	azureIdentityHint = "Is a managed identity assigned here (when there are several, client_id must say which), and " +
		"is audience the App ID URI of an application of the same tenant?"
	azureOtherCloudHint = "Is this an Azure virtual machine? Another cloud's metadata service has the same address."
)

func azureInquiry(r PlatformRequest) (inquiry, error) {
	audience := r.text("audience")
	if audience == "" {
		return inquiry{}, r.Platform.wrong("audience", "The audience is empty. Azure needs one: the App ID URI of "+
			"the application that the token is for.")
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
		return inquiry{}, app.unavailable("Service Fabric's way to hand over a token isn't supported.")
	case bearer.IsEmpty():
		return inquiry{}, app.unavailable("The environment variable %s is set, but %s isn't. App Service, Functions "+
			"and "+
			"Container Apps set both: hand both on to where Terraform runs. Azure Arc sets the first alone, and isn't "+
			"supported.", azureEndpointVariable, azureHeaderVariable)
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
