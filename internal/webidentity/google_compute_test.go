package webidentity_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var atGoogle = webidentity.Error{Platform: "google_compute"}

func google(server *standIn) webidentity.PlatformRequest {
	return webidentity.GoogleCompute.Request(webidentity.Requester{Getenv: variables(map[string]string{
		"GCE_METADATA_HOST": strings.TrimPrefix(server.URL, "http://"),
	})}, values{"audience": "sts.example.com"})
}

func TestGoogleComputeAsksAsItsDocumentationSays(t *testing.T) {
	const base = "/computeMetadata/v1/instance/service-accounts/"
	for name, test := range map[string]struct{ audience, account, path, query string }{
		"for the default account": {
			audience: "sts.example.com", path: base + "default/identity",
			query: "audience=sts.example.com&format=full",
		},
		"for another account": {
			audience: "https://a.example/?b=c&d", account: "ci@project.iam.gserviceaccount.com",
			path:  base + "ci@project.iam.gserviceaccount.com/identity",
			query: "audience=https%3A%2F%2Fa.example%2F%3Fb%3Dc%26d&format=full",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, always(http.StatusOK, jwt()))
			source := google(server)
			source.Values = values{"audience": test.audience, "service_account": test.account}
			if _, err := source.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := server.only(t)
			if got.method != http.MethodGet || got.path != test.path || got.query != test.query ||
				got.header.Get("Metadata-Flavor") != "Google" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestGoogleComputeRefusesWhatItCannotAskFor(t *testing.T) {
	server := play(t, always(http.StatusOK, jwt()))
	for name, test := range map[string]struct{ audience, account, attribute string }{
		"no audience":                     {attribute: "audience"},
		"an account that leads elsewhere": {audience: "a", account: "../../project/x", attribute: "service_account"},
		"an account of dots":              {audience: "a", account: "..", attribute: "service_account"},
		"an account with a query": {
			audience: "a", account: "default?alt=json", attribute: "service_account",
		},
		"an account with an escaped slash": {audience: "a", account: "..%2f", attribute: "service_account"},
	} {
		source := google(server)
		source.Values = values{"audience": test.audience, "service_account": test.account}
		_, err := source.Token(t.Context())
		t.Log(name)
		expectError(
			t,
			err,
			webidentity.Error{
				Platform:  "google_compute",
				Attribute: test.attribute,
			},
		)
	}
	for _, host := range []string{
		"http://127.0.0.1", "127.0.0.1/x", "user@127.0.0.1", "127.0.0.1?x", ":80", "a b", "host:port",
	} {
		source := google(server)
		source.Getenv = variables(map[string]string{"GCE_METADATA_HOST": host})
		_, err := source.Token(t.Context())
		t.Log(host)
		expectError(t, err, atGoogle, "GCE_METADATA_HOST")
	}
	if requests := server.requests(); len(requests) != 0 {
		t.Errorf("%d questions were asked", len(requests))
	}
}

func TestGoogleComputeTakesNobodyElsesAnswer(t *testing.T) {
	for _, status := range []int{200, 401, 404} {
		server := play(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(jwt()))
		})
		_, err := google(server).Token(t.Context())
		expectError(t, err, atGoogle, "something else does", "Terraform might not run on Google Compute Engine")
		server.only(t)
	}
}

func TestGoogleComputeExplainsARefusal(t *testing.T) {
	for status, want := range map[int]string{400: "audience", 403: "Workload Identity", 404: "no such service " +
		"account"} {
		server := play(t, always(status, "<html>"+strings.Repeat("No", 99)))
		_, err := google(server).Token(t.Context())
		expectError(t, err, atGoogle, want)
		if strings.Contains(err.Error(), "NoNo") {
			t.Errorf("the page is in the error: %v", err)
		}
		server.only(t)
	}
}

func FuzzGoogleComputeAnswer(f *testing.F) {
	fuzzAnswer(f, webidentity.ReadGoogleCompute, jwt()+"\n", "non-empty audience parameter required")
}
