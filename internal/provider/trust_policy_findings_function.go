package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

func newTrustPolicyFindingsFunction() function.Function { return trustPolicyFindingsFunction{} }

// trustPolicyFindingsFunction is provider::sts::trust_policy_findings.
type trustPolicyFindingsFunction struct{}

var findingType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"rule":      types.StringType,
	"severity":  types.StringType,
	"statement": types.Int64Type,
	"message":   types.StringType,
	"fix":       types.StringType,
}}

func (trustPolicyFindingsFunction) Metadata(
	_ context.Context,
	_ function.MetadataRequest,
	response *function.MetadataResponse,
) {
	response.Name = "trust_policy_findings"
}

func (trustPolicyFindingsFunction) Definition(
	_ context.Context,
	_ function.DefinitionRequest,
	response *function.DefinitionResponse,
) {
	response.Definition = function.Definition{
		Summary: "Mistakes in a trust policy for web identities.",
		MarkdownDescription: "Finds mistakes in a role's trust policy, such as missing conditions, and conditions " +
			"that are too wide or can't match. You can use " +
			"it in `check` blocks, preconditions, `terraform test`, and `terraform console`. The function calls nothing, and " +
			"needs no credentials and no provider configuration. It looks only at statements for web identities.\n\n" +
			"The result is a list of objects. It is empty if the function finds nothing, and if the policy has no " +
			"statement for web identities. An object has these " +
			"members:\n\n" +
			"- `rule` (string): name of the rule, from the table below\n" +
			"- `severity` (string): `error` if something can't work, and `high`, `medium`, or `low` if something is too " +
			"wide\n" +
			"- `statement` (number): position of the statement in the policy, starting at 0\n" +
			"- `message` (string): description of the problem\n" +
			"- `fix` (string): change that fixes it\n\n" +
			rulesTable(),
		Parameters: []function.Parameter{
			function.StringParameter{
				Name:                "policy",
				MarkdownDescription: "Trust policy (JSON). A policy that IAM wouldn't accept is an error.",
			},
		},
		Return: function.ListReturn{ElementType: findingType},
	}
}

// rulesTable is the table of rules for the documentation.
func rulesTable() string {
	var table strings.Builder
	table.WriteString("| Rule | Severity | Fix |\n| --- | --- | --- |\n")
	for _, rule := range trustpolicy.Rules() {
		fmt.Fprintf(&table, "| [`%s`](%s) | %s | %s |\n", rule.Rule, rule.Source, rule.Severity, rule.Fix)
	}
	return table.String()
}

func (trustPolicyFindingsFunction) Run(
	ctx context.Context,
	request function.RunRequest,
	response *function.RunResponse,
) {
	var document string
	if response.Error = request.Arguments.Get(ctx, &document); response.Error != nil {
		return
	}
	policy, err := trustpolicy.Parse(document)
	if err != nil {
		response.Error = function.NewArgumentFuncError(policyArgument, withoutPeriod(err.Error()))
		return
	}
	findings := []attr.Value{}
	for _, finding := range policy.Findings() {
		findings = append(findings, types.ObjectValueMust(findingType.AttrTypes, map[string]attr.Value{
			"rule":      types.StringValue(finding.Rule),
			"severity":  types.StringValue(string(finding.Severity)),
			"statement": types.Int64Value(int64(finding.Statement)),
			"message":   types.StringValue(finding.Message),
			"fix":       types.StringValue(finding.Fix),
		}))
	}
	response.Error = response.Result.Set(ctx, types.ListValueMust(findingType, findings))
}
