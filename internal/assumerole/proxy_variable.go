package assumerole

import (
	"fmt"
	"net/url"
	"os"
	"strings"
)

// checkProxyVariable checks the value of the environment variable that replaces an argument. httpproxy ignores a value
// that it can't parse, and the call would then go around the proxy. The error doesn't repeat the value, which might
// contain a password.
func checkProxyVariable(argument, value string) error {
	if value == "" || isProxy(parseProxyVariable(value)) {
		return nil
	}
	return &SettingError{
		Summary: "Invalid proxy in the environment",
		Detail: fmt.Sprintf("The environment variable %s isn't the URL of a proxy. Set it to a URL such as "+
			"http://proxy.example.com:3128. "+
			"The scheme must be http, https, socks5, or socks5h. The provider's argument %s overrides the variable.",
			proxyVariable(argument, value), argument),
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

// proxyVariable is the name of the variable that has the value. The name in lower case is the same as the argument's.
func proxyVariable(argument, value string) string {
	if upper := strings.ToUpper(argument); os.Getenv(upper) == value {
		return upper
	}
	return argument
}
