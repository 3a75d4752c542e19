package provider_test

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/webidentity/terraform-provider-sts/internal/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/testenv"
)

func TestDecodeWebIdentityToken(t *testing.T) {
	w := newWorld(t)
	token := w.token(t, func(token *emulator.Token) {
		token.Claims = map[string]any{
			"repository": "example/platform", "run_id": 12345678901234567, "iat": 1700000000, "nbf": nil, "exp": 1700000300, "azp": "party",
			"nested": map[string]any{"list": []any{"a", 1, true, nil}}, "empty": []any{},
		}
	})
	var config string
	var checks []statecheck.StateCheck
	for name, test := range map[string]struct {
		expression string
		want       knownvalue.Check
	}{
		"issuer":                  {".issuer", knownvalue.StringExact("https://ci.example.com")},
		"subject":                 {".subject", knownvalue.StringExact(subject)},
		"audience":                {".audience", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact(audience)})},
		"algorithm":               {".algorithm", knownvalue.StringExact("RS256")},
		"key ID":                  {".key_id", knownvalue.NotNull()},
		"authorized party":        {".authorized_party", knownvalue.StringExact("party")},
		"issued at":               {".issued_at", knownvalue.StringExact("2023-11-14T22:13:20Z")},
		"not before, which isn't": {".not_before == null", knownvalue.Bool(true)},
		"expiration":              {".expiration", knownvalue.StringExact("2023-11-14T22:18:20Z")},
		"a claim":                 {".claims.repository", knownvalue.StringExact("example/platform")},
		"a large number":          {".claims.run_id", knownvalue.Int64Exact(12345678901234567)},
		"a nested claim":          {".claims.nested.list[0]", knownvalue.StringExact("a")},
		"a nested null":           {".claims.nested.list[3] == null", knownvalue.Bool(true)},
	} {
		output := "output_" + strconv.Itoa(len(checks))
		expression := fmt.Sprintf("provider::sts::decode_web_identity_token(%q)%s", " "+token+"\n", test.expression)
		config += fmt.Sprintf("output %q {\n  description = %q\n  value = %s\n}\n", output, name, expression)
		checks = append(checks, statecheck.ExpectKnownOutputValue(output, test.want))
	}
	config += "output \"no_token\" {\n  value = provider::sts::decode_web_identity_token(\"some.secret.value\") == null\n}\n"
	checks = append(checks, statecheck.ExpectKnownOutputValue("no_token", knownvalue.Bool(true)))
	runFunction(t, config, checks)
}

// TestDecodeHostileClaims holds that no claims make the function fail, beside whose error Terraform prints the token, or take
// long.
func TestDecodeHostileClaims(t *testing.T) {
	testenv.Isolate(t)
	var config string
	var checks []statecheck.StateCheck
	for claims, test := range map[string]struct {
		path string
		want knownvalue.Check
	}{
		`{"a":1e10000000}`:          {".a", knownvalue.StringExact("1e10000000")},
		`{"a":1e-1000000}`:          {".a", knownvalue.StringExact("1e-1000000")},
		`{"a":-0.0e5}`:              {".a == 0", knownvalue.Bool(true)},
		`{"a":1e300}`:               {".a", knownvalue.StringExact("1e300")},
		`{"a":1e39}`:                {".a > 1e38", knownvalue.Bool(true)},
		`{"a":1e-307}`:              {".a", knownvalue.StringExact("1e-307")},
		`{"a":` + digits(500) + `}`: {".a", knownvalue.StringExact(digits(500))},
		"{\"caf\u00e9\":1,\"cafe\u0301\":2,\"a\":3}":                                                {".a", knownvalue.Int64Exact(3)},
		`{"a":` + strings.Repeat(`[`, 4000) + strings.Repeat(`]`, 4000) + `}`:                       {".a != null", knownvalue.Bool(true)},
		`{"a":` + strings.Repeat(`{"b":`, 2000) + "1" + strings.Repeat(`}`, 2000) + `}`:             {".a.b.b.b.b != null", knownvalue.Bool(true)},
		`{"":1,"a":null,"\u0000":"\ud800","b":[null,{},[]],"c":{"c":{"c":true}},"a b":"\u001b[2J"}`: {".c.c.c", knownvalue.Bool(true)},
	} {
		encode := base64.RawURLEncoding.EncodeToString
		token := encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + "."
		output := "output_" + strconv.Itoa(len(checks))
		config += fmt.Sprintf("output %q {\n  value = provider::sts::decode_web_identity_token(%q).claims%s\n}\n", output, token, test.path)
		checks = append(checks, statecheck.ExpectKnownOutputValue(output, test.want))
	}
	start := time.Now()
	runFunction(t, config, checks)
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}

func digits(number int) string { return "1" + strings.Repeat("7", number-1) }

func runFunction(t *testing.T, config string, checks []statecheck.StateCheck) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks: []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"sts": providerserver.NewProtocol6WithError(provider.New("test")()),
		},
		Steps: []resource.TestStep{{
			Config:            config,
			ConfigStateChecks: checks,
		}},
	})
}
