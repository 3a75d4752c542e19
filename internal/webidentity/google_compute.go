package webidentity

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// GoogleCompute asks the metadata service of Google Compute Engine, Cloud Run or GKE.
type GoogleCompute struct {
	Requester

	Audience       string // aud of the token; needed. IAM knows it as accounts.google.com:oaud
	ServiceAccount string // the email address of the service account that the token is for; "default" when empty
}

// googleHostVariable names another host, with or without a port, that plays the metadata service.
const googleHostVariable = "GCE_METADATA_HOST"

const (
	googleHost         = "metadata.google.internal"
	googleFlavorHeader = "Metadata-Flavor"
)

var googleCompute = platform{
	member: "google_compute",
	name:   "Google's metadata service",
	token:  wholeText,
	form:   "the token as text",
	absent: " This isn't on Google Compute Engine, Cloud Run or GKE, or a network policy keeps its metadata service from the process.",
	proof:  func(answer http.Header) bool { return answer.Get(googleFlavorHeader) == "Google" },
	hints: map[int]string{
		http.StatusBadRequest: "Is the audience one that Google takes?",
		http.StatusForbidden: "The service account may not be used here. On GKE, check that the Kubernetes service account is bound to a " +
			"Google service account (Workload Identity).",
		http.StatusNotFound: "There is no such service account here: attach it to the machine or the service, or leave service_account away to " +
			"use the one that is.",
	},
}

// String names the source.
func (GoogleCompute) String() string { return sourceName(googleCompute.member) }

// Key identifies equal requests.
func (g GoogleCompute) Key() string {
	return requestKey(googleCompute.member, g.Audience, g.serviceAccount())
}

func (g GoogleCompute) serviceAccount() string {
	if g.ServiceAccount == "" {
		return "default"
	}
	return g.ServiceAccount
}

// Token asks for a token. Its errors are *Error, or the context's.
func (g GoogleCompute) Token(ctx context.Context) (secret.Text, error) {
	if g.Audience == "" {
		return secret.Text{}, googleCompute.wrong("audience", "The audience is empty. Google needs one: what the role's trust policy has as accounts.google.com:oaud.")
	}
	if !isPathSegment(g.serviceAccount()) {
		return secret.Text{}, googleCompute.wrong("service_account", `The service account must be an email address, or "default".`)
	}
	host := g.env(googleHostVariable)
	if host == "" {
		host = googleHost
	}
	// Plain http is the service's own protocol: it is on the machine, or one hop away.
	address, err := url.Parse("http://" + host)
	if err != nil || address.Host != host || strings.HasPrefix(host, ":") {
		return secret.Text{}, googleCompute.unavailable("The environment variable %s must hold a host alone, or a host and a port.", googleHostVariable)
	}
	address = address.JoinPath("computeMetadata/v1/instance/service-accounts", g.serviceAccount(), "identity")
	setQuery(address, "audience", g.Audience)
	setQuery(address, "format", "full")
	return inquiry{
		platform: googleCompute,
		client:   g.metadata(),
		method:   http.MethodGet,
		url:      address,
		headers:  map[string]string{googleFlavorHeader: "Google"},
	}.ask(ctx)
}
