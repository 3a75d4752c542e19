package webidentity

import (
	"net/http"
	"net/url"
	"strings"
)

// googleHostVariable names another host, with or without a port, that plays the metadata service.
const googleHostVariable = "GCE_METADATA_HOST"

const (
	googleHost         = "metadata.google.internal"
	googleFlavorHeader = "Metadata-Flavor"
)

// GoogleCompute asks the metadata service of Google Compute Engine, Cloud Run or GKE. IAM knows the token's audience as
// accounts.google.com:oaud.
var GoogleCompute = Platform{
	Name: "google_compute",
	Description: "Virtual machine, Cloud Run, or GKE in Google Cloud. The provider calls the metadata service. It " +
		"reads `" + googleHostVariable + "`.",
	Arguments: []Argument{
		{Name: "audience", Required: true, IsAudience: true, Description: "Audience of the token."},
		{
			Name: "service_account", Default: "default",
			Description: "Email address of the service account that the token represents. Default: `default`.",
		},
	},

	title:   "Google's metadata service",
	inquiry: googleInquiry,
	token:   wholeText,
	form:    "the token as text",
	absent: " Terraform might not run on Google Compute Engine, Cloud Run, or GKE, or a network policy might block " +
		"the " +
		"metadata service. Check where Terraform runs.",
	proof: func(answer http.Header) bool { return answer.Get(googleFlavorHeader) == "Google" },
	hints: map[int]string{
		http.StatusBadRequest: "Google might not accept the audience. Correct audience.",
		http.StatusForbidden: "This machine isn't allowed to use the service account. On GKE, bind the Kubernetes " +
			"service account to a Google service account (Workload Identity).",
		http.StatusNotFound: "There is no such service account here. Attach it to the machine or the service, or " +
			"remove service_account to use the default one.",
	},
}

func googleInquiry(r PlatformRequest) (inquiry, error) {
	audience, account := r.text("audience"), r.text("service_account")
	if audience == "" {
		return inquiry{}, r.Platform.wrong("audience", "The audience is empty. Set audience to the value of "+
			"accounts.google.com:oaud in the role's trust policy.")
	}
	if !isPathSegment(account) {
		return inquiry{}, r.Platform.wrong("service_account",
			`The service account must be an email address, or "default".`)
	}
	host := r.env(googleHostVariable)
	if host == "" {
		host = googleHost
	}
	// Plain http is the service's own protocol: it is on the machine, or one hop away.
	address, err := url.Parse("http://" + host)
	if err != nil || address.Host != host || strings.HasPrefix(host, ":") {
		return inquiry{}, r.Platform.unavailable(
			"The environment variable %s must be a host, or a host and a port.",
			googleHostVariable,
		)
	}
	address = address.JoinPath("computeMetadata/v1/instance/service-accounts", account, "identity")
	setQuery(address, "audience", audience)
	setQuery(address, "format", "full")
	return inquiry{
		Platform: r.Platform,
		client:   r.metadata(),
		method:   http.MethodGet,
		url:      address,
		headers:  map[string]string{googleFlavorHeader: "Google"},
	}, nil
}
