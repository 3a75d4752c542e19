package emulator

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// DefaultTokenLifetime is how long a token lives whose Token doesn't say:
// GitHub's live about as long.
const DefaultTokenLifetime = 5 * time.Minute

// Token is what Issuer.Mint puts into an ID token.
type Token struct {
	// Subject is the claim sub.
	Subject string
	// Audience is the claim aud: a string when there is one, an array when there
	// are several, absent when there are none.
	Audience []string
	// Lifetime is the time from now to exp. 0: DefaultTokenLifetime. Negative: it
	// expired that long ago. Note that STS takes tokens up to five minutes past
	// their exp.
	Lifetime time.Duration
	// Algorithm is the header's alg: RS256, RS384, RS512, ES256, ES384 or ES512,
	// and two that STS must refuse, none and HS256 (whose key is then the
	// issuer's public one, as in the well-known attack). Empty: RS256.
	Algorithm string
	// Claims are added to those above and to iss, iat, nbf, exp and jti, or
	// replace them. A nil value removes the claim.
	Claims map[string]any
	// ForeignKey signs with a key that the issuer doesn't publish, under the ID
	// of one that it does.
	ForeignKey bool
	// KeyID replaces the header's kid.
	KeyID string
}

// Mint makes a token as the issuer would. The error is for an unknown algorithm
// or a claim that JSON can't hold.
func (i *Issuer) Mint(token Token) (string, error) {
	claims, err := json.Marshal(i.claims(token))
	if err != nil {
		return "", fmt.Errorf("encoding the token's claims: %w", err)
	}
	algorithm := token.Algorithm
	if algorithm == "" {
		algorithm = string(jose.RS256)
	}
	switch algorithm {
	case "none":
		return i.mintUnsigned(token, claims)
	case string(jose.HS256):
		return i.mintSymmetric(token, claims)
	}
	family, ok := familyOf[jose.SignatureAlgorithm(algorithm)]
	if !ok {
		return "", fmt.Errorf("algorithm %q: want none, HS256 or one of %v", algorithm, signingAlgorithms)
	}
	i.mu.Lock()
	key := i.keys[family]
	i.mu.Unlock()
	if token.ForeignKey {
		foreign, err := foreignKeys()
		if err != nil {
			return "", err
		}
		key.Key = foreign[family].Key
	}
	if token.KeyID != "" {
		key.KeyID = token.KeyID
	}
	return sign(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(algorithm), Key: key}, claims)
}

func (i *Issuer) claims(token Token) map[string]any {
	now := i.server.clock()
	lifetime := token.Lifetime
	if lifetime == 0 {
		lifetime = DefaultTokenLifetime
	}
	issued := now
	if lifetime < 0 {
		// It was valid once: a token isn't issued after its end.
		issued = now.Add(lifetime - DefaultTokenLifetime)
	}
	claims := map[string]any{
		"iss": i.name,
		"sub": token.Subject,
		"iat": issued.Unix(),
		"nbf": issued.Unix(),
		"exp": now.Add(lifetime).Unix(),
		"jti": newRequestID(),
	}
	switch len(token.Audience) {
	case 0:
	case 1:
		claims["aud"] = token.Audience[0]
	default:
		claims["aud"] = slices.Clone(token.Audience)
	}
	for name, value := range token.Claims {
		if value == nil {
			delete(claims, name)
			continue
		}
		claims[name] = value
	}
	return claims
}

func sign(key jose.SigningKey, claims []byte) (string, error) {
	signer, err := jose.NewSigner(key, new(jose.SignerOptions).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("preparing to sign the token: %w", err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", fmt.Errorf("signing the token: %w", err)
	}
	return signed.CompactSerialize()
}

// publicRSA is the issuer's RSA key and the key ID that a token is to have.
func (i *Issuer) publicRSA(token Token) (*rsa.PublicKey, string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	published := i.keys[familyRSA]
	keyID := token.KeyID
	if keyID == "" {
		keyID = published.KeyID
	}
	key, _ := published.Key.(*rsa.PrivateKey) // the keys of familyRSA are
	return &key.PublicKey, keyID
}

// mintUnsigned makes a token with the algorithm none, by hand, as go-jose
// rightly won't.
func (i *Issuer) mintUnsigned(token Token, claims []byte) (string, error) {
	_, keyID := i.publicRSA(token)
	header, err := json.Marshal(map[string]string{"alg": "none", "kid": keyID, "typ": "JWT"})
	if err != nil {
		return "", fmt.Errorf("encoding the token's header: %w", err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode(header) + "." + encode(claims) + ".", nil
}

// mintSymmetric uses a public key as if it were a shared secret. A verifier that
// trusts the header's alg is taken in by it.
func (i *Issuer) mintSymmetric(token Token, claims []byte) (string, error) {
	public, keyID := i.publicRSA(token)
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("encoding the public key: %w", err)
	}
	secret := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	key := jose.JSONWebKey{Key: secret, KeyID: keyID}
	return sign(jose.SigningKey{Algorithm: jose.HS256, Key: key}, claims)
}
