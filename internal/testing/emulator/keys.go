package emulator

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"sync"

	jose "github.com/go-jose/go-jose/v4"
)

// rsaKeyBits is the size of an issuer's RSA key.
const rsaKeyBits = 2048

// signingAlgorithms are those that IAM takes.
var signingAlgorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512,
	jose.ES256, jose.ES384, jose.ES512,
}

// keyFamily is the sort of key that an algorithm needs.
type keyFamily string

const (
	familyRSA  keyFamily = "RSA"
	familyP256 keyFamily = "P-256"
	familyP384 keyFamily = "P-384"
	familyP521 keyFamily = "P-521"
)

var familyOf = map[jose.SignatureAlgorithm]keyFamily{
	jose.RS256: familyRSA, jose.RS384: familyRSA, jose.RS512: familyRSA,
	jose.ES256: familyP256, jose.ES384: familyP384, jose.ES512: familyP521,
}

// keySet is one key of each family, with the key ID under which it is published.
type keySet map[keyFamily]jose.JSONWebKey

func newKeySet() (keySet, error) {
	keys := keySet{}
	rsaKey, err := rsa.GenerateKey(rand.Reader, rsaKeyBits)
	if err != nil {
		return nil, fmt.Errorf("making an RSA key: %w", err)
	}
	if err := keys.add(familyRSA, rsaKey); err != nil {
		return nil, err
	}
	curves := map[keyFamily]elliptic.Curve{
		familyP256: elliptic.P256(), familyP384: elliptic.P384(), familyP521: elliptic.P521(),
	}
	for family, curve := range curves {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("making a %s key: %w", family, err)
		}
		if err := keys.add(family, key); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// issuerKeys are the keys of the issuers, by their numbers at their servers. The servers of a process share them,
// because making an RSA key takes its time.
var issuerKeys struct {
	mutex sync.Mutex
	sets  []keySet
}

// keysOfIssuer are the first keys of an issuer with a number, from 0.
func keysOfIssuer(number int) (keySet, error) {
	issuerKeys.mutex.Lock()
	defer issuerKeys.mutex.Unlock()
	for len(issuerKeys.sets) <= number {
		keys, err := newKeySet()
		if err != nil {
			return nil, err
		}
		issuerKeys.sets = append(issuerKeys.sets, keys)
	}
	return issuerKeys.sets[number], nil
}

// add publishes the key under its thumbprint, as many issuers do.
func (k keySet) add(family keyFamily, private any) error {
	key := jose.JSONWebKey{Key: private, Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return fmt.Errorf("naming a %s key: %w", family, err)
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	k[family] = key
	return nil
}

// public is the set as the issuer publishes it.
func (k keySet) public() jose.JSONWebKeySet {
	set := jose.JSONWebKeySet{}
	for _, family := range []keyFamily{familyRSA, familyP256, familyP384, familyP521} {
		key := k[family]
		set.Keys = append(set.Keys, key.Public())
	}
	return set
}

// foreignKeys are keys that no issuer publishes. One set does for all, and
// making an RSA key takes its time.
var foreignKeys = sync.OnceValues(newKeySet)
