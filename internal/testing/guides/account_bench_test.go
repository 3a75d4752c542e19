package guides

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// accountBench is an initialized copy of an example, with an emulator that has the roles of the run.
type accountBench struct {
	cli           *terraformcli.CLI
	folder        string
	server        *emulator.Server
	tokenRequests *atomic.Int32
}

func (r accountRun) prepare(t *testing.T, workspace *terraformcli.Workspace, cli *terraformcli.CLI) accountBench {
	t.Helper()
	folder, err := workspace.Folder(r.example)
	if err != nil {
		t.Fatal(err)
	}
	if err := terraformcli.CopyConfiguration(filepath.Join(examples, manyAccounts, r.example), folder); err != nil {
		t.Fatal(err)
	}
	bench := accountBench{
		folder: folder, server: startServer(t, filepath.Join(folder, "main.tf")), tokenRequests: new(atomic.Int32),
	}
	bench.addRoles(t, r.roles)
	platform := trusts[r.platform][0]
	for _, number := range r.providers {
		bench.server.AddOIDCProvider(number, platform.issuer, platform.clients...)
	}
	issuer, err := bench.server.NewIssuer(platform.issuer)
	if err != nil {
		t.Fatal(err)
	}
	token, err := issuer.Mint(platform.admits[0])
	if err != nil {
		t.Fatal(err)
	}
	variables := gitHubVariables(answering(t, "value", token, bench.tokenRequests))
	if r.platform != "github-actions" {
		variables = platforms[r.platform](t, token)
	}
	// The emulator has the Region of the aws providers. Signed calls must be for it.
	variables = append(variables, "AWS_ENDPOINT_URL_STS="+bench.server.URL(), "AWS_REGION=eu-central-1")
	bench.cli = cli.With(variables...)
	if _, err := bench.cli.Run(t.Context(), folder, "init", "-no-color"); err != nil {
		t.Fatal(terraformcli.WithOutput(err))
	}
	return bench
}

func (b accountBench) addRoles(t *testing.T, roles []emulator.Role) {
	t.Helper()
	for _, role := range roles {
		if err := b.server.AddRole(role); err != nil {
			t.Fatal(err)
		}
	}
}

// replace changes the configuration.
func (b accountBench) replace(t *testing.T, before, after string) {
	t.Helper()
	path := filepath.Join(b.folder, "main.tf")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), before) {
		t.Fatalf("the configuration doesn't have %q", before)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), before, after, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// wantOutputs compares the values of the outputs.
func (b accountBench) wantOutputs(t *testing.T, want map[string]any) {
	t.Helper()
	text, err := b.cli.Run(t.Context(), b.folder, "output", "-json")
	if err != nil {
		t.Fatal(terraformcli.WithOutput(err))
	}
	var outputs map[string]struct{ Value any }
	if err := json.Unmarshal([]byte(text), &outputs); err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	for name, output := range outputs {
		got[name] = output.Value
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the outputs are %v, want %v", got, want)
	}
}

// wantFailure wants a plan that fails with a text, which the CLI might have wrapped.
func (b accountBench) wantFailure(t *testing.T, want string) {
	t.Helper()
	_, err := b.cli.Run(t.Context(), b.folder, "plan", "-no-color")
	failure, ok := errors.AsType[*terraformcli.CommandError](err)
	if !ok {
		t.Fatalf("the plan ended with %v, want a failure", err)
	}
	words := strings.Fields(strings.ReplaceAll(failure.Output, "│", " "))
	if !strings.Contains(strings.Join(words, " "), want) {
		t.Errorf("the output doesn't have %q:\n%s", want, failure.Output)
	}
}

// wantCalls compares the number of requests, and has the run check the first exchange and the first hop.
func (r accountRun) wantCalls(t *testing.T, bench accountBench) {
	t.Helper()
	calls := map[string][]emulator.Request{}
	for _, request := range bench.server.Requests() {
		calls[request.Action] = append(calls[request.Action], request)
	}
	opened := 2
	if bench.cli.Product == "OpenTofu" {
		opened = 1 // it opens nothing in an apply that changes no resource
	}
	exchanges, hops := calls["AssumeRoleWithWebIdentity"], calls["AssumeRole"]
	if len(exchanges) != opened*r.exchanges || len(hops) != opened*r.hops {
		t.Fatalf(
			"%d exchanges and %d hops, want %d and %d",
			len(exchanges),
			len(hops),
			opened*r.exchanges,
			opened*r.hops,
		)
	}
	if got := int(bench.tokenRequests.Load()); got != opened*r.tokenRequests {
		t.Errorf("%d requests for a token, want %d", got, opened*r.tokenRequests)
	}
	if r.check != nil {
		r.check(t, exchanges[0], hops[0])
	}
}
