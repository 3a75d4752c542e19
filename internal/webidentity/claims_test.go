package webidentity_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// token puts a JWT together from its parts in clear. Its signature is of the right form only.
func token(header, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

func TestDecode(t *testing.T) {
	for name, test := range map[string]struct {
		token string
		want  webidentity.Claims
	}{
		"every claim": {
			token(
				`{"alg":"ES256","kid":"k1"}`,
				`{"iss":"https://issuer.example","sub":"s","aud":["a","b"],"azp":"p","iat":1700000000,"nbf":1700000001,"exp":1700000300}`,
			),
			webidentity.Claims{
				Algorithm: "ES256", KeyID: "k1", Issuer: "https://issuer.example", Subject: "s",
				Audience: []string{"a", "b"}, AuthorizedParty: "p",
				IssuedAt: time.Unix(1700000000, 0).UTC(), NotBefore: time.Unix(1700000001, 0).UTC(),
				Expiration: time.Unix(1700000300, 0).UTC(),
			},
		},
		"a single audience": {token(`{}`, `{"aud":"a"}`), webidentity.Claims{Audience: []string{"a"}}},
		"no claims at all":  {token(`{}`, `{}`), webidentity.Claims{}},
		"claims of other types are left out": {
			token(`{"alg":7,"kid":null}`, `{"iss":1,"sub":[],"aud":{"a":1},"azp":true,"iat":"1","nbf":null,"exp":{}}`),
			webidentity.Claims{},
		},
		"an audience of mixed types keeps its strings": {
			token(`{}`, `{"aud":["a",1,null]}`), webidentity.Claims{Audience: []string{"a"}},
		},
		"a time that no calendar has": {
			token(`{}`, `{"exp":1e300,"iat":-1e300}`), webidentity.Claims{},
		},
		"a time with a fraction": {
			token(`{}`, `{"exp":1700000000.9}`), webidentity.Claims{Expiration: time.Unix(1700000000, 0).UTC()},
		},
		"alg none without a signature": {
			strings.TrimSuffix(
				token(`{"alg":"none"}`, `{"sub":"s"}`), base64.RawURLEncoding.EncodeToString([]byte("signature")),
			),
			webidentity.Claims{Algorithm: "none", Subject: "s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := webidentity.Decode(test.token)
			if err != nil {
				t.Fatal(err)
			}
			got.All = nil // TestDecodeKeepsEveryClaim's
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestDecodeKeepsEveryClaim(t *testing.T) {
	got, err := webidentity.Decode(token(`{}`, `{"run_id":12345678901234567890,"groups":["a",null,{"b":true}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"run_id": json.Number("12345678901234567890"),
		"groups": []any{"a", nil, map[string]any{"b": true}},
	}
	if !reflect.DeepEqual(got.All, want) {
		t.Errorf("got %v", got.All)
	}
}

func TestDecodeRefusesWhatIsNoJWT(t *testing.T) {
	for name, value := range map[string]string{
		"nothing":                         "",
		"an opaque token":                 "ya29.a0AfH6SMBx",
		"a private key":                   "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
		"two parts":                       strings.Join(strings.Split(token(`{}`, `{}`), ".")[:2], "."),
		"an encrypted token of five":      token(`{}`, `{}`) + ".a.b",
		"a header that is an array":       token(`[]`, `{}`),
		"claims that are null":            token(`{}`, `null`),
		"a line's end inside":             token(`{}`, `{}`)[:6] + "\n" + token(`{}`, `{}`)[6:],
		"padding":                         token(`{}`, `{}`) + "==",
		"three words":                     "one.two.three",
		"a key file with dots in place":   "aws_access_key_id.aws_secret.x",
		"something after the JSON object": token(`{}{}`, `{}`),
	} {
		if _, err := webidentity.Decode(value); !errors.Is(err, webidentity.ErrNotJWT) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(token(`{"alg":"RS256"}`, `{"aud":["a",{"b":[null]}],"exp":1e999}`))
	f.Add("..")
	f.Add(token("\x00", `{"sub":"\u0000\u001b[31m"}`))
	f.Fuzz(func(t *testing.T, value string) {
		claims, err := webidentity.Decode(value)
		if err != nil && !reflect.DeepEqual(claims, webidentity.Claims{}) {
			t.Errorf("claims beside an error: %+v", claims)
		}
		for _, instant := range []time.Time{claims.IssuedAt, claims.NotBefore, claims.Expiration} {
			if _, err := instant.MarshalText(); err != nil {
				t.Errorf("a time that RFC 3339 can't write: %v", err)
			}
		}
	})
}
