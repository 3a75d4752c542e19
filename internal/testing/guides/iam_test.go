package guides

import (
	"encoding/json"
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

var (
	terraformFence = regexp.MustCompile("(?s)### With Terraform\n.*?```terraform\n(.*?)```")
	commandFence   = regexp.MustCompile("(?s)### With the AWS CLI\n.*?```sh\n(.*?)```")
)

// TestIAMConfigurations: the HCL and the commands of a guide make the IAM OIDC provider and the roles of its trust
// policies.
func TestIAMConfigurations(t *testing.T) {
	t.Parallel()
	guides := readGuides(t)
	for name := range platforms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			match := terraformFence.FindStringSubmatch(guides[name])
			if match == nil {
				t.Fatal("the guide has no HCL for IAM")
			}
			url, clients, roles := readIAM(t, match[1])
			want := trusts[name][0]
			if url != want.issuer || !slices.Equal(clients, want.clients) {
				t.Errorf("an IAM OIDC provider %s for %q: want %s for %q", url, clients, want.issuer, want.clients)
			}
			policies := policyFence.FindAllStringSubmatch(guides[name], -1)
			for n, role := range roles {
				if got, want := decoded(t, role), decoded(t, policies[n][1]); !reflect.DeepEqual(got, want) {
					t.Errorf("the trust policy of role %d: got %v, want %v", n+1, got, want)
				}
			}
			wantCommands(t, guides[name], want, len(roles))
		})
	}
}

func wantCommands(t *testing.T, guide string, want trust, roles int) {
	t.Helper()
	match := commandFence.FindStringSubmatch(guide)
	if match == nil {
		t.Fatal("the guide has no commands for IAM")
	}
	words := strings.Fields(strings.ReplaceAll(match[1], "\\\n", " "))
	after := func(option string) string {
		if at := slices.Index(words, option); at >= 0 && at+1 < len(words) {
			return words[at+1]
		}
		return ""
	}
	if got := after("--url"); got != want.issuer {
		t.Errorf("--url %s: want %s", got, want.issuer)
	}
	if got := after("--client-id-list"); got != want.clients[0] {
		t.Errorf("--client-id-list %s: want %s", got, want.clients[0])
	}
	if got := strings.Count(match[1], "aws iam create-role "); got != roles {
		t.Errorf("%d commands create a role: want %d", got, roles)
	}
}

// readIAM evaluates a configuration: the URL and the client IDs of the IAM OIDC provider, and the trust policies.
func readIAM(t *testing.T, text string) (url string, clients, policies []string) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig([]byte(text), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	scope := &hcl.EvalContext{
		Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc},
		Variables: map[string]cty.Value{},
	}
	body, _ := file.Body.(*hclsyntax.Body)
	for _, block := range body.Blocks {
		switch {
		case block.Type != "resource":
		case block.Labels[0] == "aws_iam_openid_connect_provider":
			url = value(t, block, "url", scope).AsString()
			for _, client := range value(t, block, "client_id_list", scope).AsValueSlice() {
				clients = append(clients, client.AsString())
			}
			arn := "arn:aws:iam::" + account + ":oidc-provider/" + strings.TrimPrefix(url, "https://")
			scope.Variables[block.Labels[0]] = cty.ObjectVal(map[string]cty.Value{
				block.Labels[1]: cty.ObjectVal(map[string]cty.Value{"arn": cty.StringVal(arn)}),
			})
		case block.Labels[0] == "aws_iam_role":
			policies = append(policies, value(t, block, "assume_role_policy", scope).AsString())
		}
	}
	if len(policies) == 0 {
		t.Fatal("the HCL has no role")
	}
	return url, clients, policies
}

func value(t *testing.T, block *hclsyntax.Block, name string, scope *hcl.EvalContext) cty.Value {
	t.Helper()
	attribute := block.Body.Attributes[name]
	if attribute == nil {
		t.Fatalf("%v has no %s", block.Labels, name)
	}
	result, diags := attribute.Expr.Value(scope)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return result
}

func decoded(t *testing.T, policy string) any {
	t.Helper()
	var document any
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	return document
}
