package testenv

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
)

// Main runs a package's tests behind a proxy that lets nothing through: what isn't for loopback is refused, and its
// host noted. It is for TestMain, since Go reads the proxy's variables once in a process. What is given is called
// afterwards.
func Main(m *testing.M, afterwards ...func() error) {
	if os.Getenv("STS_ACC") != "" { // the run against AWS itself
		os.Exit(m.Run())
	}
	server := httptest.NewServer(refuser)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		if err := os.Setenv(name, server.URL); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		if err := os.Unsetenv(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	code := m.Run()
	server.Close()
	for _, call := range afterwards {
		if err := call(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// Refused gives the hosts, with their ports, that were asked for since it was last called.
func Refused() []string {
	refuser.mutex.Lock()
	defer refuser.mutex.Unlock()
	hosts := refuser.hosts
	refuser.hosts = nil
	return hosts
}

var refuser = &refusingProxy{}

type refusingProxy struct {
	mutex sync.Mutex
	hosts []string
}

// ServeHTTP refuses a request. Its host is where a connection would have gone.
func (p *refusingProxy) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.hosts = append(p.hosts, request.Host)
	http.Error(w, "nothing leaves loopback in a test", http.StatusForbidden)
}
