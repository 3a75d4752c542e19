package webidentity_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var atAzure = webidentity.Error{Platform: "azure_managed_identity"}

func azureMachine(server *standIn) webidentity.PlatformRequest {
	return webidentity.AzureManagedIdentity.Request(
		webidentity.Requester{Getenv: variables(nil), Dial: server.dial}, values{"audience": "api://sts"})
}

func azureApp(_ *standIn, endpoint string) webidentity.PlatformRequest {
	return webidentity.AzureManagedIdentity.Request(webidentity.Requester{Getenv: variables(map[string]string{
		"IDENTITY_ENDPOINT": endpoint, "IDENTITY_HEADER": bearer,
	})}, values{"audience": "api://sts"})
}

func TestAzureManagedIdentityAsksTheMachine(t *testing.T) {
	for clientID, query := range map[string]string{
		"":    "api-version=2018-02-01&resource=api%3A%2F%2Fsts",
		"0&1": "api-version=2018-02-01&resource=api%3A%2F%2Fsts&client_id=0%261",
	} {
		server := play(t, always(http.StatusOK, `{"access_token":"`+jwt()+`","token_type":"Bearer"}`))
		source := azureMachine(server)
		source.Values["client_id"] = clientID
		if _, err := source.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := server.only(t)
		if got.method != http.MethodGet || got.host != "169.254.169.254" ||
			got.path != "/metadata/identity/oauth2/token" ||
			got.query != query {
			t.Errorf("got %+v, want the query %s", got, query)
		}
		if got.header.Get("Metadata") != "true" || got.header.Get("X-Identity-Header") != "" {
			t.Errorf("got the headers %v", got.header)
		}
	}
}

func TestAzureManagedIdentityAsksTheAppsEndpoint(t *testing.T) {
	server := play(t, always(http.StatusOK, `{"access_token":"`+jwt()+`","expires_on":"1"}`))
	source := azureApp(server, "http://169.254.129.4:8081/msi/token?a=b")
	source.Dial = server.dial
	source.Values["client_id"] = "0-1"
	if _, err := source.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := server.only(t)
	const query = "a=b&api-version=2019-08-01&resource=api%3A%2F%2Fsts&client_id=0-1"
	if got.method != http.MethodGet || got.host != "169.254.129.4:8081" || got.path != "/msi/token" ||
		got.query != query {
		t.Errorf("got %+v", got)
	}
	if got.header.Get("X-Identity-Header") != bearer || got.header.Get("Metadata") != "" ||
		got.header.Get("Authorization") != "" {
		t.Errorf("got the headers %v", got.header)
	}
}

func TestAzureManagedIdentitySaysWhatIsMissing(t *testing.T) {
	for name, test := range map[string]struct {
		variables map[string]string
		audience  string
		attribute string
		want      string
	}{
		"no audience": {attribute: "audience", want: "Application ID URI"},
		"an app's endpoint": {
			variables: map[string]string{"IDENTITY_ENDPOINT": "http://127.0.0.1:1"}, audience: "a",
			want: "IDENTITY_HEADER isn't",
		},
		"Service Fabric": {
			variables: map[string]string{
				"IDENTITY_ENDPOINT": "http://127.0.0.1:1", "IDENTITY_HEADER": bearer,
				"IDENTITY_SERVER_THUMBPRINT": "x",
			},
			audience: "a", want: "Service Fabric",
		},
	} {
		t.Run(name, func(t *testing.T) {
			source := webidentity.AzureManagedIdentity.Request(
				webidentity.Requester{Getenv: variables(test.variables)}, values{"audience": test.audience})
			_, err := source.Token(t.Context())
			want := atAzure
			want.Attribute = test.attribute
			expectError(t, err, want, test.want)
		})
	}
}

func TestAzureManagedIdentityExplainsARefusal(t *testing.T) {
	for status, want := range map[int]string{
		400: "Assign the managed identity", 401: "Another cloud's", 403: "managed identity",
	} {
		server := play(t, always(status, `{"error":"invalid_request","error_description":"Identity not found"}`))
		_, err := azureMachine(server).Token(t.Context())
		expectError(t, err, atAzure, "Azure's metadata service", ": \"Identity not found\". ", want)
		server.only(t)
	}
	for status, want := range map[int]string{
		400: "Assign a managed identity here", 401: "IDENTITY_HEADER", 404: "managed identity",
	} {
		server := play(t, always(status, `{"statusCode":400,"message":"No User Assigned"}`))
		_, err := azureApp(server, server.URL).Token(t.Context())
		expectError(t, err, atAzure, ": \"No User Assigned\". ", want)
		server.only(t)
	}
}

// TestAzureManagedIdentityExplainsAWrongResource checks that Microsoft Entra's own code leads to the audience.
func TestAzureManagedIdentityExplainsAWrongResource(t *testing.T) {
	server := play(
		t,
		always(http.StatusBadRequest, `{"error":"invalid_resource","error_description":"AADSTS500011: The `+
			`resource principal named api://nothing was not found in the tenant named Example."}`),
	)
	_, err := azureMachine(server).Token(t.Context())
	expectError(t, err, atAzure, "HTTP status 400", "Register it for the application, or correct audience")
	if strings.Contains(err.Error(), "Assign a managed identity") {
		t.Errorf("it names another cause: %v", err)
	}
}

func TestAzureManagedIdentityWaitsForAServiceThatIsUpdated(t *testing.T) {
	for _, status := range []int{404, 410} {
		server := play(t, func(w http.ResponseWriter, r *http.Request, number int) {
			if number == 1 {
				w.WriteHeader(status)
				return
			}
			always(http.StatusOK, `{"access_token":"`+jwt()+`"}`)(w, r, number)
		})
		if _, _, err := fetch(t, azureMachine(server)); err != nil {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestAzureManagedIdentityFailsSoonInAnotherCloud(t *testing.T) {
	server := play(t, always(http.StatusNotFound, "<html>"))
	started := time.Now()
	_, exchange, err := fetch(t, azureMachine(server))
	expectError(t, err, atAzure, "Another cloud's metadata service")
	if text := explainedExchange(exchange, err); !strings.Contains(text, "requested the token 3 times") {
		t.Errorf("the number of requests isn't in: %s", text)
	}
	if elapsed := time.Since(started); elapsed > 5*time.Second {
		t.Errorf("that took %s", elapsed)
	}
}

func FuzzAzureManagedIdentityAnswer(f *testing.F) {
	fuzzAnswer(
		f,
		webidentity.ReadAzureMachine,
		`{"access_token":"`+jwt()+`"}`,
		`{"error":"invalid_request","error_description":"Identity not found"}`,
	)
}

func FuzzAzureAppAnswer(f *testing.F) {
	fuzzAnswer(
		f,
		webidentity.ReadAzureApp,
		`{"access_token":"`+jwt()+`"}`,
		`{"statusCode":400,"message":"No User Assigned or Delegated Managed Identity found"}`,
	)
}
