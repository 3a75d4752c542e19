package provider_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
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

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

func TestDecodeWebIdentityToken(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	token := f.token(t, func(token *emulator.Token) {
		token.Claims = map[string]any{
			"repository": "example/platform",
			"run_id":     12345678901234567,
			"iat":        1700000000,
			"nbf":        nil,
			"exp":        1700000300,
			"azp":        "party",
			"nested":     map[string]any{"list": []any{"a", 1, true, nil}},
			"empty":      []any{},
		}
	})
	var config string
	var checks []statecheck.StateCheck
	for name, test := range map[string]struct {
		expression string
		want       knownvalue.Check
	}{
		"issuer":  {".issuer", knownvalue.StringExact("https://ci.example.com")},
		"subject": {".subject", knownvalue.StringExact(subject)},
		"audience": {
			".audience", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact(audience)}),
		},
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
	config += "output \"no_token\" {\n  value = provider::sts::decode_web_identity_token(\"some.secret.value\") == " +
		"null\n}\n"
	checks = append(checks, statecheck.ExpectKnownOutputValue("no_token", knownvalue.Bool(true)))
	runFunction(t, config, checks)
}

// TestDecodeHostileClaims checks that no claims make the function fail, beside whose error Terraform prints the token,
// or take long.
func TestDecodeHostileClaims(t *testing.T) {
	t.Parallel()
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
		"{\"caf\u00e9\":1,\"cafe\u0301\":2,\"a\":3}": {
			".a", knownvalue.Int64Exact(3),
		},
		`{"a":` + arrays(4000) + `}`: {
			".a" + strings.Repeat("[0]", 16) + " == null", knownvalue.Bool(true),
		},
		`{"a":` + objects(2000, "1") + `}`: {
			".a" + strings.Repeat(".b", 16) + " == null", knownvalue.Bool(true),
		},
		`{"a":` + arrays(16, "1") + `}`: {
			".a" + strings.Repeat("[0]", 16) + " == null", knownvalue.Bool(true),
		},
		`{"a":` + arrays(15, "1") + `}`: {
			".a" + strings.Repeat("[0]", 15) + " == 1", knownvalue.Bool(true),
		},
		`{"a":` + strconv.Quote(arrays(4000)) + `}`: {
			".a == null", knownvalue.Bool(true),
		},
		`{"a":` + strconv.Quote(arrays(16)) + `}`: {
			".a == null", knownvalue.Bool(true),
		},
		`{"a":` + strconv.Quote(arrays(15)) + `}`: {
			".a", knownvalue.StringExact(arrays(15)),
		},
		`{"a":["b",` + strconv.Quote(arrays(15)) + `]}`: {
			".a[1] == null", knownvalue.Bool(true),
		},
		`{"a":` + strconv.Quote(objects(16, "1")) + `}`: {
			".a == null", knownvalue.Bool(true),
		},
		`{"a":` + strconv.Quote(arrays(8, strconv.Quote(arrays(8)))) + `}`: {
			".a == null", knownvalue.Bool(true),
		},
		`{"a":` + strconv.Quote(arrays(8, strconv.Quote(arrays(7)))) + `}`: {
			".a", knownvalue.StringExact(arrays(8, strconv.Quote(arrays(7)))),
		},
		`{"a":` + strconv.Quote(arrays(16, "1e400")) + `}`: {
			".a == null", knownvalue.Bool(true),
		},
		`{"a":"` + strings.Repeat("[", 4000) + `"}`: {
			".a", knownvalue.StringExact(strings.Repeat("[", 4000)),
		},
		`{"":1,"a":null,"\u0000":"\ud800","b":[null,{},[]],"c":{"c":{"c":true}},"a b":"\u001b[2J"}`: {
			".c.c.c", knownvalue.Bool(true),
		},
	} {
		token := unsigned(`{"alg":"none"}`, claims)
		output := "output_" + strconv.Itoa(len(checks))
		config += fmt.Sprintf(
			"output %q {\n  value = provider::sts::decode_web_identity_token(%q).claims%s\n}\n",
			output,
			token,
			test.path,
		)
		checks = append(checks, statecheck.ExpectKnownOutputValue(output, test.want))
	}
	start := time.Now()
	newAttachedCLI(t, config).apply(t, checks...)
	if duration := time.Since(start); duration > 30*time.Second {
		t.Errorf("it took %s", duration)
	}
}

// arrays is JSON of arrays in each other, and what the last one contains.
func arrays(number int, content ...string) string {
	return strings.Repeat("[", number) + strings.Join(content, ",") + strings.Repeat("]", number)
}

// objects is JSON of objects in each other, and what the last one contains.
func objects(number int, content string) string {
	return strings.Repeat(`{"b":`, number) + content + strings.Repeat("}", number)
}

// unsigned is a token with a header and claims, in JSON.
func unsigned(header, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(claims)) + "."
}

// TestDecodeDeepTexts checks that the members beside the claims are null, too, if they hold deeply nested JSON.
func TestDecodeDeepTexts(t *testing.T) {
	t.Parallel()
	deep := strconv.Quote(arrays(1000))
	token := unsigned(
		`{"alg":`+deep+`,"kid":`+deep+`}`,
		`{"iss":`+deep+`,"sub":`+deep+`,"azp":`+deep+`,"aud":["a",`+deep+`]}`,
	)
	var config string
	var checks []statecheck.StateCheck
	for _, member := range []string{
		"algorithm", "key_id", "issuer", "subject", "authorized_party", "audience[1]", "claims.sub",
	} {
		output := "output_" + strconv.Itoa(len(checks))
		config += fmt.Sprintf(
			"output %q {\n  value = provider::sts::decode_web_identity_token(%q).%s == null\n}\n",
			output,
			token,
			member,
		)
		checks = append(checks, statecheck.ExpectKnownOutputValue(output, knownvalue.Bool(true)))
	}
	newAttachedCLI(t, config).apply(t, checks...)
}

// TestDecodeLongToken checks that a token which is longer than STS takes isn't decoded.
func TestDecodeLongToken(t *testing.T) {
	t.Parallel()
	config := ""
	var checks []statecheck.StateCheck
	for number, claims := range []string{
		`{"sub":"` + strings.Repeat("x", 14000) + `"}`, `{"sub":"` + strings.Repeat("x", 16000) + `"}`,
	} {
		output := "output_" + strconv.Itoa(number)
		config += fmt.Sprintf(
			"output %q {\n  value = provider::sts::decode_web_identity_token(%q) == null\n}\n",
			output,
			unsigned(`{"alg":"none"}`, claims),
		)
		checks = append(checks, statecheck.ExpectKnownOutputValue(output, knownvalue.Bool(number == 1)))
	}
	newAttachedCLI(t, config).apply(t, checks...)
}

// TestDecodedClaimsAreRendered checks that Terraform renders whatever is decoded. Its time grows with the cube of the
// depth, of JSON in strings, too.
func TestDecodedClaimsAreRendered(t *testing.T) {
	t.Parallel()
	const size = 14000 // bytes of claims, of which a token of 20000 characters has little more
	config := ""
	for number, claims := range []string{
		arrays(size / 2),
		objects(size/6, "1"),
		strconv.Quote(arrays(size / 2)),
		strconv.Quote(objects(size/8, "1")),
		arrays(15, "0"+strings.Repeat(",0", size/2)),
		arrays(1, strings.Join(slices.Repeat([]string{arrays(16)}, size/33), ",")),
		arrays(1, strings.Join(slices.Repeat([]string{strconv.Quote(arrays(14))}, size/31), ",")),
	} {
		token := unsigned(`{"alg":"none"}`, `{"sub":`+claims+`}`)
		config += fmt.Sprintf(
			"output \"output_%d\" {\n  value = provider::sts::decode_web_identity_token(%q)\n}\n",
			number,
			token,
		)
	}
	cli := newAttachedCLI(t, config)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, command := range [][]string{{"plan"}, {"apply", "-auto-approve"}, {"plan"}, {"output"}} {
		if _, err := cli.Run(ctx, cli.folder, append(command, "-no-color")...); err != nil {
			t.Fatalf("%s: %v\n%.2000s", command[0], err, transcript(err))
		}
	}
}

func digits(number int) string { return "1" + strings.Repeat("7", number-1) }

// runFunction takes a step whose outputs are results of functions.
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
