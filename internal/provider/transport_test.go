package provider_test

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// TestArgumentsOverEnvironment sees, at a proxy, which host is asked for: the provider block's arguments win over the
// environment's variables, and those over the profile.
func TestArgumentsOverEnvironment(t *testing.T) {
	const profile = "[profile work]\nregion = eu-west-3\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n"
	for name, test := range map[string]struct {
		arguments   []string
		environment map[string]string
		want        string
	}{
		"region": {
			arguments:   []string{set("region", "eu-central-1")},
			environment: map[string]string{"AWS_REGION": "eu-west-1"}, want: "sts.eu-central-1.amazonaws.com:443",
		},
		"region of the environment": {
			environment: map[string]string{"AWS_REGION": "eu-west-1"}, want: "sts.eu-west-1.amazonaws.com:443",
		},
		"endpoint": {
			arguments:   []string{set("endpoint", "https://sts.example.com")},
			environment: map[string]string{"AWS_ENDPOINT_URL_STS": "https://other.example.com"},
			want:        "sts.example.com:443",
		},
		"endpoint of the environment": {
			environment: map[string]string{"AWS_ENDPOINT_URL_STS": "https://other.example.com"},
			want:        "other.example.com:443",
		},
		"FIPS": {
			arguments: []string{"use_fips_endpoint = true"}, want: "sts-fips.us-east-1.amazonaws.com:443",
		},
		"FIPS switched off": {
			arguments:   []string{"use_fips_endpoint = false"},
			environment: map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, want: "sts.us-east-1.amazonaws.com:443",
		},
		"dual stack": {
			arguments: []string{"use_dualstack_endpoint = true"}, want: "sts.us-east-1.api.aws:443",
		},
		"dual stack switched off": {
			arguments:   []string{"use_dualstack_endpoint = false"},
			environment: map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true"},
			want:        "sts.us-east-1.amazonaws.com:443",
		},
		"all of a profile": {
			environment: map[string]string{"AWS_PROFILE": "work"}, want: "sts-fips.eu-west-3.api.aws:443",
		},
		"arguments over a profile": {
			arguments:   []string{set("region", "us-west-2"), "use_fips_endpoint = false"},
			environment: map[string]string{"AWS_PROFILE": "work"}, want: "sts.us-west-2.api.aws:443",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			t.Setenv("AWS_CONFIG_FILE", testenv.WriteFile(t, "config", profile))
			for variable, value := range test.environment {
				t.Setenv(variable, value)
			}
			testenv.Refused()
			wantError(t, failing{
				config: "provider \"sts\" {\n  " + strings.Join(test.arguments, "\n  ") + "\n}\n" +
					block(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil))),
				says: "answered with HTTP status 403 and didn't connect",
			})
			if hosts := testenv.Refused(); !slices.Equal(hosts, []string{test.want}) {
				t.Errorf("asked for %q, want %q", hosts, test.want)
			}
		})
	}
}

// proxy connects every tunnel to the same address, and records the requests.
type proxy struct {
	*httptest.Server
	to       string
	mutex    sync.Mutex
	requests []string
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	p := &proxy{to: to}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

// asked are the requests so far.
func (p *proxy) asked() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.requests)
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	p.mutex.Lock()
	p.requests = append(p.requests, request.Method+" "+request.Host)
	p.mutex.Unlock()
	if request.Method != http.MethodConnect {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	server, err := (&net.Dialer{}).DialContext(request.Context(), "tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusOK)
	client, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(server, buffered)
		_ = server.Close()
	}()
	_, _ = io.Copy(client, server)
	_ = client.Close()
}

// TestCABundleAndProxies starts the emulator with TLS, behind proxies.
func TestCABundleAndProxies(t *testing.T) {
	testenv.Isolate(t)
	f := startFixtureWith(t, emulator.Options{TLS: true})
	bundle := testenv.WriteFile(t, "ca.pem", string(f.CABundle()))
	arguments := []string{set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil))}

	t.Run("the argument's certificates are trusted, over the variable's", func(t *testing.T) {
		t.Setenv("AWS_CA_BUNDLE", "/nowhere/ca.pem")
		newAttachedCLI(t, f.provider(set("custom_ca_bundle", bundle))+block(arguments...)).
			apply(t, isSubject(subject)...)
	})

	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	arguments = append(arguments, "provider = sts-LABEL")
	parts := map[string]failing{
		"others aren't": {
			config: f.providerNamed("sts-LABEL") + blockNamed("LABEL", arguments...), says: "certificate isn't trusted",
		},
		"a bundle that can't be read": {
			config: f.providerNamed("sts-LABEL", set("custom_ca_bundle", "/nowhere/ca.pem")) +
				blockNamed("LABEL", arguments...),
			argument: "custom_ca_bundle", says: `"/nowhere/ca.pem" doesn't exist`,
		},
	}
	proxies, requests := map[string]*proxy{}, map[string][]string{}
	for name, test := range map[string]struct {
		arguments func(*proxy) []string
		endpoint  string
		requests  []string
	}{
		"https_proxy": {
			arguments: func(p *proxy) []string { return []string{set("https_proxy", p.URL)} },
			endpoint:  "https://sts.example.com", requests: []string{"CONNECT sts.example.com:443"},
		},
		"http_proxy": {
			arguments: func(p *proxy) []string { return []string{set("http_proxy", p.URL)} },
			endpoint:  "http://sts.example.com", requests: []string{"POST sts.example.com"},
		},
		"no_proxy": {
			arguments: func(p *proxy) []string {
				return []string{set("https_proxy", p.URL), set("no_proxy", "sts.invalid")}
			},
			endpoint: "https://sts.invalid",
		},
	} {
		proxies[name], requests[name] = newProxy(t, strings.TrimPrefix(f.URL(), "https://")), test.requests
		// The certificate isn't for that name, and the plain proxy refuses: what matters is who was asked, and for
		// what.
		parts[name] = failing{
			config: fmt.Sprintf("provider \"sts-LABEL\" {\n  endpoint = %q\n  %s\n}\n", test.endpoint,
				strings.Join(test.arguments(proxies[name]), "\n  ")) + blockNamed("LABEL", arguments...),
			says: "STS",
		}
	}
	testenv.Refused()
	wantErrors(t, newAttachedCLI, "", parts, "plan")
	for name, p := range proxies {
		if got := p.asked(); !slices.Equal(got, requests[name]) {
			t.Errorf("%s: the proxy was asked for %q, want %q", name, got, requests[name])
		}
	}
	if hosts := testenv.Refused(); len(hosts) > 0 {
		t.Errorf("the environment's proxy was asked for %q", hosts)
	}
}

// TestNumberOfAttempts counts the attempts at a server that always fails, or that throttles for a while.
func TestNumberOfAttempts(t *testing.T) {
	t.Parallel()
	type attempts struct {
		argument string
		want     int
	}
	const throttled = "as many as it takes, for throttling"
	for variable, tests := range map[string]map[string]attempts{
		"": {
			"max_retries of none":               {"max_retries = 0", 1},
			"three, when nobody says otherwise": {"", 3},
			throttled:                           {"max_retries = 0", 4},
		},
		"AWS_MAX_ATTEMPTS=5": {"max_retries over AWS_MAX_ATTEMPTS": {"max_retries = 1", 2}},
		"AWS_MAX_ATTEMPTS=2": {"AWS_MAX_ATTEMPTS": {"", 2}},
	} {
		t.Run(cmp.Or(variable, "no variable"), func(t *testing.T) {
			t.Parallel()
			f := startFixture(t)
			var mutex sync.Mutex
			calls := map[string]int{} // by the session's name
			f.Intercept(func(answer http.ResponseWriter, request *http.Request) bool {
				mutex.Lock()
				defer mutex.Unlock()
				name := request.PostFormValue("RoleSessionName")
				switch calls[name]++; {
				case name != label(throttled):
					answer.WriteHeader(http.StatusServiceUnavailable)
				case calls[name] < tests[throttled].want:
					emulator.WriteError(answer, 400, "Throttling", "Rate exceeded")
				default:
					return false
				}
				return true
			})
			common, parts := "", map[string]failing{}
			for name, test := range tests {
				config := fmt.Sprintf("provider \"sts\" {\n  alias = \"LABEL\"\n  endpoint = %q\n  %s\n}\n", f.URL(),
					test.argument) + blockNamed(
					"LABEL", "provider = sts.LABEL", set("role_arn", roleARN(production)),
					set("web_identity_token", f.token(t, nil)), set("role_session_name", "LABEL"),
				)
				if name == throttled {
					common = strings.ReplaceAll(config, "LABEL", label(name))
					continue
				}
				parts[name] = failing{config: config, says: "answered with an empty response"}
			}
			wantErrors(t, func(t *testing.T, config string) installedCLI {
				t.Helper()
				cli := newCLI(t, config)
				cli.CLI = cli.With(variable)
				return cli
			}, common, parts, "plan")
			mutex.Lock()
			defer mutex.Unlock()
			for name, test := range tests {
				if got := calls[label(name)]; got != test.want {
					t.Errorf("%s: %d attempts, want %d", name, got, test.want)
				}
			}
		})
	}
}

func TestFIPSWithEndpoint(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	wantError(t, failing{
		config: f.provider("use_fips_endpoint = true") +
			block(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil))),
		argument: "use_fips_endpoint",
		says: "use_fips_endpoint selects the Region's FIPS endpoint, but the provider's argument endpoint names " +
			"another endpoint",
	})
}

// TestUserAgent checks that the provider names itself and its version, as it was built.
func TestUserAgent(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	newAttachedCLI(t, f.config(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)))).
		mustRun(t, "plan")
	if agent := f.Requests()[0].Header.Get("User-Agent"); !strings.Contains(agent, "terraform-provider-sts/test") {
		t.Errorf("it is %q", agent)
	}
}
