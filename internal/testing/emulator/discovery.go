package emulator

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

const (
	// fetchTimeout is how long AWS has been seen to wait for an issuer.
	fetchTimeout = 5 * time.Second
	// maxDocumentBytes bounds an issuer's documents.
	maxDocumentBytes = 256 << 10
)

// newFetcher is the client that gets issuers' documents. It never leaves
// loopback: no proxy, no redirect, no other address. Connections aren't kept,
// so that Close has none to wait for.
func newFetcher(config *tls.Config) *http.Client {
	dialer := &net.Dialer{Timeout: fetchTimeout}
	return &http.Client{
		Timeout: fetchTimeout,
		Transport: &http.Transport{
			TLSClientConfig:   config,
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				host, _, err := net.SplitHostPort(address)
				if err != nil {
					return nil, err
				}
				if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
					return nil, fmt.Errorf("%s isn't on loopback", host)
				}
				return dialer.DialContext(ctx, network, address)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func idpCommunicationError() *refusal {
	return badRequest("IDPCommunicationError", "The request could not be fulfilled because the identity provider"+
		" that was asked to verify the incoming identity token could not be reached.")
}

// noVerificationKey has two spaces, as AWS's has.
func noVerificationKey() *refusal {
	return invalidIdentityToken("Couldn't retrieve verification key from your identity provider," +
		"  please reference AssumeRoleWithWebIdentity documentation for requirements")
}

// verificationKey fetches the issuer's discovery document and keys, each time
// again, and finds the key that the token names. What AWS says of a discovery
// document that names another issuer isn't known; it is refused as if it had no
// keys.
func (s *Server) verificationKey(ctx context.Context, issuer, keyID string) (*jose.JSONWebKey, *refusal) {
	var discovery discoveryDocument
	if refused := s.fetch(ctx, s.location(issuer)+discoveryPath, &discovery); refused != nil {
		return nil, refused
	}
	if discovery.Issuer != issuer {
		return nil, noVerificationKey()
	}
	var keys jose.JSONWebKeySet
	if refused := s.fetch(ctx, discovery.JWKSURI, &keys); refused != nil {
		return nil, refused
	}
	matches := keys.Key(keyID)
	if keyID == "" || len(matches) != 1 || !matches[0].Valid() || !matches[0].IsPublic() {
		return nil, noVerificationKey()
	}
	return &matches[0], nil
}

// location is where the documents of an issuer really are: at one of this
// server's, or where its name says.
func (s *Server) location(issuer string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	location := issuerLocation(issuer)
	if named := s.issuersByName[location]; named != nil {
		return named.base
	}
	return location
}

func (s *Server) fetch(ctx context.Context, address string, document any) *refusal {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return noVerificationKey()
	}
	response, err := s.fetcher.Do(request)
	if err != nil {
		var failure *url.Error
		if errors.As(err, &failure) && failure.Timeout() {
			return noVerificationKey()
		}
		return idpCommunicationError()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxDocumentBytes))
	if err != nil || response.StatusCode != http.StatusOK || json.Unmarshal(body, document) != nil {
		return noVerificationKey()
	}
	return nil
}
