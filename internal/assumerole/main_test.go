package assumerole_test

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

func TestMain(m *testing.M) {
	if err := testenv.IsolateProcess(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	testenv.Main(m)
}

const (
	account = "111122223333"
	roleARN = "arn:aws:iam::111122223333:role/platform/deploy"
	subject = "repo:example/platform:environment:production"
)

// startSTS starts an emulator in whose account the role trusts the subject, and mints a token for it.
func startSTS(t *testing.T, options emulator.Options) (server *emulator.Server, token string) {
	t.Helper()
	server, mint := startIssuer(t, options)
	return server, mint(emulator.Token{})
}

// startIssuer is startSTS for tests that mint tokens of their own, of that subject and audience.
func startIssuer(t *testing.T, options emulator.Options) (server *emulator.Server, mint func(emulator.Token) string) {
	t.Helper()
	server, issuer := newIssuer(t, options)
	policy := emulator.TrustPolicy(account, issuer.URL(), map[string]string{"sub": subject}, nil)
	if err := server.AddRole(emulator.Role{ARN: roleARN, TrustPolicy: policy}); err != nil {
		t.Fatal(err)
	}
	return server, minter(t, issuer)
}

// newIssuer starts an emulator with an issuer that the account knows.
func newIssuer(t *testing.T, options emulator.Options) (*emulator.Server, *emulator.Issuer) {
	t.Helper()
	server := emulatortest.Start(t, options)
	issuer, err := server.NewIssuer("")
	if err != nil {
		t.Fatal(err)
	}
	server.AddOIDCProvider(account, issuer.URL(), "sts.example.com")
	return server, issuer
}

// minter mints tokens of the subject and the audience.
func minter(t *testing.T, issuer *emulator.Issuer) func(emulator.Token) string {
	t.Helper()
	return func(token emulator.Token) string {
		token.Subject, token.Audience = subject, []string{"sts.example.com"}
		minted, err := issuer.Mint(token)
		if err != nil {
			t.Error(err)
		}
		return minted
	}
}

// together runs cases at the same time, in the environment of the test as a whole: most of them wait. None of them
// changes it.
func together[V any](t *testing.T, cases map[string]V, test func(*testing.T, V)) {
	t.Helper()
	var all sync.WaitGroup
	for name, value := range cases {
		all.Go(func() { t.Run(name, func(t *testing.T) { test(t, value) }) })
	}
	all.Wait()
}

// newRequest is one that succeeds with startSTS's token.
func newRequest(token string) assumerole.Request {
	return assumerole.Request{
		RoleARN:         roleARN,
		RoleSessionName: "test",
		Token:           webidentity.Inline{Value: secret.New(token)},
		Timeout:         30 * time.Second,
	}
}

// makeExchange makes one exchange with a client of its own.
func makeExchange(t *testing.T, settings assumerole.Settings, request assumerole.Request) (assumerole.Exchange, error) {
	t.Helper()
	client, err := assumerole.NewClient(t.Context(), settings)
	if err != nil {
		return assumerole.Exchange{}, err
	}
	return client.Exchange(t.Context(), request)
}
