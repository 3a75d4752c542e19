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

// DefaultAudience is the audience that AWS's documentation recommends. It is the default for platforms with a choice.
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

	// Client reaches the services that a platform names by URL. Deadlines come from the context. No redirect is
	// followed, even if the client would. If it is nil, a client uses the environment's proxies.
	Client *http.Client

	// Dial connects to a metadata service, which is never reached through a proxy. A plain dialer when nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// connectTimeout bounds a connection to a metadata service. Such a service is on the same machine or close to it. If
// there is none, the network often drops the packets.
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

// named is the client for a host that the platform's variables name.
func (r Requester) named() *http.Client {
	if r.Client == nil {
		return plainClient()
	}
	return r.Client
}

// metadata makes a client without a proxy, because a proxy would get a token for its own machine. The client is for one
// token, so it keeps no connection.
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
