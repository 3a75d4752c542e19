package assumerole_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

const profileWithRegion = `[profile work]
region = eu-west-3
[profile sts]
services = local
[services local]
sts =
  endpoint_url = ENDPOINT
[profile everything]
endpoint_url = ENDPOINT
`

// TestHostAskedFor sees, at a proxy, which host is asked for.
func TestHostAskedFor(t *testing.T) {
	for name, test := range map[string]struct {
		settings    assumerole.Settings
		environment map[string]string
		partition   string
		want        string
	}{
		"the home Region of aws":        {partition: "aws", want: "sts.us-east-1.amazonaws.com:443"},
		"the home Region of aws-cn":     {partition: "aws-cn", want: "sts.cn-north-1.amazonaws.com.cn:443"},
		"the home Region of aws-us-gov": {partition: "aws-us-gov", want: "sts.us-gov-west-1.amazonaws.com:443"},
		"the home Region of aws-eusc":   {partition: "aws-eusc", want: "sts.eusc-de-east-1.amazonaws.eu:443"},
		"the home Region of aws-iso":    {partition: "aws-iso", want: "sts.us-iso-east-1.c2s.ic.gov:443"},
		"the home Region of aws-iso-b":  {partition: "aws-iso-b", want: "sts.us-isob-east-1.sc2s.sgov.gov:443"},
		"the home Region of aws-iso-e":  {partition: "aws-iso-e", want: "sts.eu-isoe-west-1.cloud.adc-e.uk:443"},
		"the home Region of aws-iso-f":  {partition: "aws-iso-f", want: "sts.us-isof-south-1.csp.hci.ic.gov:443"},
		"the argument": {
			settings: assumerole.Settings{Region: "eu-central-1"}, want: "sts.eu-central-1.amazonaws.com:443",
		},
		"AWS_REGION": {
			environment: map[string]string{"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"},
			want:        "sts.eu-west-1.amazonaws.com:443",
		},
		"AWS_DEFAULT_REGION": {
			environment: map[string]string{"AWS_DEFAULT_REGION": "eu-west-2"},
			want:        "sts.eu-west-2.amazonaws.com:443",
		},
		"the profile's Region": {
			environment: map[string]string{"AWS_PROFILE": "work"}, want: "sts.eu-west-3.amazonaws.com:443",
		},
		"the environment before the profile": {
			environment: map[string]string{"AWS_PROFILE": "work", "AWS_REGION": "eu-west-1"},
			want:        "sts.eu-west-1.amazonaws.com:443",
		},
		"the argument before the environment": {
			settings: assumerole.Settings{Region: "eu-central-1"}, environment: map[string]string{
				"AWS_REGION": "eu-west-1",
			},
			want: "sts.eu-central-1.amazonaws.com:443",
		},
		"a Region that is newer than the list": {
			settings: assumerole.Settings{Region: "eu-north-9"}, want: "sts.eu-north-9.amazonaws.com:443",
		},
		"FIPS of the environment": {
			environment: map[string]string{"AWS_REGION": "us-west-2", "AWS_USE_FIPS_ENDPOINT": "true"},
			want:        "sts-fips.us-west-2.amazonaws.com:443",
		},
		"FIPS in the Region's name": {
			settings: assumerole.Settings{Region: "us-west-2-fips"}, want: "sts-fips.us-west-2.amazonaws.com:443",
		},
		"dual stack of the environment": {
			environment: map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true"}, want: "sts.us-east-1.api.aws:443",
		},
		"legacy global endpoints aren't used": {
			environment: map[string]string{"AWS_STS_REGIONAL_ENDPOINTS": "legacy"},
			want:        "sts.us-east-1.amazonaws.com:443",
		},
		"no question to the metadata service": {
			environment: map[string]string{"AWS_DEFAULTS_MODE": "auto"}, want: "sts.us-east-1.amazonaws.com:443",
		},
		"ignored endpoints": {
			environment: map[string]string{
				"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
			},
			want: "sts.us-east-1.amazonaws.com:443",
		},
		"a VPC endpoint": {
			settings: assumerole.Settings{Endpoint: "https://vpce-0123-abc.sts.us-east-1.vpce.amazonaws.com"},
			want:     "vpce-0123-abc.sts.us-east-1.vpce.amazonaws.com:443",
		},
		"another host over https": {
			settings: assumerole.Settings{Endpoint: "https://sts.example.com:8443/path"},
			want:     "sts.example.com:8443",
		},
		"another host that the profile names": {
			environment: map[string]string{"AWS_PROFILE": "sts"}, want: "minio.example.com:443",
		},
		"another host by plain http, where the argument says so": {
			settings: assumerole.Settings{Endpoint: "http://minio.example.com:9000"}, want: "minio.example.com:9000",
		},
	} {
		t.Run(name, func(t *testing.T) {
			testenv.Isolate(t)
			t.Setenv(
				"AWS_CONFIG_FILE",
				testenv.WriteFile(
					t,
					"config",
					strings.ReplaceAll(profileWithRegion, "ENDPOINT", "https://minio.example.com"),
				),
			)
			t.Setenv("AWS_MAX_ATTEMPTS", "1")
			for variable, value := range test.environment {
				t.Setenv(variable, value)
			}
			request := newRequest("some.opaque.token")
			if test.partition != "" {
				request.RoleARN = "arn:" + test.partition + ":iam::111122223333:role/deploy"
			}
			testenv.Refused()
			exchange, err := makeExchange(t, test.settings, request)
			if err == nil {
				t.Fatal("the proxy let it through")
			}
			if got := testenv.Refused(); !slices.Equal(got, []string{test.want}) {
				t.Errorf("asked for %q, want %q; the error is: %v", got, test.want, err)
			}
			if host, _, _ := strings.Cut(test.want, ":"); !strings.HasPrefix(exchange.Destination.Host, host) {
				t.Errorf("the host is shown as %q", exchange.Destination.Host)
			}
		})
	}
}

// TestNothingIsSent holds the cases in which no host may be asked.
func TestNothingIsSent(t *testing.T) {
	for name, test := range map[string]struct {
		settings    assumerole.Settings
		environment map[string]string
		change      func(*assumerole.Request)
		argument    string // of the block
		setting     string // of the provider
		want        string
	}{
		"a Region of another partition": {
			environment: map[string]string{"AWS_REGION": "cn-north-1"}, argument: "role_arn",
			want: "The role is in the partition aws, but the Region cn-north-1, from the environment variable " +
				"AWS_REGION, is in aws-cn",
		},
		"a partition without a home": {
			change: func(r *assumerole.Request) {
				r.RoleARN = "arn:aws-moon:iam::111122223333:role/deploy"
			}, argument: "role_arn",
			want: `"aws-moon", isn't one whose home Region is known`,
		},
		"the global endpoint's Region": {
			settings: assumerole.Settings{Region: "aws-global"}, setting: "region",
			want: "stands for the global endpoint",
		},
		"a Region that is no name": {
			settings: assumerole.Settings{Region: "us east"}, setting: "region", want: "isn't the name of a Region",
		},
		"a Region that is a host's path": {
			environment: map[string]string{"AWS_REGION": "x.example.com/"},
			want:        "from the environment variable AWS_REGION, isn't the name",
		},
		"a general endpoint": {
			environment: map[string]string{"AWS_ENDPOINT_URL": "https://minio.example.com"},
			want:        "set the provider's argument endpoint",
		},
		"a profile's general endpoint": {
			environment: map[string]string{"AWS_PROFILE": "everything"},
			want:        `The profile "everything" (endpoint_url) names minio.example.com`,
		},
		"plain http by the environment": {
			environment: map[string]string{"AWS_ENDPOINT_URL_STS": "http://minio.example.com"},
			want:        "would cross the network in plaintext",
		},
		"an endpoint without a scheme": {
			settings: assumerole.Settings{Endpoint: "minio.example.com"}, setting: "endpoint",
			want: "isn't a URL of a server",
		},
		"an endpoint without a host": {
			settings: assumerole.Settings{Endpoint: "https://"}, setting: "endpoint", want: "isn't a URL of a server",
		},
		"an endpoint with a password": {
			settings: assumerole.Settings{Endpoint: "https://user:hunter2@minio.example.com"}, setting: "endpoint",
			want: "has a user or a password",
		},
		"an endpoint with a query": {
			settings: assumerole.Settings{Endpoint: "https://minio.example.com/?a=b"}, setting: "endpoint",
			want: "has a query",
		},
		"an endpoint of another protocol": {
			environment: map[string]string{"AWS_ENDPOINT_URL_STS": "ftp://minio.example.com"},
			want:        "The environment variable AWS_ENDPOINT_URL_STS isn't a URL of a server",
		},
		"the environment's token, to another's server": {
			settings: assumerole.Settings{Endpoint: "https://minio.example.com"}, change: func(r *assumerole.Request) {
				r.TokenOrigin = origin.OfVariable(webidentity.FileVariable)
			},
			want: "that server could use the token there",
		},
		"the environment's token, to a host under AWS's domain that anybody can have": {
			settings: assumerole.Settings{Endpoint: "https://sts.s3.amazonaws.com"},
			change: func(r *assumerole.Request) {
				r.TokenOrigin = origin.OfVariable(webidentity.FileVariable)
			},
			want: "that server could use the token there",
		},
		"FIPS with an endpoint": {
			settings: assumerole.Settings{Endpoint: "https://minio.example.com"}, environment: map[string]string{
				"AWS_USE_FIPS_ENDPOINT": "true",
			},
			want: "FIPS and custom endpoint are not supported",
		},
		"a profile that doesn't exist": {
			environment: map[string]string{"AWS_PROFILE": "nowhere"}, want: `AWS_PROFILE names the profile "nowhere"`,
		},
		"a CA bundle that doesn't exist": {
			environment: map[string]string{"AWS_CA_BUNDLE": "/nowhere/ca.pem"},
			want:        `"/nowhere/ca.pem" doesn't exist`,
		},
		"a proxy with a port too far": {
			settings: assumerole.Settings{HTTPSProxy: "http://user:hunter21234567/x@proxy"}, setting: "https_proxy",
			want: "isn't the URL of a proxy",
		},
		"a CA bundle without a certificate": {
			environment: map[string]string{"AWS_CA_BUNDLE": "/dev/null"}, want: "no certificate in PEM form",
		},
		"a number of attempts that isn't one": {
			environment: map[string]string{"AWS_MAX_ATTEMPTS": "many"}, want: "AWS_MAX_ATTEMPTS",
		},
		"no role for AWS": {
			change: func(r *assumerole.Request) { r.RoleARN = "" }, argument: "role_arn", want: `"" is empty`,
		},
		"a role's name for AWS": {
			change: func(r *assumerole.Request) { r.RoleARN = "deploy" }, argument: "role_arn", want: "isn't an ARN",
		},
		"a user's ARN": {
			change:   func(r *assumerole.Request) { r.RoleARN = "arn:aws:iam::111122223333:user/deploy" },
			argument: "role_arn", want: "isn't that of an IAM role",
		},
		"a role's ARN without a name": {
			change:   func(r *assumerole.Request) { r.RoleARN = "arn:aws:iam::111122223333:role/" },
			argument: "role_arn", want: "isn't that of an IAM role",
		},
		"the ARN of a session": {
			change:   func(r *assumerole.Request) { r.RoleARN = "arn:aws:sts::111122223333:assumed-role/deploy/x" },
			argument: "role_arn", want: "is the ARN of a session, not of a role",
		},
		"an account with letters": {
			change:   func(r *assumerole.Request) { r.RoleARN = "arn:aws:iam::ACCOUNT:role/deploy" },
			argument: "role_arn", want: "letters in its account ID, \"ACCOUNT\"",
		},
		"a role in a Region": {
			change:   func(r *assumerole.Request) { r.RoleARN = "arn:aws:iam:us-east-1:111122223333:role/deploy" },
			argument: "role_arn", want: "has a Region, but",
		},
		"a role's ARN that is too long": {
			change:   func(r *assumerole.Request) { r.RoleARN = roleARN + strings.Repeat("x", 2048) },
			argument: "role_arn", want: "characters. It must be",
		},
		"a role of the environment, with its name": {
			change: func(r *assumerole.Request) {
				r.RoleARN, r.RoleARNOrigin = "deploy", origin.OfVariable("AWS_ROLE_ARN")
			},
			argument: "role_arn", want: `"deploy", from the environment variable AWS_ROLE_ARN, isn't an ARN`,
		},
		"a token in place of a role": {
			settings: assumerole.Settings{AllowedAccountIDs: []string{account}}, change: func(r *assumerole.Request) {
				r.RoleARN = jwt
			}, argument: "role_arn",
			want: `The role ARN "[49 characters left out]" isn't in an account`,
		},
		"a token in place of a Region": {
			settings: assumerole.Settings{Region: jwt}, setting: "region",
			want: `"[49 characters left out]", from the provider's argument region`,
		},
		"a duration beyond AWS's": {
			change: func(r *assumerole.Request) { r.DurationSeconds = 43201 }, argument: "duration_seconds",
			want: "900 to 43200",
		},
		"a bad session name": {
			change: func(r *assumerole.Request) { r.RoleSessionName = "a b" }, argument: "role_session_name",
			want: "a character that isn't allowed",
		},
		"a bad policy": {
			change: func(r *assumerole.Request) { r.Policy = "{" }, argument: "policy", want: "isn't valid JSON",
		},
	} {
		t.Run(name, func(t *testing.T) {
			testenv.Isolate(t)
			t.Setenv(
				"AWS_CONFIG_FILE",
				testenv.WriteFile(
					t,
					"config",
					strings.ReplaceAll(profileWithRegion, "ENDPOINT", "https://minio.example.com"),
				),
			)
			for variable, value := range test.environment {
				t.Setenv(variable, value)
			}
			request := newRequest("some.opaque.token")
			if test.change != nil {
				test.change(&request)
			}
			testenv.Refused()
			exchange, err := makeExchange(t, test.settings, request)
			if err == nil {
				t.Fatal("no error")
			}
			explanation := explain.Failure(exchange, err)
			if !strings.Contains(explanation.Summary+": "+explanation.Detail, test.want) {
				t.Errorf("got %v, want %q", explanation, test.want)
			}
			if got := testenv.Refused(); len(got) > 0 {
				t.Errorf("asked for %q", got)
			}
			if explanation.Argument != test.argument || explanation.ProviderArgument != test.setting {
				t.Errorf("it is at the block's %q and the provider's %q, want %q and %q",
					explanation.Argument, explanation.ProviderArgument, test.argument, test.setting)
			}
			if text := fmt.Sprint(
				err,
				explanation,
			); strings.Contains(text, "hunter2") ||
				strings.Contains(text, "eyJ") {
				t.Errorf("a password or a token is in the error: %s", text)
			}
		})
	}
}

// TestDeviceThatBlocksDoesNotHang: a terminal in place of a file of the shared configuration must not outlast the run.
func TestDeviceThatBlocksDoesNotHang(t *testing.T) {
	const terminal = "/dev/ptmx" // nobody types there
	if _, err := os.Stat(terminal); err != nil {
		t.Skip("this system has none")
	}
	testenv.Isolate(t)
	t.Setenv("AWS_CONFIG_FILE", terminal)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	start := time.Now()
	if _, err := assumerole.NewClient(ctx, assumerole.Settings{}); err == nil {
		t.Error("no error")
	}
	if elapsed := time.Since(start); elapsed > 5*time.Second {
		t.Errorf("it took %s", elapsed)
	}
}

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzIn0.c2lnbmF0dXJl"

// TestWhatOnlyLooksTooMuch holds what AWS may take, and gets to judge: the longest duration, and a partition that this
// provider has never heard of, when the Region is named.
func TestWhatOnlyLooksTooMuch(t *testing.T) {
	for name, change := range map[string]func(*assumerole.Request){
		"the longest duration": func(r *assumerole.Request) { r.DurationSeconds = 43200 },
		"a partition of its own": func(r *assumerole.Request) {
			r.RoleARN = "arn:aws-moon:iam::111122223333:role/deploy"
		},
		"the longest of ARNs": func(r *assumerole.Request) {
			r.RoleARN = roleARN + strings.Repeat("x", 2048-len(roleARN))
		},
		"a token of an OAuth app": func(r *assumerole.Request) { r.ProviderID = "www.amazon.com" },
	} {
		testenv.Isolate(t)
		request := newRequest("some.opaque.token")
		change(&request)
		testenv.Refused()
		_, err := makeExchange(t, assumerole.Settings{Region: "us-east-1"}, request)
		if _, ok := errors.AsType[*assumerole.ConnectionError](err); !ok || len(testenv.Refused()) != 1 {
			t.Errorf("%s: it isn't sent: %v", name, err)
		}
	}
}

// TestEndpointThatIsFollowed has a server on loopback answer, whoever named it.
func TestEndpointThatIsFollowed(t *testing.T) {
	for name, environment := range map[string]map[string]string{
		"AWS_ENDPOINT_URL_STS": {"AWS_ENDPOINT_URL_STS": "ENDPOINT"},
		"AWS_ENDPOINT_URL_STS before the general": {
			"AWS_ENDPOINT_URL_STS": "ENDPOINT", "AWS_ENDPOINT_URL": "https://minio.example.com",
		},
		"AWS_ENDPOINT_URL on loopback":          {"AWS_ENDPOINT_URL": "ENDPOINT"},
		"the profile's section for STS":         {"AWS_PROFILE": "sts"},
		"the profile's general one on loopback": {"AWS_PROFILE": "everything"},
		"the section for STS before a general one": {
			"AWS_PROFILE": "sts", "AWS_ENDPOINT_URL": "https://minio.example.com",
		},
	} {
		t.Run(name, func(t *testing.T) {
			testenv.Isolate(t)
			server, token := startSTS(t, emulator.Options{})
			t.Setenv(
				"AWS_CONFIG_FILE",
				testenv.WriteFile(t, "config", strings.ReplaceAll(profileWithRegion, "ENDPOINT", server.URL())),
			)
			for variable, value := range environment {
				t.Setenv(variable, strings.ReplaceAll(value, "ENDPOINT", server.URL()))
			}
			exchange, err := makeExchange(t, assumerole.Settings{}, newRequest(token))
			if err != nil {
				t.Fatal(err)
			}
			if len(server.Requests()) != 1 || exchange.Destination.AWS {
				t.Errorf("%d requests, to %+v", len(server.Requests()), exchange.Destination)
			}
		})
	}
}
