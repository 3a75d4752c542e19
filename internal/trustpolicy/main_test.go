package trustpolicy_test

import (
	"encoding/base64"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// jwt is a token with these claims. Its signature only has the right form.
func jwt(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}
