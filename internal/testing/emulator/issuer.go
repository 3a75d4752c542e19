package emulator

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

const (
	issuerPathPrefix = "/issuers/"
	discoveryPath    = "/.well-known/openid-configuration"
	keysPath         = "/keys"
)

// Issuer is an OpenID Connect issuer: it mints tokens, and publishes its
// discovery document and its keys on loopback. All its methods may be called
// concurrently.
type Issuer struct {
	server *Server
	// name is what it claims to be: its tokens' iss.
	name string
	// base is where its documents really are.
	base string

	mu              sync.Mutex
	keys            keySet
	discoveryName   string
	unavailable     bool
	keysUnavailable bool
}

// NewIssuer starts an issuer at the server's address. Its name, the iss of its
// tokens, is issuerURL, https://token.actions.githubusercontent.com for one;
// STS then finds its documents on loopback all the same. An empty issuerURL
// names it after its own address. The error is for a name that isn't an http or
// https URL, or that another issuer of this server has but for slashes at the
// end.
func (s *Server) NewIssuer(issuerURL string) (*Issuer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys, err := keysOfIssuer(len(s.issuersByPath))
	if err != nil {
		return nil, err
	}
	path := issuerPathPrefix + strconv.Itoa(len(s.issuersByPath)+1)
	i := &Issuer{server: s, name: issuerURL, base: s.url + path, keys: keys}
	if i.name == "" {
		i.name = i.base
	}
	i.discoveryName = i.name
	parsed, err := url.Parse(i.name)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "https" && parsed.Scheme != "http") {
		return nil, fmt.Errorf("the issuer's name %q isn't an http or https URL", issuerURL)
	}
	location := issuerLocation(i.name)
	if s.issuersByName[location] != nil {
		return nil, fmt.Errorf("there is an issuer %q already", s.issuersByName[location].name)
	}
	s.issuersByName[location] = i
	s.issuersByPath[path] = i
	return i, nil
}

// issuerLocation is what an issuer's name says of where its documents are:
// slashes at the end make no difference to that, though they do to the name.
func issuerLocation(name string) string { return strings.TrimRight(name, "/") }

// URL is the issuer's name: the iss of its tokens.
func (i *Issuer) URL() string { return i.name }

// SetUnavailable has the issuer drop every connection, or makes it well again.
// STS then answers IDPCommunicationError.
func (i *Issuer) SetUnavailable(unavailable bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.unavailable = unavailable
}

// SetKeysUnavailable has the issuer answer requests for its keys with HTTP
// status 503, or makes it well again. STS then answers InvalidIdentityToken,
// "Couldn't retrieve verification key from your identity provider".
func (i *Issuer) SetKeysUnavailable(unavailable bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keysUnavailable = unavailable
}

// SetDiscoveryIssuer has the discovery document name another issuer, which makes
// STS refuse the tokens of this one. An empty name restores the issuer's own.
func (i *Issuer) SetDiscoveryIssuer(name string) {
	if name == "" {
		name = i.name
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.discoveryName = name
}

// RotateKeys replaces all keys. Tokens that were minted before have a key ID
// that isn't published any more.
func (i *Issuer) RotateKeys() error {
	keys, err := newKeySet()
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
	return nil
}

// String names the issuer alone: an Issuer holds private keys.
func (i *Issuer) String() string { return "emulator.Issuer(" + i.name + ")" }

// GoString is String, for %#v.
func (i *Issuer) GoString() string { return i.String() }

// LogValue is String, for structured logs.
func (i *Issuer) LogValue() slog.Value { return slog.StringValue(i.String()) }

// discoveryDocument has what OpenID Connect Discovery requires of an issuer, and
// what IAM reads.
type discoveryDocument struct {
	Issuer        string   `json:"issuer"`
	JWKSURI       string   `json:"jwks_uri"`
	ResponseTypes []string `json:"response_types_supported"`
	SubjectTypes  []string `json:"subject_types_supported"`
	Algorithms    []string `json:"id_token_signing_alg_values_supported"`
	Claims        []string `json:"claims_supported"`
}

func (i *Issuer) discovery() discoveryDocument {
	algorithms := make([]string, len(signingAlgorithms))
	for n, algorithm := range signingAlgorithms {
		algorithms[n] = string(algorithm)
	}
	return discoveryDocument{
		Issuer:        i.discoveryName,
		JWKSURI:       i.base + keysPath,
		ResponseTypes: []string{"id_token"},
		SubjectTypes:  []string{"public", "pairwise"},
		Algorithms:    algorithms,
		Claims:        []string{"sub", "aud", "exp", "iat", "iss", "jti", "nbf"},
	}
}

func (s *Server) serveIssuer(w http.ResponseWriter, r *http.Request) {
	number, document, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, issuerPathPrefix), "/")
	s.mu.Lock()
	issuer := s.issuersByPath[issuerPathPrefix+number]
	s.mu.Unlock()
	document = "/" + document
	if issuer == nil || (document != discoveryPath && document != keysPath) {
		s.reportUnexpected("path %q: no issuer has a document there", r.URL.Path)
		http.NotFound(w, r)
		return
	}
	issuer.serve(w, document)
}

func (i *Issuer) serve(w http.ResponseWriter, path string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.unavailable {
		panic(http.ErrAbortHandler)
	}
	if path == discoveryPath {
		writeJSON(w, i.discovery())
		return
	}
	if i.keysUnavailable {
		http.Error(w, "the keys can't be had at present", http.StatusServiceUnavailable)
		return
	}
	writeJSON(w, i.keys.public())
}

func writeJSON(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", "application/json")
	// A client that has gone away is no concern of the issuer's.
	_ = json.NewEncoder(w).Encode(document)
}
