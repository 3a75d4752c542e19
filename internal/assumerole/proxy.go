package assumerole

import (
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// Proxy is the proxy of a call, and who set it.
type Proxy struct {
	Host      string // host, and port if it has one; empty if the call goes to the endpoint itself
	Parameter Parameter
	Origin    origin.Origin
}

// proxies are the proxies of a client.
type proxies struct {
	url     func(*url.URL) (*url.URL, error) // the proxy for a URL; nil if there is none
	origins map[Parameter]origin.Origin
}

// newProxies takes the environment's proxies, except where the settings name others. Loopback is never reached through
// a proxy.
func newProxies(settings Settings) (*proxies, error) {
	config := httpproxy.FromEnvironment()
	origins := map[Parameter]origin.Origin{}
	for _, setting := range []struct {
		parameter Parameter
		value     string
		target    *string
	}{
		{ParameterHTTPProxy, settings.HTTPProxy, &config.HTTPProxy},
		{ParameterHTTPSProxy, settings.HTTPSProxy, &config.HTTPSProxy},
	} {
		if setting.value == "" {
			if err := checkProxyVariable(setting.parameter, *setting.target); err != nil {
				return nil, err
			}
			origins[setting.parameter] = origin.OfVariable(proxyVariable(setting.parameter, *setting.target))
			continue
		}
		if err := CheckProxy(setting.parameter, setting.value); err != nil {
			return nil, err
		}
		origins[setting.parameter] = origin.Of(origin.ProviderBlock)
		*setting.target = setting.value
	}
	if settings.NoProxy != "" {
		config.NoProxy = settings.NoProxy
	}
	return &proxies{url: config.ProxyFunc(), origins: origins}, nil
}

// of finds the proxy for a URL.
func (p *proxies) of(address *url.URL) Proxy {
	proxy, err := p.url(address)
	if err != nil || proxy == nil {
		return Proxy{}
	}
	parameter := ParameterHTTPSProxy
	if address.Scheme == "http" {
		parameter = ParameterHTTPProxy
	}
	return Proxy{Host: secret.PlainHost(proxy.Host), Parameter: parameter, Origin: p.origins[parameter]}
}

func isPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && number > 0
}

func isProxyScheme(scheme string) bool {
	return slices.Contains([]string{"http", "https", "socks5", "socks5h"}, scheme)
}

// isProxy checks the parts of a proxy's URL that a connection needs.
func isProxy(parsed *url.URL) bool {
	return parsed != nil && isProxyScheme(parsed.Scheme) && parsed.Hostname() != "" && isPort(parsed.Port())
}

// CheckProxy checks a value of the provider's argument for a proxy. Its error is a *ValueError, which doesn't repeat
// the value, because it might contain a password.
func CheckProxy(parameter Parameter, value string) error {
	parsed, err := url.Parse(value)
	if err == nil && isProxy(parsed) && (parsed.Path == "" || parsed.Path == "/") {
		return nil
	}
	return &ValueError{
		Parameter: parameter, Origin: origin.Of(origin.ProviderBlock), Problem: ProblemNotProxy, Secret: true,
	}
}

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
