package webidentity

import (
	"context"
	"net/http"
	"net/url"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// AzureManagedIdentity asks the metadata service of an Azure virtual machine (also a scale set, or AKS), or the identity
// endpoint of App Service, Functions and Container Apps.
type AzureManagedIdentity struct {
	Requester

	Audience string // the App ID URI of the application that the token is for; needed
	ClientID string // the client ID of a user-assigned identity; the system-assigned one when empty
}

// The variables that App Service, Functions and Container Apps set, and one that Service Fabric does.
const (
	azureEndpointVariable   = "IDENTITY_ENDPOINT"
	azureHeaderVariable     = "IDENTITY_HEADER"
	azureThumbprintVariable = "IDENTITY_SERVER_THUMBPRINT"
)

// azureMetadataURL is where a virtual machine's metadata service is, in every cloud of Azure's.
const azureMetadataURL = "http://169.254.169.254/metadata/identity/oauth2/token"

var azureMachine = platform{
	member:  "azure_managed_identity",
	name:    "Azure's metadata service",
	token:   jsonMember("access_token"),
	form:    `JSON with the token in "access_token"`,
	message: []string{"error_description"},
	absent: " This isn't on an Azure virtual machine, or a network policy keeps its metadata service from the process. (On App Service, " +
		"Functions and Container Apps, " + azureEndpointVariable + " and " + azureHeaderVariable + " say where to ask: hand both on to where Terraform runs.)",
	// The service is being updated, as Microsoft documents. The first may also mean that it is another cloud's.
	passing: map[int]int{http.StatusNotFound: fewAttempts, http.StatusGone: manyAttempts},
	hints: map[int]string{
		http.StatusBadRequest:   azureIdentityHint,
		http.StatusUnauthorized: azureOtherCloudHint,
		http.StatusForbidden:    azureIdentityHint + " " + azureOtherCloudHint,
		http.StatusNotFound:     azureOtherCloudHint,
	},
}

var azureApp = platform{
	member:  azureMachine.member,
	name:    "Azure's identity endpoint for apps",
	token:   azureMachine.token,
	form:    azureMachine.form,
	message: []string{"message"},
	absent:  " The variable " + azureEndpointVariable + " says where it is: is it that of this very app, and of this start of it?",
	hints: map[int]string{
		http.StatusBadRequest:   azureIdentityHint,
		http.StatusUnauthorized: "Is the environment variable " + azureHeaderVariable + " that of this very app, and of this start of it?",
		http.StatusForbidden:    azureIdentityHint,
		http.StatusNotFound:     azureIdentityHint,
	},
}

const (
	azureIdentityHint = "Is a managed identity assigned here (when there are several, client_id must say which), and is audience the App ID URI of an " +
		"application of the same tenant?"
	azureOtherCloudHint = "Is this an Azure virtual machine? Another cloud's metadata service has the same address."
)

// String names the source.
func (AzureManagedIdentity) String() string { return sourceName(azureMachine.member) }

// Key identifies equal requests.
func (a AzureManagedIdentity) Key() string {
	return requestKey(azureMachine.member, a.Audience, a.ClientID)
}

// Token asks for a token. Its errors are *Error, or the context's.
func (a AzureManagedIdentity) Token(ctx context.Context) (secret.Text, error) {
	if a.Audience == "" {
		return secret.Text{}, azureMachine.wrong("audience", "The audience is empty. Azure needs one: the App ID URI of the application that the token is for.")
	}
	question, err := a.atMachine()
	if endpoint := a.env(azureEndpointVariable); endpoint != "" {
		question, err = a.atApp(endpoint)
	}
	if err != nil {
		return secret.Text{}, err
	}
	setQuery(question.url, "resource", a.Audience)
	if a.ClientID != "" {
		setQuery(question.url, "client_id", a.ClientID)
	}
	return question.ask(ctx)
}

func (a AzureManagedIdentity) atMachine() (inquiry, error) {
	address, err := url.Parse(azureMetadataURL)
	if err != nil {
		return inquiry{}, err
	}
	setQuery(address, "api-version", "2018-02-01")
	return inquiry{
		platform: azureMachine,
		client:   a.metadata(),
		method:   http.MethodGet,
		url:      address,
		headers:  map[string]string{"Metadata": "true"},
	}, nil
}

// atApp asks the endpoint that App Service names. It is on loopback or link-local, where plain http is the rule.
func (a AzureManagedIdentity) atApp(endpoint string) (inquiry, error) {
	bearer := secret.New(a.env(azureHeaderVariable))
	switch {
	case a.env(azureThumbprintVariable) != "":
		return inquiry{}, azureApp.unavailable("Service Fabric's way to hand over a token isn't supported.")
	case bearer.IsEmpty():
		return inquiry{}, azureApp.unavailable("The environment variable %s is set, but %s isn't. App Service, Functions and Container Apps set both: "+
			"hand both on to where Terraform runs. Azure Arc sets the first alone, and isn't supported.", azureEndpointVariable, azureHeaderVariable)
	}
	address, err := azureApp.bearerURL(azureEndpointVariable, endpoint, true)
	if err != nil {
		return inquiry{}, err
	}
	setQuery(address, "api-version", "2019-08-01")
	return inquiry{
		platform: azureApp,
		client:   a.metadata(),
		method:   http.MethodGet,
		url:      address,
		bearer:   bearer,
		header:   "X-IDENTITY-HEADER",
	}, nil
}
