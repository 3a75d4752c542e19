package command_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/command"
	"github.com/webidentity/terraform-provider-sts/internal/testing/clitest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func TestMain(m *testing.M) {
	if err := testenv.IsolateProcess(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	testenv.Main(m, clitest.RemoveBuilt)
}

const (
	hubARN   = "arn:aws:iam::111122223333:role/ci/hub"
	spokeARN = "arn:aws:iam::444455556666:role/deploy"
	farARN   = "arn:aws:iam::777788889999:role/audit"
	audience = "sts.example.com"
)

// fixture is an emulator with a role that trusts a token, a role behind it, and one behind that.
type fixture struct {
	*emulator.Server
	token string
	file  string // has the token
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	server := emulatortest.Start(t, emulator.Options{})
	issuer, err := server.NewIssuer("")
	if err != nil {
		t.Fatal(err)
	}
	server.AddOIDCProvider("111122223333", issuer.URL(), audience)
	further := []string{"sts:TagSession", "sts:SetSourceIdentity"}
	all := emulator.AssumeRolePermissions("arn:aws:iam::*:role/*", further...)
	for _, role := range []emulator.Role{
		{
			ARN: hubARN, Permissions: all,
			TrustPolicy: emulator.TrustPolicy(
				"111122223333", issuer.URL(), map[string]string{"sub": "job"}, nil, further...,
			),
		},
		{
			ARN: spokeARN, Permissions: all,
			TrustPolicy: emulator.ChainTrustPolicy(hubARN, map[string]map[string]string{
				"StringEquals": {"sts:ExternalId": "acme-4711"},
			}, further...),
		},
		{ARN: farARN, TrustPolicy: emulator.ChainTrustPolicy(spokeARN, nil, further...)},
	} {
		if err := server.AddRole(role); err != nil {
			t.Fatal(err)
		}
	}
	token, err := issuer.Mint(emulator.Token{Subject: "job", Audience: []string{audience}})
	if err != nil {
		t.Fatal(err)
	}
	return fixture{server, token, testenv.WriteFile(t, "token", token)}
}

// ran is what a command did.
type ran struct {
	status         int
	stdout, stderr string
}

// run runs a command with the variables of an environment.
func run(ctx context.Context, environment map[string]string, arguments ...string) ran {
	var stdout, stderr bytes.Buffer
	status := command.Run(ctx, arguments[0], arguments[1:], command.Process{
		Version: "1.2.3",
		Getenv:  func(name string) string { return environment[name] },
		Stdout:  &stdout,
		Stderr:  &stderr,
	})
	return ran{status, stdout.String(), stderr.String()}
}

// inOneLine is a text without its line breaks.
func inOneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
