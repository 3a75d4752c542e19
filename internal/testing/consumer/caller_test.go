package consumer

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func TestIdentity_FailsWithoutSecrets(t *testing.T) {
	testenv.Isolate(t)
	refusing := startRefusingSTS(t)
	accepting := startSTS(t).url
	static := arguments{accessKey: accessKey, secretKey: secretKey, token: sessionToken, region: "us-east-2"}

	cases := map[string]struct {
		args func(arguments) arguments
		want string
	}{
		"STS refuses and quotes the session token": {
			func(a arguments) arguments { a.stsEndpoint = refusing; return a },
			"SignatureDoesNotMatch: The Canonical String should have been x-amz-security-token:(redacted)",
		},
		"an account that isn't allowed": {
			func(a arguments) arguments {
				a.stsEndpoint, a.allowedAccountIDs = accepting, []string{"210987654321"}
				return a
			},
			"The credentials belong to account 123456789012, which allowed_account_ids doesn't have.",
		},
		"an access key without its secret": {
			func(a arguments) arguments { a.secretKey = ""; return a },
			"No credentials: access_key and secret_key must both be set.",
		},
		"a secret without its access key": {
			func(a arguments) arguments { a.accessKey = ""; return a },
			"No credentials: access_key and secret_key must both be set.",
		},
		"arguments not known yet": {
			func(arguments) arguments { return arguments{unknown: []string{"secret_key", "token"}} },
			"These arguments of the provider block aren't known yet: secret_key, token.",
		},
		"no credentials at all": {
			func(arguments) arguments { return arguments{region: "us-east-2"} },
			"access disabled to EC2 IMDS",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			wantFailure(t, c.args(static), c.want)
		})
	}
}

func TestIdentity_CredentialProcessFailsWithoutSecrets(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are a POSIX shell's")
	}
	testenv.Isolate(t)
	cases := map[string]struct {
		command, want string
	}{
		"exits with an error": {
			"exit 3",
			"No credentials: the profile's credential_process ended with exit status 3.",
		},
		"prints a secret that isn't JSON": {
			"echo " + secretKey,
			"No credentials: the profile's credential_process printed no credentials of version 1, or couldn't be run.",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			file := testenv.WriteFile(t, "config", "[profile deploy]\ncredential_process = "+c.command+"\n")
			wantFailure(t, arguments{region: "us-east-2", profile: "deploy", sharedConfigFiles: []string{file}}, c.want)
		})
	}
}

func TestNewCaller_ProfileThatNoFileHas(t *testing.T) {
	testenv.Isolate(t)
	_, err := newCaller(t.Context(), arguments{profile: "deploy"})
	if err == nil || err.Error() != "failed to get shared config profile, deploy" {
		t.Errorf("error is %v, want one that names the profile", err)
	}
}

func TestArguments_FormatWithoutSecrets(t *testing.T) {
	args := arguments{secretKey: secretKey, token: sessionToken}
	for _, verb := range []string{"%s", "%v", "%+v", "%#v"} {
		if text := fmt.Sprintf(verb, args); text != "arguments(redacted)" {
			t.Errorf("%s prints %q", verb, text)
		}
	}
}

func wantFailure(t *testing.T, args arguments, want string) {
	t.Helper()
	caller, err := newCaller(t.Context(), args)
	if err != nil {
		t.Fatal(err)
	}
	_, err = caller.identity(t.Context())
	if err == nil {
		t.Fatalf("no error, want %q", want)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("error is %q, want %q in it", err, want)
	}
	for _, secret := range []string{secretKey, sessionToken} {
		if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), secret) {
			t.Errorf("error %q has %q in it", err, secret)
		}
	}
}
