package provider_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/consumer"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func TestMain(m *testing.M) {
	if err := testenv.IsolateProcess(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	testenv.Main(m, clitest.RemoveBuilt, func() error { return removeSDKs() })
}

// removeSDKs is set when the SDKs are built.
var removeSDKs = func() error { return nil }

const (
	subject    = "repo:example/platform:environment:production"
	audience   = "sts.example.com"
	production = "111122223333"
	staging    = "444455556666"
	dataSource = "data.sts_assume_role_with_web_identity.test"
)

func roleARN(account string) string { return "arn:aws:iam::" + account + ":role/platform/deploy" }

// fixture is an emulator with two accounts. Each account has a role that trusts one subject of one issuer.
type fixture struct {
	*emulator.Server
	issuer *emulator.Issuer
}

// newFixture is for tests that run the provider in this process and change its environment.
func newFixture(t *testing.T) fixture {
	t.Helper()
	testenv.Isolate(t)
	return startFixture(t)
}

// startFixture is for tests that run the provider with a CLI that has its own environment. They run in parallel,
// because most of them wait.
func startFixture(t *testing.T) fixture {
	t.Helper()
	return startFixtureWith(t, emulator.Options{})
}

func startFixtureWith(t *testing.T, options emulator.Options) fixture {
	t.Helper()
	server, issuer := startEmulator(t, options)
	f := fixture{server, issuer}
	for _, account := range []string{production, staging} {
		server.AddOIDCProvider(account, issuer.URL(), audience)
		f.addRole(t, emulator.Role{
			ARN: roleARN(account),
			TrustPolicy: emulator.TrustPolicy(
				account,
				issuer.URL(),
				map[string]string{"sub": subject, "aud": audience},
				nil,
				"sts:SetSourceIdentity",
				"sts:TagSession",
			),
		})
	}
	return f
}

// startEmulator starts an emulator with one issuer and no accounts.
func startEmulator(t *testing.T, options emulator.Options) (*emulator.Server, *emulator.Issuer) {
	t.Helper()
	server := emulatortest.Start(t, options)
	issuer, err := server.NewIssuer("https://ci.example.com")
	if err != nil {
		t.Fatal(err)
	}
	return server, issuer
}

func (f fixture) addRole(t *testing.T, role emulator.Role) {
	t.Helper()
	if err := f.AddRole(role); err != nil {
		t.Fatal(err)
	}
}

// token is a token that the roles trust, with a change.
func (f fixture) token(t *testing.T, change func(*emulator.Token)) string {
	t.Helper()
	token := emulator.Token{Subject: subject, Audience: []string{audience}}
	if change != nil {
		change(&token)
	}
	minted, err := f.issuer.Mint(token)
	if err != nil {
		t.Fatal(err)
	}
	return minted
}

// config is a configuration of one data source at the fixture's endpoint.
func (f fixture) config(arguments ...string) string {
	return providerAt(f.URL()) + block(arguments...)
}

func providerAt(endpoint string) string {
	return fmt.Sprintf("provider \"sts\" {\n  endpoint = %q\n}\n", endpoint)
}

func block(arguments ...string) string { return blockNamed("test", arguments...) }

func blockNamed(name string, arguments ...string) string {
	return fmt.Sprintf("data %q %q {\n  %s\n}\n", typeName, name, strings.Join(arguments, "\n  "))
}

// set is an argument with a text for its value.
func set(argument, value string) string { return fmt.Sprintf("%s = %q", argument, value) }

// run takes steps through the real CLI, with the provider and its consumer in this process.
func run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"sts": providerserver.NewProtocol6WithError(provider.New("test")()),
			"aws": providerserver.NewProtocol6WithError(consumer.New()),
		},
		Steps: steps,
	})
}

// sentencePattern matches a sentence in the output of the CLI, which breaks it into lines.
func sentencePattern(sentence string) *regexp.Regexp {
	words := strings.Fields(sentence)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	return regexp.MustCompile(strings.Join(words, `[\s│]+`))
}
