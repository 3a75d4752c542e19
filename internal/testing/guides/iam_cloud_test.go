package guides

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// withIAM are the guides that show the IAM side three times: as a configuration for the aws provider, as a trust
// policy, and as commands of the AWS CLI.
var withIAM = []string{"azure", "eks", "google-cloud", "kubernetes"}

var (
	hclFence = regexp.MustCompile("(?s)```terraform\n(.*?)```")

	createProvider = regexp.MustCompile(
		`aws iam create-open-id-connect-provider \\\n\s+--url (\S+) \\\n\s+--client-id-list (.+)\n`)
)

const (
	providerType = "aws_iam_openid_connect_provider"
	roleType     = "aws_iam_role"
)

// iam is what a configuration of a guide makes.
type iam struct {
	policy  string   // the role's trust policy in JSON
	issuer  string   // the URL of the IAM OIDC provider, or empty if there is none
	clients []string // its client IDs
}

// TestConfigurationsCreateTrustPolicies checks that a configuration for IAM creates the trust policy and the provider
// of the guide.
func TestConfigurationsCreateTrustPolicies(t *testing.T) {
	t.Parallel()
	guides := readGuides(t)
	for _, name := range withIAM {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			configurations := configurationsOf(t, guides[name])
			if len(configurations) != len(trusts[name]) {
				t.Fatalf("%d configurations for IAM, and %d trust policies", len(configurations), len(trusts[name]))
			}
			policies := policyFence.FindAllStringSubmatch(guides[name], -1)
			commands := createProvider.FindAllStringSubmatch(guides[name], -1)
			for n, configuration := range configurations {
				wantSamePolicy(t, configuration.policy, policies[n][1])
				if configuration.issuer == "" {
					continue
				}
				if len(commands) == 0 {
					t.Fatalf("no command makes the IAM OIDC provider of %s", configuration.issuer)
				}
				clients := strings.Fields(commands[0][2])
				if commands[0][1] != configuration.issuer || !slices.Equal(clients, configuration.clients) {
					t.Errorf("the command has %s %q, and the configuration %s %q",
						commands[0][1], clients, configuration.issuer, configuration.clients)
				}
				if configuration.issuer != trusts[name][n].issuer ||
					!slices.Equal(clients, trusts[name][n].clients) {
					t.Errorf("%s %q, want %s %q",
						configuration.issuer, clients, trusts[name][n].issuer, trusts[name][n].clients)
				}
				commands = commands[1:]
			}
			if len(commands) > 0 {
				t.Errorf("%d commands are left over", len(commands))
			}
		})
	}
}

// configurationsOf evaluates the configurations for IAM in a guide. One that has only locals replaces those of the one
// before it.
func configurationsOf(t *testing.T, guide string) []iam {
	t.Helper()
	var configurations []iam
	var last *hclsyntax.Body
	for n, fence := range hclFence.FindAllStringSubmatch(guide, -1) {
		file, diagnostics := hclsyntax.ParseConfig([]byte(fence[1]), fmt.Sprintf("block %d", n+1), hcl.InitialPos)
		if diagnostics.HasErrors() {
			t.Fatal(diagnostics)
		}
		body, _ := file.Body.(*hclsyntax.Body)
		switch {
		case blockOf(body, "resource", roleType) != nil:
			last = body
			configurations = append(configurations, evaluate(t, body, blockOf(body, "locals")))
		case len(body.Blocks) == 1 && last != nil && blockOf(body, "locals") != nil:
			configurations = append(configurations, evaluate(t, last, blockOf(body, "locals")))
		}
	}
	return configurations
}

func blockOf(body *hclsyntax.Body, kind string, labels ...string) *hclsyntax.Block {
	for _, block := range body.Blocks {
		if block.Type == kind && (len(labels) == 0 || block.Labels[0] == labels[0]) {
			return block
		}
	}
	return nil
}

// evaluate does what Terraform and IAM would: an IAM OIDC provider has its issuer in its ARN.
func evaluate(t *testing.T, body *hclsyntax.Body, locals *hclsyntax.Block) iam {
	t.Helper()
	var result iam
	scope := &hcl.EvalContext{
		Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc},
		Variables: map[string]cty.Value{},
	}
	values := map[string]cty.Value{}
	for name := range locals.Body.Attributes {
		values[name] = value(t, locals, name, scope)
	}
	scope.Variables["local"] = cty.ObjectVal(values)
	if provider := blockOf(body, "resource", providerType); provider != nil {
		result.issuer = value(t, provider, "url", scope).AsString()
		for _, client := range value(t, provider, "client_id_list", scope).AsValueSlice() {
			result.clients = append(result.clients, client.AsString())
		}
		arn := "arn:aws:iam::" + account + ":oidc-provider/" + strings.TrimPrefix(result.issuer, "https://")
		scope.Variables[providerType] = cty.ObjectVal(map[string]cty.Value{
			provider.Labels[1]: cty.ObjectVal(map[string]cty.Value{"arn": cty.StringVal(arn)}),
		})
	}
	result.policy = value(t, blockOf(body, "resource", roleType), "assume_role_policy", scope).AsString()
	return result
}

func wantSamePolicy(t *testing.T, got, want string) {
	t.Helper()
	var documents [2]any
	for n, text := range []string{got, want} {
		if err := json.Unmarshal([]byte(text), &documents[n]); err != nil {
			t.Fatal(err)
		}
		documents[n] = withoutListsOfOne(documents[n])
	}
	if !reflect.DeepEqual(documents[0], documents[1]) {
		t.Errorf("the configuration makes\n%s\nand the trust policy is\n%s", got, want)
	}
}

// withoutListsOfOne has a value in place of a list of it alone, which is the same to IAM.
func withoutListsOfOne(document any) any {
	switch value := document.(type) {
	case map[string]any:
		for key, element := range value {
			value[key] = withoutListsOfOne(element)
		}
	case []any:
		if len(value) == 1 {
			return withoutListsOfOne(value[0])
		}
		for n, element := range value {
			value[n] = withoutListsOfOne(element)
		}
	}
	return document
}
