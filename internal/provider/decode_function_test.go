package provider_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/webidentity/terraform-provider-sts/internal/emulator"
	"github.com/webidentity/terraform-provider-sts/internal/provider"
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
