package provider_test

import (
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// countConnections starts a server that closes every connection. Its address isn't a loopback address to the provider,
// so that calls to it go through a proxy.
func countConnections(t *testing.T) (port string, connections *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	connections = new(atomic.Int32)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = connection.Close()
		}
	}()
	_, port, err = net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, connections
}

// TestMalformedProxyVariable checks with the built provider that a call doesn't go around a proxy whose
// variable is malformed.
func TestMalformedProxyVariable(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := testenv.WriteFile(t, "token", f.token(t, nil))
	for variable, scheme := range map[string]string{"HTTP_PROXY": "http", "HTTPS_PROXY": "https"} {
		port, connections := countConnections(t)
		cli := newCLI(t, providerAt(scheme+"://0.0.0.0:"+port)+
			block(set("role_arn", roleARN(production)), set("web_identity_token_file", token), set("timeout", "5s")))
		cli.CLI = cli.With(variable+"=http://user:hunter2%@proxy.example.com:3128", "AWS_MAX_ATTEMPTS=1")
		output := cli.mustFail(t, "plan", "-no-color")
		if !sentencePattern("The environment variable " + variable + " isn't the URL of a proxy").MatchString(output) {
			t.Errorf("%s: the output is:\n%s", variable, output)
		}
		if strings.Contains(output, "hunter2") {
			t.Errorf("%s: the password is in the output:\n%s", variable, output)
		}
		if direct := connections.Load(); direct > 0 {
			t.Errorf("%s: %d calls went direct", variable, direct)
		}
	}
}
