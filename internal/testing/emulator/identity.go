package emulator

import (
	"context"
	"slices"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// expiryLeeway is how long past its exp a token is still taken, and how far in
// the future its iat and nbf may be.
const expiryLeeway = 5 * time.Minute

// identity is who a token says its bearer is, once the token has been verified.
type identity struct {
	// provider, subject and audience are the answer's elements of those names.
	provider, subject, audience string
	// request is what the trust policy is compared with.
	request trustpolicy.Request
	// session is what else the token asks for.
	session sessionClaims
}

// builtInProviders are the issuers that trust policies name by their host, with
// no IAM OIDC provider.
var builtInProviders = map[string]string{
	"https://accounts.google.com":            googleProvider,
	"accounts.google.com":                    googleProvider,
	"https://cognito-identity.amazonaws.com": "cognito-identity.amazonaws.com",
}

const googleProvider = "accounts.google.com"

const messageNotJWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"

// identify verifies the token, in AWS's order as far as it can be inferred: that
// a claim is missing is said even of a token whose issuer has no provider.
func (s *Server) identify(
	ctx context.Context,
	p *assumeParameters,
	account roleARN,
	now time.Time,
) (*identity, *refusal) {
	if p.providerID != nil {
		return s.identifyAccessToken(*p.providerID, p.token, account)
	}
	if strings.TrimSpace(p.token) != p.token {
		return nil, notLoginWithAmazon()
	}
	token, err := parseIDToken(p.token)
	if err != nil {
		return nil, invalidIdentityToken(messageNotJWT)
	}
	if !slices.Contains(signingAlgorithms, jose.SignatureAlgorithm(token.algorithm)) {
		// AWS's wording isn't known.
		return nil, invalidIdentityToken("The ID Token provided is signed with an unsupported algorithm")
	}
	if claim := token.missingClaim(); claim != "" {
		return nil, invalidIdentityToken("Missing a required claim: %s", claim)
	}
	issuer := token.text("iss")
	builtIn := builtInProviders[issuer]
	clientIDs, registered := s.clientIDs(account.account, issuer)
	if builtIn == "" && !registered {
		return nil, invalidIdentityToken("No OpenIDConnect provider found in your account for %s", issuer)
	}
	if refused := s.verify(ctx, token); refused != nil {
		return nil, refused
	}
	if refused := checkTimes(token, now); refused != nil {
		return nil, refused
	}
	if builtIn != "" {
		return builtInIdentity(token, account, builtIn)
	}
	return federatedIdentity(token, account, clientIDs)
}

func (s *Server) clientIDs(account, issuer string) (clientIDs []string, registered bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clientIDs, registered = s.oidcProviders[oidcProvider{account, issuer}]
	return clientIDs, registered
}

// verify checks the signature. AWS's wording of a wrong one isn't known.
func (s *Server) verify(ctx context.Context, token *idToken) *refusal {
	key, refused := s.verificationKey(ctx, token.text("iss"), token.keyID)
	if refused != nil {
		return refused
	}
	signed, err := jose.ParseSignedCompact(token.raw, signingAlgorithms)
	if err != nil {
		return invalidIdentityToken(messageNotJWT)
	}
	if _, err := signed.Verify(key); err != nil {
		return invalidIdentityToken("The ID Token provided has an invalid signature")
	}
	return nil
}

// checkTimes has AWS's wording of an expired token, where a space is missing. Its
// wording of times that aren't integers, or lie in the future, isn't known.
func checkTimes(token *idToken, now time.Time) *refusal {
	expires, ok := token.time("exp")
	if !ok {
		return invalidIdentityToken("The claim exp must be an integer")
	}
	for _, claim := range []string{"iat", "nbf"} {
		if token.claims[claim] == nil {
			continue // nbf is optional
		}
		begins, ok := token.time(claim)
		if !ok {
			return invalidIdentityToken("The claim %s must be an integer", claim)
		}
		if time.Unix(begins, 0).After(now.Add(expiryLeeway)) {
			return invalidIdentityToken("The claim %s is in the future", claim)
		}
	}
	if now.After(time.Unix(expires, 0).Add(expiryLeeway)) {
		return badRequest("ExpiredTokenException",
			"Token expired: current date/time %d must be before the expiration date/time%d", now.Unix(), expires)
	}
	return nil
}

// federatedIdentity is that of an issuer with an IAM OIDC provider. A token with
// azp is held against that, not aud.
func federatedIdentity(token *idToken, account roleARN, clientIDs []string) (*identity, *refusal) {
	audiences := token.texts("aud")
	if party := token.text("azp"); party != "" {
		audiences = []string{party}
	}
	match := slices.IndexFunc(audiences, func(audience string) bool { return slices.Contains(clientIDs, audience) })
	if match < 0 {
		return nil, invalidIdentityToken("Incorrect token audience")
	}
	issuer := token.text("iss")
	return newIdentity(token, account, withoutScheme(issuer), identity{provider: issuer, audience: audiences[match]})
}

// builtInIdentity is that of an issuer that IAM knows by itself: the trust policy
// alone says which audiences are good.
func builtInIdentity(token *idToken, account roleARN, host string) (*identity, *refusal) {
	audience := token.texts("aud")[0]
	if party := token.text("azp"); host == googleProvider && party != "" {
		audience = party
	}
	return newIdentity(token, account, host, identity{provider: host, audience: audience})
}

// newIdentity fills in what comes from the token's claims. The condition key aud
// is the one audience that was chosen.
func newIdentity(token *idToken, account roleARN, issuer string, who identity) (*identity, *refusal) {
	session, refused := readSessionClaims(token)
	if refused != nil {
		return nil, refused
	}
	who.subject = token.text("sub")
	who.session = session
	who.request = newRequest(trustpolicy.Issuer(issuer), account, token.claims)
	who.request.Keys[issuer+":aud"] = []string{who.audience}
	return &who, nil
}

// newRequest is what a trust policy is compared with.
func newRequest(issuer trustpolicy.Issuer, account roleARN, claims map[string]any) trustpolicy.Request {
	role := trustpolicy.Role{Partition: account.partition, AccountID: account.account}
	return trustpolicy.Request{
		Issuer: issuer, Claims: claims, Role: role,
		Keys: map[string][]string{"aws:FederatedProvider": {issuer.Principal(role)}},
	}
}

func notLoginWithAmazon() *refusal {
	return invalidIdentityToken("Provided Token is not a Login With Amazon token")
}

// identifyAccessToken is for OAuth 2.0 access tokens. What AWS says of another
// provider, and of Facebook's tokens, isn't known.
func (s *Server) identifyAccessToken(providerID, token string, account roleARN) (*identity, *refusal) {
	userKey, ok := map[string]string{"www.amazon.com": "user_id", "graph.facebook.com": "id"}[providerID]
	if !ok {
		return nil, invalidIdentityToken("Unsupported identity provider: %s", providerID)
	}
	s.mu.Lock()
	issued, valid := s.accessTokens[accessTokenKey{providerID, token}]
	s.mu.Unlock()
	if !valid && providerID == "www.amazon.com" {
		return nil, notLoginWithAmazon()
	}
	if !valid {
		return nil, invalidIdentityToken("Provided Token is not a Facebook token")
	}
	claims := map[string]any{"app_id": issued.appID, userKey: issued.userID}
	return &identity{
		provider: providerID, subject: issued.userID, audience: issued.appID,
		request: newRequest(trustpolicy.Issuer(providerID), account, claims),
	}, nil
}
