package assumerole_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// withoutProxies removes the proxy variables for the time of the test.
func withoutProxies(t *testing.T) {
	t.Helper()
	testenv.Isolate(t)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		testenv.Unset(t, name)
	}
}

func TestProxyVariableThatIsUsed(t *testing.T) {
	for name, value := range map[string]string{
		"http":                         "http://proxy.example.com:3128",
		"https with a password":        "https://user:hunter2@proxy.example.com",
		"socks5":                       "socks5://proxy.example.com:1080",
		"socks5h":                      "socks5h://proxy.example.com:1080",
		"a scheme in capitals":         "HTTP://PROXY.EXAMPLE.COM:3128",
		"a path, which has no meaning": "http://proxy.example.com:3128/path?query",
		"no scheme":                    "proxy.example.com:3128",
		"no scheme and no port":        "proxy.example.com",
		"no scheme and a password":     "user:hunter2@proxy.example.com:3128",
		"an IPv4 address":              "127.0.0.1:3128",
		"an IPv6 address":              "[::1]:3128",
		"an empty port":                "proxy.example.com:",
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
				withoutProxies(t)
				t.Setenv(variable, value)
				if _, err := assumerole.NewClient(t.Context(), assumerole.Settings{}); err != nil {
					t.Errorf("%s: %v", variable, err)
				}
			}
		})
	}
}

// TestMalformedProxyVariable checks that a malformed value is an error that names the variable. The call must not go
// direct.
func TestMalformedProxyVariable(t *testing.T) {
	for name, value := range map[string]string{
		"an unsupported scheme":          "ftp://proxy.example.com:3128",
		"socks4":                         "socks4://proxy.example.com:1080",
		"no host":                        "http://",
		"no host, but a path":            "http:///proxy.example.com",
		"no scheme before ://":           "://proxy.example.com:3128",
		"only a port":                    ":3128",
		"only a scheme and a port":       "http://:3128",
		"one slash":                      "http:/proxy.example.com:3128",
		"no slash":                       "http:proxy.example.com:3128",
		"a port that is too large":       "http://proxy.example.com:99999",
		"port 0":                         "http://proxy.example.com:0",
		"a port that is no number":       "proxy.example.com:hunter2",
		"a slash in the password":        "http://user:hunter2/x@proxy.example.com",
		"a number and a slash before @":  "http://user:12345678/hunter2@proxy.example.com",
		"a space before":                 " http://user:hunter2@proxy.example.com:3128",
		"a space after":                  "http://proxy.example.com:3128 ",
		"a space after, and no scheme":   "proxy.example.com:3128 ",
		"a line break":                   "http://proxy.example.com:3128\n",
		"a space in the host":            "http://proxy example.com",
		"a percent sign in the password": "http://user:hunter2%@proxy.example.com:3128",
		"two values":                     "http://proxy.example.com:3128,http://other.example.com:3128",
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
				withoutProxies(t)
				t.Setenv(variable, value)
				_, err := assumerole.NewClient(t.Context(), assumerole.Settings{})
				value, ok := errors.AsType[*assumerole.ValueError](err)
				if !ok || value.Origin != origin.OfVariable(variable) || value.Problem != assumerole.ProblemNotProxy {
					t.Errorf("%s: the error is %v", variable, err)
				}
				if explanation := explain.Setting(err); explanation.ProviderArgument != "" ||
					!strings.Contains(explanation.Detail, "environment variable "+variable+" ") ||
					strings.Contains(explanation.Detail, "hunter2") {
					t.Errorf("%s: it is %v", variable, explanation)
				}
				if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "hunter2") {
					t.Errorf("%s: a password is in the error: %v", variable, err)
				}
			}
		})
	}
}

func TestProxyArgumentOverMalformedVariable(t *testing.T) {
	withoutProxies(t)
	t.Setenv("HTTP_PROXY", "ftp://proxy.example.com")
	t.Setenv("HTTPS_PROXY", "http://proxy.example.com:99999")
	const argument = "http://proxy.example.com:3128"
	for name, test := range map[string]struct {
		settings assumerole.Settings
		variable string // at fault
	}{
		"both arguments":   {assumerole.Settings{HTTPProxy: argument, HTTPSProxy: argument}, ""},
		"only http_proxy":  {assumerole.Settings{HTTPProxy: argument}, "HTTPS_PROXY"},
		"only https_proxy": {assumerole.Settings{HTTPSProxy: argument}, "HTTP_PROXY"},
		"only no_proxy":    {assumerole.Settings{NoProxy: "*"}, "HTTP_PROXY"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := assumerole.NewClient(t.Context(), test.settings)
			if test.variable == "" && err != nil {
				t.Error(err)
			}
			if test.variable != "" &&
				(err == nil || !strings.Contains(explain.Setting(err).Detail, test.variable+" ")) {
				t.Errorf("got %v, want one about %s", err, test.variable)
			}
		})
	}
}
