package provider_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/consumer"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// attachable are the providers that a CLI can use in this process, by their names in a configuration.
var attachable = map[string]struct {
	address string
	server  func() (tfprotov6.ProviderServer, error)
}{
	"sts": {provider.Address, func() (tfprotov6.ProviderServer, error) {
		return providerserver.NewProtocol6WithError(provider.New("test")())()
	}},
	"aws": {terraformcli.ConsumerAddress.String(), func() (tfprotov6.ProviderServer, error) {
		return providerserver.NewProtocol6WithError(consumer.New())()
	}},
	"echo": {"terraform.local/webidentity/echo", echoprovider.NewProviderServer()},
}

// newAttachedCLI makes a workspace with a configuration, and a CLI whose providers are in this process. It has the
// environment of this process, and needs no init. Most tests need one run of this CLI, where terraform-plugin-testing
// makes five to nine.
//
// All aliases of a provider share its state. Tests of several provider blocks therefore give each block a provider of
// its own, such as provider "sts-other".
func newAttachedCLI(t *testing.T, config string) installedCLI {
	t.Helper()
	workspace := clitest.Workspace(t)
	cli := installedCLI{CLI: clitest.Find(t, workspace), workspace: workspace}
	cli.skipUnsupported(t, config)
	servers, required := map[string]attachment{}, map[string]string{}
	names := []string{"sts"}
	for _, match := range attachedProvider.FindAllStringSubmatch(config, -1) {
		names = append(names, match[1])
	}
	for _, name := range names {
		if required[name] != "" {
			continue
		}
		kind, _, _ := strings.Cut(name, "-")
		required[name] = sourceOf(name)
		servers[required[name]] = attach(t, attachable[kind].server)
	}
	cli.CLI = cli.With("TF_REATTACH_PROVIDERS=" + asJSON(t, servers))
	cli.configure(t, required, config)
	return cli
}

var attachedProvider = regexp.MustCompile(`provider "((?:sts|aws|echo)(?:-[a-z0-9-]+)?)" \{`)

// skipUnsupported skips a test whose configuration needs a newer CLI.
func (cli installedCLI) skipUnsupported(t *testing.T, config string) {
	t.Helper()
	for text, feature := range map[string]terraformcli.Feature{
		`ephemeral "`: terraformcli.EphemeralResources, "provider::": terraformcli.ProviderFunctions,
	} {
		if strings.Contains(config, text) {
			clitest.Need(t, cli.CLI, feature)
		}
	}
}

// attachment is how a CLI finds a provider that runs already.
type attachment struct {
	Protocol        string
	ProtocolVersion int
	Pid             int
	Test            bool // the CLI doesn't end the process
	Addr            struct{ Network, String string }
}

// attach serves a provider for the time of the test.
func attach(t *testing.T, newServer func() (tfprotov6.ProviderServer, error)) attachment {
	t.Helper()
	server, err := newServer()
	if err != nil {
		t.Fatal(err)
	}
	started, ended, failed := make(chan *plugin.ReattachConfig), make(chan struct{}), make(chan error, 1)
	go func() {
		failed <- tf6server.Serve(
			"provider", func() tfprotov6.ProviderServer { return server },
			tf6server.WithDebug(t.Context(), started, ended), tf6server.WithLoggingSink(t),
			tf6server.WithGoPluginLogger(hclog.NewNullLogger()), tf6server.WithoutLogStderrOverride(),
		)
	}()
	t.Cleanup(func() { <-ended }) // the context has ended by then
	select {
	case config := <-started:
		at := attachment{Protocol: string(config.Protocol), ProtocolVersion: 6, Pid: os.Getpid(), Test: true}
		at.Addr.Network, at.Addr.String = config.Addr.Network(), config.Addr.String()
		return at
	case err := <-failed:
		t.Fatal(err)
		return attachment{}
	}
}

// apply applies the configuration, and checks the state.
func (cli installedCLI) apply(t *testing.T, checks ...statecheck.StateCheck) {
	t.Helper()
	cli.mustRun(t, "apply", "-auto-approve", "-no-color")
	var state tfjson.State
	state.UseJSONNumber(true)
	if err := json.Unmarshal([]byte(cli.mustRun(t, "show", "-json")), &state); err != nil {
		t.Fatal(err)
	}
	for _, check := range checks {
		var response statecheck.CheckStateResponse
		if check.CheckState(
			t.Context(),
			statecheck.CheckStateRequest{State: &state},
			&response,
		); response.Error != nil {
			t.Error(response.Error)
		}
	}
}
