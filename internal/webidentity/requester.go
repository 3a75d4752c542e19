package webidentity

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// DefaultAudience is the audience that AWS's documentation has people register, and that platforms with a choice are
// asked for when nothing else is said.
const DefaultAudience = "sts.amazonaws.com"

// RequestSource is a source that asks its platform for a token, by one HTTP request. Each mints a new one.
type RequestSource interface {
	Source
	// Key is the same for requests that ask for the same token, and another for all others. It holds no secret.
	Key() string
}

// Requester is how a source reaches its platform. The zero value reads the process's environment and goes through its
// proxies.
type Requester struct {
	Getenv func(string) string // reads an environment variable; os.Getenv when nil

	// Client reaches the services that a platform names by URL. Deadlines come from the context; no redirect is
	// followed, whatever the client's own rule. One through the environment's proxies when nil.
	Client *http.Client

	// Dial connects to a metadata service, which is never reached through a proxy. A plain dialer when nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// connectTimeout bounds a connection to a metadata service. Where there is one, it is on the same machine or next to
// it; where there is none, packets to its address often just vanish.
const connectTimeout = 2 * time.Second

var plainClient = sync.OnceValue(func() *http.Client {
	return transport.NewClient(&http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 10 * time.Second,
		IdleConnTimeout:     30 * time.Second,
	})
})

func (r Requester) env(name string) string {
	if r.Getenv == nil {
		return strings.TrimSpace(os.Getenv(name))
	}
	return strings.TrimSpace(r.Getenv(name))
}

// named gives the client for a host that the platform named.
func (r Requester) named() *http.Client {
	if r.Client == nil {
		return plainClient()
	}
	return r.Client
}

// metadata makes a client that knows no proxy: one would ask for its own identity, not for this machine's. It is for
// one token, so it keeps no connection.
func (r Requester) metadata() *http.Client {
	dial := r.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	return transport.NewClient(&http.Transport{
		Proxy:             nil,
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, connectTimeout)
			defer cancel()
			return dial(ctx, network, address)
		},
	})
}
