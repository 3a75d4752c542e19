package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// TestEnvironmentTokenIsSentOnlyToAWS checks that the environment's token and role are used together, and that the
// token isn't sent to a configured server.
func TestEnvironmentTokenIsSentOnlyToAWS(t *testing.T) {
	for name, test := range map[string]struct {
		endpoint string
		hosts    []string
		want     string
	}{
		"AWS's own": {
			hosts: []string{"sts.us-east-1.amazonaws.com:443"}, want: "The proxy doesn't let the call to STS through",
		},
		"another server": {
			endpoint: "https://sts.example.com",
			want: "The token of AWS_WEB_IDENTITY_TOKEN_FILE is meant for AWS. The endpoint sts.example.com " +
				"(named by the provider's argument endpoint) isn't AWS's",
		},
		"a VPC endpoint's": {
			endpoint: "https://vpce-1-a.sts.us-east-1.vpce.amazonaws.com",
			hosts:    []string{"vpce-1-a.sts.us-east-1.vpce.amazonaws.com:443"},
			want:     "The proxy doesn't let the call to STS through",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", testenv.WriteFile(t, "token", f.token(t, nil)))
			t.Setenv("AWS_ROLE_ARN", roleARN(production))
			config := block()
			if test.endpoint != "" {
				config += providerAt(test.endpoint)
			}
			testenv.Refused()
			wantError(t, failing{config: config, says: test.want})
			hosts := testenv.Refused()
			if len(hosts) != len(test.hosts) || len(hosts) > 0 && hosts[0] != test.hosts[0] {
				t.Errorf("asked %q, want %q", hosts, test.hosts)
			}
		})
	}
}

// TestEnvironmentRoleRequiresEnvironmentToken checks that a block with its own token never uses the environment's role.
func TestEnvironmentRoleRequiresEnvironmentToken(t *testing.T) {
	f := newFixture(t)
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", testenv.WriteFile(t, "token", f.token(t, nil)))
	t.Setenv("AWS_ROLE_ARN", roleARN(production))
	wantError(t, failing{
		config:   f.config(set("web_identity_token", f.token(t, nil)), "role_arn = null"),
		argument: "role_arn",
		says: "The environment variable AWS_ROLE_ARN is set, but it applies only to the token of " +
			"AWS_WEB_IDENTITY_TOKEN_FILE",
	})
	if len(f.Requests()) > 0 {
		t.Error("something was sent")
	}
}

func TestEnvironmentRoleMustBeARN(t *testing.T) {
	f := newFixture(t)
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", testenv.WriteFile(t, "token", f.token(t, nil)))
	t.Setenv("AWS_ROLE_ARN", "deploy")
	wantError(t, failing{
		config: block(),
		says:   `The role ARN "deploy", from the environment variable AWS_ROLE_ARN, isn't an ARN`,
	})
}

func TestErrorsNameEnvironmentTokenFile(t *testing.T) {
	testenv.Isolate(t)
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
	t.Setenv("AWS_ROLE_ARN", roleARN(production))
	wantError(t, failing{
		config: block(),
		says: `The file "/nowhere/token", named by the environment variable AWS_WEB_IDENTITY_TOKEN_FILE, doesn't ` +
			"exist",
	})
}

// TestEnvironmentTokenMustBeJWT checks that no other file is sent.
func TestEnvironmentTokenMustBeJWT(t *testing.T) {
	testenv.Isolate(t)
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", testenv.WriteFile(t, "key", "-----BEGIN PRIVATE KEY-----"))
	t.Setenv("AWS_ROLE_ARN", roleARN(production))
	testenv.Refused()
	wantError(t, failing{config: block(), says: "doesn't contain a JWT"})
	if hosts := testenv.Refused(); len(hosts) > 0 {
		t.Errorf("asked %q", hosts)
	}
}

func TestEnvironmentSessionName(t *testing.T) {
	f := newFixture(t)
	arguments := []string{set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil))}
	isNamed := func(block, name string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(
			"data."+typeName+"."+block, tfjsonpath.New("role_session_name"), knownvalue.StringExact(name),
		)
	}

	t.Setenv("AWS_ROLE_SESSION_NAME", "from-the-environment")
	newAttachedCLI(t, providerAt(f.URL())+blockNamed("default", arguments...)+
		blockNamed("own", append(arguments, set("role_session_name", "from-the-block"))...)).apply(
		t, isNamed("default", "from-the-environment"), isNamed("own", "from-the-block"),
	)

	t.Setenv("AWS_ROLE_SESSION_NAME", "not a name")
	wantError(t, failing{
		config: f.config(arguments...),
		says: "It comes from the environment variable AWS_ROLE_SESSION_NAME. The role session name \"not a name\" " +
			"has a character that isn't allowed",
	})
}

// TestUnknownProviderArguments checks that with an unknown argument of the provider block, the provider neither uses
// the environment nor sends a request.
func TestUnknownProviderArguments(t *testing.T) {
	f := newFixture(t)
	t.Setenv("AWS_ENDPOINT_URL_STS", f.URL())
	parts := map[string]failing{}
	for _, argument := range []string{"region", "endpoint"} {
		parts[argument] = failing{
			config: "provider \"sts-LABEL\" {\n  " + argument + " = terraform_data.later.output\n}\n" + blockNamed(
				"LABEL", "provider = sts-LABEL", set("role_arn", roleARN(production)),
				set("web_identity_token", f.token(t, nil)),
			),
			says: "The value of " + argument + " in the provider block isn't known before the apply",
		}
	}
	wantErrors(t, newAttachedCLI, `resource "terraform_data" "later" { input = "eu-west-1" }`+"\n", parts, "plan")
	if len(f.Requests()) > 0 {
		t.Error("something was sent")
	}
}

// TestSettingsErrors checks that errors name the variable or the profile if the problem is outside the blocks.
func TestSettingsErrors(t *testing.T) {
	for name, test := range map[string]struct{ variable, value, argument, want string }{
		"a profile": {
			variable: "AWS_PROFILE", value: "nowhere",
			want: `The environment variable AWS_PROFILE names the profile "nowhere"`,
		},
		"a general endpoint": {
			variable: "AWS_ENDPOINT_URL", value: "https://s3.example.com",
			want: "set the provider's argument endpoint or the environment variable AWS_ENDPOINT_URL_STS",
		},
		"another partition": {
			variable: "AWS_REGION", value: "cn-north-1", argument: "role_arn",
			want: "The role is in the partition aws, but the Region cn-north-1, from the environment variable " +
				"AWS_REGION",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			t.Setenv(test.variable, test.value)
			testenv.Refused()
			wantError(t, failing{
				config:   block(set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil))),
				argument: test.argument, says: test.want,
			})
			if hosts := testenv.Refused(); len(hosts) > 0 {
				t.Errorf("asked %q", hosts)
			}
		})
	}
}
