package provider_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/testing/consumer"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func TestMain(m *testing.M) {
	// it is set when something is built
	testenv.Main(m, func() error { return errors.Join(removeBuilt(), removeSDKs()) })
}

const (
	subject    = "repo:example/platform:environment:production"
	audience   = "sts.example.com"
	production = "111122223333"
	staging    = "444455556666"
	dataSource = "data.sts_assume_role_with_web_identity.test"
)

func roleARN(account string) string { return "arn:aws:iam::" + account + ":role/platform/deploy" }

// world is an emulator with two accounts, each with a role that trusts one subject of one issuer.
type world struct {
	*emulator.Server
	issuer *emulator.Issuer
}

// newWorld is for tests that run the provider in this process, whose environment they change.
func newWorld(t *testing.T) world {
	t.Helper()
	testenv.Isolate(t)
	return startWorld(t)
}

// startWorld is for tests that run it by a CLI with an environment of its own. They run side by side: most of them
// wait.
func startWorld(t *testing.T) world {
	t.Helper()
	server, err := emulator.Start(emulator.Options{Unexpected: func(message string) { t.Error(message) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	issuer, err := server.NewIssuer("https://ci.example.com")
	if err != nil {
		t.Fatal(err)
	}
	w := world{server, issuer}
	for _, account := range []string{production, staging} {
		server.AddOIDCProvider(account, issuer.URL(), audience)
		w.addRole(t, emulator.Role{
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
	return w
}

func (w world) addRole(t *testing.T, role emulator.Role) {
	t.Helper()
	if err := w.AddRole(role); err != nil {
		t.Fatal(err)
	}
}

// token is one that the roles trust, with a change.
func (w world) token(t *testing.T, change func(*emulator.Token)) string {
	t.Helper()
	token := emulator.Token{Subject: subject, Audience: []string{audience}}
	if change != nil {
		change(&token)
	}
	minted, err := w.issuer.Mint(token)
	if err != nil {
		t.Fatal(err)
	}
	return minted
}

// config is a configuration of one data source at the world's endpoint.
func (w world) config(arguments ...string) string {
	return providerAt(w.URL()) + block(arguments...)
}

func providerAt(endpoint string) string {
	return fmt.Sprintf("provider \"sts\" {\n  endpoint = %q\n}\n", endpoint)
}

func block(arguments ...string) string {
	return "data \"sts_assume_role_with_web_identity\" \"test\" {\n  " + strings.Join(arguments, "\n  ") + "\n}\n"
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

// shows makes a pattern that finds a sentence in what the CLI prints, which it breaks into lines.
func shows(sentence string) *regexp.Regexp {
	words := strings.Fields(sentence)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	return regexp.MustCompile(strings.Join(words, `[\s│]+`))
}

// failsAtBlock is failsAt for an error that points at a block as a whole.
func failsAtBlock(sentence string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)\n[│ ]*\d+: +(?:data|ephemeral|provider) ".*` + shows(sentence).String())
}

// failsAt makes a pattern that finds a sentence in an error that points at the line of an argument.
func failsAt(argument, sentence string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)\n[│ ]*\d+: +` + argument + ` +=.*` + shows(sentence).String())
}
