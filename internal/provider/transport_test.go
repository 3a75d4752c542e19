package provider_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

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
			config := "provider \"sts\" {\n  " + strings.Join(test.arguments, "\n  ") + "\n}\n"
			run(t, resource.TestStep{
				Config: config + block(
					set("role_arn", roleARN(production)),
					set("web_identity_token", f.token(t, nil)),
				),
				ExpectError: sentencePattern("answered with HTTP status 403 and didn't connect"),
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

// TestCABundleAndProxies starts the emulator with TLS, behind a proxy.
func TestCABundleAndProxies(t *testing.T) {
	testenv.Isolate(t)
	f := startFixtureWith(t, emulator.Options{TLS: true})
	bundle := testenv.WriteFile(t, "ca.pem", string(f.CABundle()))
	blockOf := block(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)))

	t.Run("the argument's certificates are trusted, over the variable's", func(t *testing.T) {
		t.Setenv("AWS_CA_BUNDLE", "/nowhere/ca.pem")
		run(
			t,
			resource.TestStep{
				Config:            f.provider(set("custom_ca_bundle", bundle)) + blockOf,
				ConfigStateChecks: isSubject(subject),
			},
		)
	})
	t.Run("others aren't", func(t *testing.T) {
		run(
			t,
			resource.TestStep{
				Config:      f.provider() + blockOf,
				ExpectError: sentencePattern("certificate isn't trusted"),
			},
		)
	})
	t.Run("a bundle that can't be read", func(t *testing.T) {
		run(
			t,
			resource.TestStep{
				Config:      f.provider(set("custom_ca_bundle", "/nowhere/ca.pem")) + blockOf,
				ExpectError: errorAt("custom_ca_bundle", `"/nowhere/ca.pem" doesn't exist`),
			},
		)
	})
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
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_MAX_ATTEMPTS", "1")
			p := newProxy(t, strings.TrimPrefix(f.URL(), "https://"))
			testenv.Refused()
			// The certificate isn't for that name, and the plain proxy refuses: what matters is who was asked, and for
			// what.
			run(t, resource.TestStep{
				Config: fmt.Sprintf(
					"provider \"sts\" {\n  endpoint = %q\n  %s\n}\n",
					test.endpoint,
					strings.Join(test.arguments(p), "\n  "),
				) + blockOf,
				ExpectError: sentencePattern("STS"),
			})
			p.mutex.Lock()
			defer p.mutex.Unlock()
			if !slices.Equal(p.requests, test.requests) {
				t.Errorf("the proxy was asked for %q, want %q", p.requests, test.requests)
			}
			if hosts := testenv.Refused(); len(hosts) > 0 {
				t.Errorf("the environment's proxy was asked for %q", hosts)
			}
		})
	}
}

// TestNumberOfAttempts counts the attempts at a server that always fails.
func TestNumberOfAttempts(t *testing.T) {
	for name, test := range map[string]struct {
		arguments   []string
		environment string
		want        int32
	}{
		"max_retries of none":                 {arguments: []string{"max_retries = 0"}, want: 1},
		"max_retries over AWS_MAX_ATTEMPTS":   {arguments: []string{"max_retries = 1"}, environment: "5", want: 2},
		"AWS_MAX_ATTEMPTS":                    {environment: "2", want: 2},
		"three, when nobody says otherwise":   {want: 3},
		"as many as it takes, for throttling": {arguments: []string{"max_retries = 0"}, want: 4},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			if test.environment != "" {
				t.Setenv("AWS_MAX_ATTEMPTS", test.environment)
			}
			throttles := strings.Contains(name, "throttling")
			var calls atomic.Int32
			f.Intercept(func(answer http.ResponseWriter, _ *http.Request) bool {
				n := calls.Add(1)
				switch {
				case throttles && n >= test.want:
					return false
				case throttles:
					emulator.WriteError(answer, 400, "Throttling", "Rate exceeded")
				default:
					answer.WriteHeader(http.StatusServiceUnavailable)
				}
				return true
			})
			step := resource.TestStep{
				Config: f.provider(
					test.arguments...) + block(
					set("role_arn", roleARN(production)),
					set("web_identity_token", f.token(t, nil)),
				),
			}
			if throttles {
				run(t, step)
				if calls.Load() < test.want {
					t.Errorf("%d calls", calls.Load())
				}
				return
			}
			step.ExpectError = sentencePattern("answered with an empty response")
			run(t, step)
			if got := calls.Load(); got != test.want {
				t.Errorf("%d attempts, want %d", got, test.want)
			}
		})
	}
}

func TestFIPSWithEndpoint(t *testing.T) {
	f := newFixture(t)
	run(t, resource.TestStep{
		Config: f.provider(
			"use_fips_endpoint = true",
		) + block(
			set("role_arn", roleARN(production)),
			set("web_identity_token", f.token(t, nil)),
		),
		ExpectError: errorAt("use_fips_endpoint", "use_fips_endpoint selects the Region's FIPS endpoint, but the "+
			"provider's argument endpoint names another endpoint"),
	})
}

// TestUserAgent checks that the provider names itself and its version, as it was built.
func TestUserAgent(t *testing.T) {
	f := newFixture(t)
	run(
		t,
		resource.TestStep{
			Config: f.config(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil))),
		},
	)
	if agent := f.Requests()[0].Header.Get("User-Agent"); !strings.Contains(agent, "terraform-provider-sts/test") {
		t.Errorf("it is %q", agent)
	}
}
