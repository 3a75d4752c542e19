package assumerole

import (
	"net/url"
	"os"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
)

// checkProxyVariable checks the value of the environment variable that replaces an argument. httpproxy ignores a value
// that it can't parse, and the call would then go around the proxy. The error doesn't repeat the value, which might
// contain a password.
func checkProxyVariable(parameter Parameter, value string) error {
	if value == "" || isProxy(parseProxyVariable(value)) {
		return nil
	}
	return &ValueError{
		Parameter: parameter, Origin: origin.OfVariable(proxyVariable(parameter, value)), Problem: ProblemNotProxy,
	}
}

// parseProxyVariable parses a value as httpproxy does, which prepends "http://" to a value without a scheme. httpproxy
// also prepends it to URLs that it can't parse, and then takes their scheme for the proxy's host. The result is nil for
// those.
func parseProxyVariable(value string) *url.URL {
	parsed, err := url.Parse(value)
	if err == nil && isProxyScheme(parsed.Scheme) {
		return parsed
	}
	if !strings.Contains(value, "://") {
		parsed, err = url.Parse("http://" + value)
	}
	if err != nil {
		return nil
	}
	return parsed
}

// proxyVariable is the name of the variable that has the value. It can be in upper or lower case.
func proxyVariable(parameter Parameter, value string) string {
	name := "HTTP_PROXY"
	if parameter == ParameterHTTPSProxy {
		name = "HTTPS_PROXY"
	}
	if os.Getenv(name) == value {
		return name
	}
	return strings.ToLower(name)
}
