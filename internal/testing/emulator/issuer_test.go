package emulator_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulatortest"
)

// trusting is an emulator with an issuer of that name, trusted with the subject
// and the audience of the fixture.
func trusting(t *testing.T, issuerURL string) *fixture {
	t.Helper()
	f := &fixture{Server: emulatortest.Start(t, emulator.Options{})}
	issuer, err := f.NewIssuer(issuerURL)
	if err != nil {
		t.Fatal(err)
	}
	f.issuer = issuer
	f.AddOIDCProvider(account, issuer.URL(), audience)
	f.addRole(t, emulator.Role{ARN: roleARN, TrustPolicy: f.trust("StringEquals", subject)})
	return f
}

func TestNamedIssuers(t *testing.T) {
	t.Parallel()
	for name, issuer := range map[string]string{
		"a host":             namedIssuer,
		"a slash at the end": "https://tenant.auth0.com/",
		"a path":             "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := trusting(t, issuer)
			if got := aws.ToString(mustAssume(t, f.Server, f.mint(t, emulator.Token{})).Provider); got != issuer {
				t.Errorf("provider %q, want %q", got, issuer)
			}
		})
	}
}

func TestIssuerNames(t *testing.T) {
	t.Parallel()
	server := emulatortest.Start(t, emulator.Options{})
	if _, err := server.NewIssuer(namedIssuer); err != nil {
		t.Fatal(err)
	}
	for name, issuer := range map[string]string{
		"no URL":                     "issuer",
		"another scheme":             "ftp://example.com",
		"the same again":             namedIssuer,
		"the same again but a slash": namedIssuer + "/",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := server.NewIssuer(issuer); err == nil {
				t.Error("want an error")
			}
		})
	}
}

// TestProviderDiffersBySlash: the account's provider and the token agree, but
// the issuer calls itself otherwise.
func TestProviderDiffersBySlash(t *testing.T) {
	t.Parallel()
	f := trusting(t, namedIssuer)
	f.AddOIDCProvider(account, namedIssuer+"/", audience)
	_, err := assume(f.Server, f.mint(t, claims("iss", namedIssuer+"/")))
	wantRefusal(t, err, 400, "InvalidIdentityToken", "Couldn't retrieve verification key")
}

func TestNothingIsFetchedBeyondLoopback(t *testing.T) {
	t.Parallel()
	f := trusting(t, namedIssuer)
	for _, issuer := range []string{"https://192.0.2.1", "http://localhost.invalid", "https://example.com"} {
		f.AddOIDCProvider(account, issuer, audience)
		_, err := assume(f.Server, f.mint(t, claims("iss", issuer)))
		wantRefusal(t, err, 400, "IDPCommunicationError", "could not be reached")
	}
}

func TestIssuersThatFail(t *testing.T) {
	t.Parallel()
	f := trusting(t, namedIssuer)
	const noKey = "Couldn't retrieve verification key from your identity provider"
	token := f.mint(t, emulator.Token{})
	steps := []struct {
		name          string
		change        func()
		code, message string
	}{
		{
			name: "drops connections", change: func() { f.issuer.SetUnavailable(true) },
			code: "IDPCommunicationError", message: "could not be reached",
		},
		{name: "recovers", change: func() { f.issuer.SetUnavailable(false) }},
		{
			name: "has no keys", change: func() { f.issuer.SetKeysUnavailable(true) }, code: "InvalidIdentityToken",
			message: noKey,
		},
		{name: "has keys again", change: func() { f.issuer.SetKeysUnavailable(false) }},
		{
			name: "is another issuer", change: func() { f.issuer.SetDiscoveryIssuer("https://example.com") },
			code: "InvalidIdentityToken", message: noKey,
		},
		{name: "is itself again", change: func() { f.issuer.SetDiscoveryIssuer("") }},
		{
			name: "has other keys",
			change: func() {
				if err := f.issuer.RotateKeys(); err != nil {
					t.Fatal(err)
				}
			},
			code: "InvalidIdentityToken", message: noKey,
		},
		{name: "signs with its new keys", change: func() { token = f.mint(t, emulator.Token{}) }},
	}
	for _, step := range steps {
		step.change()
		_, err := assume(f.Server, token)
		if step.code != "" {
			wantRefusal(t, err, 400, step.code, step.message)
		} else if err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
	}
}

// TestGoogleIsBuiltIn: no OIDC provider, and aud and azp swap their keys.
func TestGoogleIsBuiltIn(t *testing.T) {
	t.Parallel()
	const google = "https://accounts.google.com"
	f := &fixture{Server: emulatortest.Start(t, emulator.Options{})}
	issuer, err := f.NewIssuer(google)
	if err != nil {
		t.Fatal(err)
	}
	f.issuer = issuer
	token := f.mint(t, emulator.Token{Audience: []string{"ours"}, Claims: map[string]any{"azp": "1234"}})
	for name, test := range map[string]struct {
		equals  map[string]string
		allowed bool
	}{
		"aud is azp":     {map[string]string{"aud": "1234"}, true},
		"oaud is aud":    {map[string]string{"oaud": "ours"}, true},
		"aud isn't aud":  {map[string]string{"aud": "ours"}, false},
		"oaud isn't azp": {map[string]string{"oaud": "1234"}, false},
		"sub":            {map[string]string{"sub": subject}, true},
	} {
		t.Run(name, func(t *testing.T) {
			f.addRole(
				t,
				emulator.Role{ARN: roleARN, TrustPolicy: emulator.TrustPolicy(account, google, test.equals, nil)},
			)
			output, err := assume(f.Server, token)
			if !test.allowed {
				wantRefusal(t, err, 403, "AccessDenied", "Not authorized")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if aws.ToString(output.Provider) != "accounts.google.com" || aws.ToString(output.Audience) != "1234" {
				t.Errorf("provider %q, audience %q", *output.Provider, *output.Audience)
			}
		})
	}
}

func TestMintRefusesUnknownAlgorithms(t *testing.T) {
	t.Parallel()
	f := trusting(t, namedIssuer)
	for _, algorithm := range []string{"PS256", "rs256", "EdDSA"} {
		if _, err := f.issuer.Mint(emulator.Token{Algorithm: algorithm}); err == nil {
			t.Errorf("%s: want an error", algorithm)
		}
	}
}
