package emulator

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultRegion is the Region of a Server whose Options name none.
const DefaultRegion = "us-east-1"

// Options are what Start needs to know. The zero value is useful.
type Options struct {
	// Clock is the time by which tokens are minted and judged, sessions expire
	// and signatures are dated. Nil: time.Now.
	Clock func() time.Time

	// Unexpected is told of every request that no correct client would send: an
	// unknown or repeated parameter, anything in the URL's query, a missing
	// Version, another method or content type, an unknown action or path, an
	// AssumeRoleWithWebIdentity that is signed, and an AssumeRole that isn't. The
	// message holds names, never a token or a secret. It is called from the
	// request's goroutine, so a test may pass a function that calls t.Error, not
	// t.Fatal. Nil: not called. The request is answered all the same, and the
	// function isn't called any more after Close.
	Unexpected func(message string)

	// TLS serves https with a certificate of the emulator's own authority: see
	// Server.CABundle. It is for 127.0.0.1, localhost and the name that AWS's own
	// STS has in the Region, for clients that a proxy brings here in its place.
	TLS bool

	// Region is the one that requests must be signed for; its partition is that
	// of the roles. Empty: DefaultRegion.
	Region string
}

// Server is a running emulator. All its methods may be called concurrently.
type Server struct {
	clock      func() time.Time
	unexpected func(string)
	region     string
	url        string
	caBundle   []byte
	fetcher    *http.Client
	http       *http.Server
	served     chan struct{}
	closed     atomic.Bool

	mu            sync.Mutex
	intercept     func(http.ResponseWriter, *http.Request) bool
	issuersByName map[string]*Issuer
	issuersByPath map[string]*Issuer
	oidcProviders map[oidcProvider][]string
	roles         map[string]*role
	accessTokens  map[accessTokenKey]accessToken
	sessions      map[string]*session
	requests      []*Request
}

// Start listens on a free port of 127.0.0.1 and serves until Close. The error
// is the network's, or that of making a certificate.
func Start(options Options) (*Server, error) {
	s := newServer(options)
	var tlsConfig *tls.Config
	if options.TLS {
		authority, err := newAuthority(time.Now(), s.region)
		if err != nil {
			return nil, fmt.Errorf("making the emulator's certificate: %w", err)
		}
		s.caBundle, tlsConfig = authority.bundle, authority.server
		s.fetcher = newFetcher(authority.client)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening on loopback: %w", err)
	}
	scheme := "http"
	if tlsConfig != nil {
		scheme, listener = "https", tls.NewListener(listener, tlsConfig)
	}
	s.url = (&url.URL{Scheme: scheme, Host: listener.Addr().String()}).String()
	go func() {
		defer close(s.served)
		// Serve ends with http.ErrServerClosed, or because the listener broke,
		// which clients notice by themselves.
		_ = s.http.Serve(listener)
	}()
	return s, nil
}

func newServer(options Options) *Server {
	s := &Server{
		clock:         options.Clock,
		unexpected:    options.Unexpected,
		region:        options.Region,
		fetcher:       newFetcher(nil),
		served:        make(chan struct{}),
		issuersByName: map[string]*Issuer{},
		issuersByPath: map[string]*Issuer{},
		oidcProviders: map[oidcProvider][]string{},
		roles:         map[string]*role{},
		accessTokens:  map[accessTokenKey]accessToken{},
		sessions:      map[string]*session{},
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.region == "" {
		s.region = DefaultRegion
	}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.route),
		ReadHeaderTimeout: 10 * time.Second,
		// A client that distrusts the certificate isn't worth a line on a test's
		// standard error.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return s
}

// Close drops every connection, those with a request under way too, and frees
// the port. It may be called more than once.
func (s *Server) Close() {
	s.closed.Store(true)
	_ = s.http.Close()
	<-s.served
}

// URL is the STS endpoint, without a slash at its end.
func (s *Server) URL() string { return s.url }

// CABundle is the PEM of the authority whose certificate the server shows, or
// nil for a server without TLS.
func (s *Server) CABundle() []byte {
	return append([]byte(nil), s.caBundle...)
}

// Intercept has f see each request to STS, body included, before STS does. When
// f returns true it has answered, and STS doesn't see the request. Throttling,
// outages, proxies and redirects are made with it. Nil removes it. Calls are
// concurrent when requests are. Requests of an Issuer aren't intercepted.
func (s *Server) Intercept(f func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intercept = f
}

// String names the endpoint alone: a Server holds credentials.
func (s *Server) String() string { return "emulator.Server(" + s.url + ")" }

// GoString is String, for %#v.
func (s *Server) GoString() string { return s.String() }

// LogValue is String, for structured logs.
func (s *Server) LogValue() slog.Value { return slog.StringValue(s.String()) }

func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, issuerPathPrefix) {
		s.serveIssuer(w, r)
		return
	}
	s.serveSTS(w, r)
}

func (s *Server) reportUnexpected(format string, args ...any) {
	if s.unexpected != nil && !s.closed.Load() {
		s.unexpected(fmt.Sprintf(format, args...))
	}
}

// partition is that of the server's Region.
func (s *Server) partition() string {
	switch {
	case strings.HasPrefix(s.region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(s.region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}
