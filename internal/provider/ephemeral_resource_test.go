package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

const typeName = "sts_assume_role_with_web_identity"

// TestSchemasAreEqual checks that the data source and the ephemeral resource have the same attributes in Terraform. The
// ephemeral resource has three more.
func TestSchemasAreEqual(t *testing.T) {
	server, err := providerserver.NewProtocol6WithError(provider.New("test")())()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(schemas.Diagnostics) > 0 {
		t.Fatal(err, schemas.Diagnostics)
	}
	byName := func(schema *tfprotov6.Schema) map[string]*tfprotov6.SchemaAttribute {
		attributes := map[string]*tfprotov6.SchemaAttribute{}
		for _, attribute := range schema.Block.Attributes {
			attributes[attribute.Name] = attribute
		}
		return attributes
	}
	ofData, ofEphemeral := byName(
		schemas.DataSourceSchemas[typeName],
	), byName(
		schemas.EphemeralResourceSchemas[typeName],
	)
	for _, own := range []string{"refreshable", "shared_config_file", "profile"} {
		if ofEphemeral[own] == nil || ofData[own] != nil {
			t.Errorf("%s isn't the ephemeral's own", own)
		}
		delete(ofEphemeral, own)
	}
	if len(ofData) != 24 {
		t.Errorf("the data source has %d attributes", len(ofData))
	}
	for name, attribute := range ofData {
		if !reflect.DeepEqual(attribute, ofEphemeral[name]) {
			t.Errorf("%s differs:\n%+v\n%+v", name, attribute, ofEphemeral[name])
		}
	}
	for _, part := range ofData["credentials"].NestedType.Attributes {
		if part.Sensitive != (part.Name != "expiration") {
			t.Errorf("credentials.%s: sensitive is %v", part.Name, part.Sensitive)
		}
	}
	if len(ofEphemeral) != len(ofData) {
		t.Errorf("the ephemeral has %d more attributes than its own", len(ofEphemeral)-len(ofData))
	}
}

// runEphemeral takes a step in which a resource echoes the ephemeral block.
func runEphemeral(t *testing.T, step resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"sts":  providerserver.NewProtocol6WithError(provider.New("test")()),
			"echo": echoprovider.NewProviderServer(),
		},
		Steps: []resource.TestStep{step},
	})
}

// echoed is a configuration of one ephemeral block, whose result is echoed into state.
func (f fixture) echoed(arguments ...string) string {
	return f.ephemeral(arguments...) + `
provider "echo" {
  data = ephemeral.sts_assume_role_with_web_identity.test
}
resource "echo" "test" {}
`
}

// ephemeral is the configuration with an ephemeral block in place of the data source.
func (f fixture) ephemeral(arguments ...string) string {
	return strings.Replace(f.config(arguments...), "data \"sts_", "ephemeral \"sts_", 1)
}

func TestEphemeralEveryAttribute(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := f.token(t, nil)
	policy := "{\n  \"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", " +
		"\"Resource\": \"*\"}]\n}"
	data := func(path ...string) tfjsonpath.Path {
		whole := tfjsonpath.New("data")
		for _, step := range path {
			whole = whole.AtMapKey(step)
		}
		return whole
	}
	check := func(value knownvalue.Check, path ...string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.test", data(path...), value)
	}
	runEphemeral(t, resource.TestStep{
		// Terraform refuses a result that differs from the configuration by a byte.
		Config: f.echoed(
			set("role_arn", roleARN(production)),
			set("web_identity_token", " "+token+"\n"),
			set("policy", policy),
			"minimum_session_token_size = 0",
			set("timeout", "60s"),
		),
		ConfigStateChecks: []statecheck.StateCheck{
			check(knownvalue.StringExact(policy), "policy"),
			check(knownvalue.StringExact("terraform"), "role_session_name"),
			check(knownvalue.StringRegexp(regexp.MustCompile(`^ASIA`)), "credentials", "access_key_id"),
			check(knownvalue.NotNull(), "credentials", "secret_access_key"),
			check(knownvalue.NotNull(), "credentials", "session_token"),
			check(knownvalue.NotNull(), "credentials", "expiration"),
			check(
				knownvalue.StringExact("arn:aws:sts::111122223333:assumed-role/deploy/terraform"),
				"assumed_role_user",
				"arn",
			),
			check(knownvalue.StringExact(subject), "subject_from_web_identity_token"),
			check(knownvalue.Null(), "source_identity"),
			check(knownvalue.MapSizeExact(9), "environment"),
			check(
				knownvalue.Null(),
				"refreshable",
			),
			check(knownvalue.Null(), "shared_config_file"),
			check(knownvalue.Null(), "profile"),
		},
	})
}

func TestEphemeralErrors(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	parts := map[string]failing{}
	for name, test := range map[string]struct{ session, argument, want string }{
		"a constraint": {"a b", "role_session_name", "a character that isn't allowed"},
		"a refusal":    {"job", "", "The server answered AccessDenied"},
	} {
		parts[name] = failing{
			config: fmt.Sprintf("ephemeral %q \"LABEL\" {\n  %s\n}\n", typeName, strings.Join([]string{
				set("role_session_name", test.session), set("role_arn", "arn:aws:iam::111122223333:role/none"),
				set("web_identity_token", f.token(t, nil)),
			}, "\n  ")),
			argument: test.argument, says: test.want,
		}
	}
	wantErrors(t, newAttachedCLI, providerAt(f.URL()), parts, "validate", "plan")
}

// asAccount is a consumer, and who it says that it is, written into a file during the apply.
func asAccount(name, endpoint, arguments string) string {
	return fmt.Sprintf(`
provider "aws" {
  alias  = %[1]q
  region = "us-east-1"
  %[3]s
  endpoints {
    sts = %[2]q
  }
}
data "aws_caller_identity" %[1]q {
  provider   = aws.%[1]s
  depends_on = [terraform_data.start]
}
output %[1]q {
  value = data.aws_caller_identity.%[1]s.arn
}
`, name, endpoint, arguments)
}

const staticKeys = `
  access_key = ephemeral.sts_assume_role_with_web_identity.test.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.test.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.test.credentials.session_token
`

// TestEphemeralStoresNoSecrets checks that static keys work in plan and apply, also if the saved plan is older than its
// session. The token and the secrets must not be in state, plan, output, or log.
func TestEphemeralStoresNoSecrets(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	f.addRole(t, emulator.Role{
		ARN: roleARN(
			production,
		),
		TrustPolicy:     emulator.TrustPolicy(production, f.issuer.URL(), map[string]string{"sub": subject}, nil),
		SessionLifetime: 2 * time.Second,
	})
	token := f.token(t, nil)
	cli := newCLI(
		t,
		f.ephemeral(
			set("role_arn", roleARN(production)),
			set("web_identity_token_file", testenv.WriteFile(t, "token", token)),
		)+
			asAccount(
				"planned",
				f.URL(),
				staticKeys,
			)+asAccount(
			"applied",
			f.URL(),
			staticKeys,
		)+
			"\nresource \"terraform_data\" \"start\" {}\n",
	)
	log := filepath.Join(t.TempDir(), "log")
	cli.CLI = cli.With("TF_LOG=TRACE", "TF_LOG_PATH="+log)

	printed := cli.mustRun(t, "plan", "-no-color", "-out=plan")
	planned := len(f.Secrets())
	time.Sleep(3 * time.Second) // the first session has ended
	printed += cli.mustRun(t, "apply", "-no-color", "plan")
	if got := cli.output(t, "applied"); got != "arn:aws:sts::111122223333:assumed-role/deploy/terraform" {
		t.Errorf("it is %q", got)
	}
	secrets := append(f.Secrets(), token)
	if planned == 0 || len(secrets) <= planned {
		t.Fatalf("%d secrets in the plan, %d in all: the apply opened nothing", planned, len(secrets))
	}
	searchFor(t, secrets, map[string]string{"what is printed": printed, "the log": read(t, log)})
	searchFolder(t, secrets, cli.folder)
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
