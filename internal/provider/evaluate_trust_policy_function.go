package provider

import (
	"context"
	"encoding/json"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

func newEvaluateTrustPolicyFunction() function.Function { return evaluateTrustPolicyFunction{} }

// evaluateTrustPolicyFunction is provider::sts::evaluate_trust_policy.
type evaluateTrustPolicyFunction struct{}

// Positions of the arguments, for errors.
const (
	policyArgument = 0
	claimsArgument = 1
)

var decisionType = map[string]attr.Type{
	"decision":   types.StringType,
	"allowed":    types.BoolType,
	"reason":     types.StringType,
	"statements": types.ListType{ElemType: types.ObjectType{AttrTypes: statementResultType}},
}

var statementResultType = map[string]attr.Type{
	"index":    types.Int64Type,
	"sid":      types.StringType,
	"effect":   types.StringType,
	"matches":  types.BoolType,
	"failures": types.ListType{ElemType: types.StringType},
}

func (evaluateTrustPolicyFunction) Metadata(
	_ context.Context,
	_ function.MetadataRequest,
	response *function.MetadataResponse,
) {
	response.Name = "evaluate_trust_policy"
}

func (evaluateTrustPolicyFunction) Definition(
	_ context.Context,
	_ function.DefinitionRequest,
	response *function.DefinitionResponse,
) {
	response.Definition = function.Definition{
		Summary: "Decision of a trust policy on the claims of a web identity token.",
		MarkdownDescription: "Compares a role's trust policy with the claims of a token, as IAM does in " +
			"AssumeRoleWithWebIdentity. " +
			"You can use it in `check` blocks, preconditions, `terraform test`, and `terraform console`. The " +
			"function calls nothing, and needs no credentials and no provider configuration.\n\n" +
			"~> The decision is only about the trust policy. STS also checks the token's signature, its " +
			"expiration, and the audiences of the IAM OIDC provider. Resource control policies can deny the call, " +
			"too.\n\n" +
			"The result is an object with these members:\n\n" +
			"- `decision` (string): `allowed`, `denied`, or `undetermined`. It is `undetermined` if it depends on " +
			"what the claims don't show. Examples are the caller's IP address (`aws:SourceIp`), the time, and the " +
			"session name\n" +
			"- `allowed` (Boolean): true only if the decision is `allowed`\n" +
			"- `reason` (string): the statement that makes the decision, or what the decision depends on\n" +
			"- `statements` (list of objects): the result for each statement of the policy\n\n" +
			"An object in `statements` has these members:\n\n" +
			"- `index` (number): position in the policy, starting at 0\n" +
			"- `sid` (string): null if the statement has none\n" +
			"- `effect` (string): `Allow` or `Deny`\n" +
			"- `matches` (Boolean): whether the statement applies to the token. Null if it depends on what the " +
			"claims don't show\n" +
			"- `failures` (list of strings): for a statement that doesn't match, what each failed condition " +
			"requires and what the token has\n\n" +
			"IAM makes condition keys only of some claims. They depend on the issuer and on the partition. See " +
			"[Available keys for AWS OIDC " +
			"federation](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif). " +
			"The partition is that of the policy's principals.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name:                "policy",
				MarkdownDescription: "Trust policy (JSON). A policy that IAM wouldn't accept is an error.",
			},
			function.DynamicParameter{
				Name: "claims",
				MarkdownDescription: "Claims of the token (object). It must have `iss`. Use " +
					"`provider::sts::decode_web_identity_token(token).claims`, or write an object for a test.",
			},
		},
		Return: function.ObjectReturn{AttributeTypes: decisionType},
	}
}

func (evaluateTrustPolicyFunction) Run(
	ctx context.Context,
	request function.RunRequest,
	response *function.RunResponse,
) {
	var document string
	var claims types.Dynamic
	if response.Error = request.Arguments.Get(ctx, &document, &claims); response.Error != nil {
		return
	}
	policy, err := trustpolicy.Parse(document)
	if err != nil {
		response.Error = function.NewArgumentFuncError(policyArgument, withoutPeriod(err.Error()))
		return
	}
	object, ok := toJSON(claims).(map[string]any)
	if !ok {
		response.Error = function.NewArgumentFuncError(
			claimsArgument,
			"The claims must be an object, such as decode_web_identity_token(token).claims",
		)
		return
	}
	claim, _ := object["iss"].(string)
	issuer, _ := trustpolicy.IssuerOf(claim)
	if issuer == "" {
		response.Error = function.NewArgumentFuncError(claimsArgument,
			"The claims must have iss, the issuer's URL. It must start with https://")
		return
	}
	decision := policy.Evaluate(trustpolicy.Request{Issuer: issuer, Claims: object})
	response.Error = response.Result.Set(ctx, decisionValue(decision))
}

func decisionValue(decision trustpolicy.Decision) types.Object {
	var statements []attr.Value
	for _, result := range decision.Statements {
		sid := types.StringNull()
		if result.Sid != "" {
			sid = types.StringValue(result.Sid)
		}
		statements = append(statements, types.ObjectValueMust(statementResultType, map[string]attr.Value{
			"index":    types.Int64Value(int64(result.Index)),
			"sid":      sid,
			"effect":   types.StringValue(result.Effect),
			"matches":  types.BoolPointerValue(result.Matches),
			"failures": stringList(result.Failures),
		}))
	}
	return types.ObjectValueMust(decisionType, map[string]attr.Value{
		"decision":   types.StringValue(string(decision.Outcome)),
		"allowed":    types.BoolValue(decision.Outcome == trustpolicy.Allowed),
		"reason":     types.StringValue(decision.Reason),
		"statements": types.ListValueMust(types.ObjectType{AttrTypes: statementResultType}, statements),
	})
}

func stringList(values []string) types.List {
	elements := make([]attr.Value, 0, len(values))
	for _, value := range values {
		elements = append(elements, types.StringValue(value))
	}
	return types.ListValueMust(types.StringType, elements)
}

// toJSON is the opposite of fromJSON: the value as a JSON decoder returns it. Numbers are json.Number.
func toJSON(value attr.Value) any {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	switch value := value.(type) {
	case types.Dynamic:
		return toJSON(value.UnderlyingValue())
	case types.String:
		return value.ValueString()
	case types.Bool:
		return value.ValueBool()
	case types.Number:
		return jsonNumber(value.ValueBigFloat())
	case types.Object:
		return membersToJSON(value.Attributes())
	case types.Map:
		return membersToJSON(value.Elements())
	case types.Tuple:
		return elementsToJSON(value.Elements())
	case types.List:
		return elementsToJSON(value.Elements())
	case types.Set:
		return elementsToJSON(value.Elements())
	}
	return nil
}

func membersToJSON(members map[string]attr.Value) any {
	object := map[string]any{}
	for name, member := range members {
		object[name] = toJSON(member)
	}
	return object
}

func elementsToJSON(elements []attr.Value) any {
	list := make([]any, 0, len(elements))
	for _, element := range elements {
		list = append(list, toJSON(element))
	}
	return list
}

// jsonNumber writes a number. An integer of usual size, such as an ID, has no exponent.
func jsonNumber(number *big.Float) json.Number {
	const maxBits = 128
	if number.IsInt() && number.MantExp(nil) <= maxBits {
		return json.Number(number.Text('f', 0))
	}
	return json.Number(number.Text('g', -1))
}

// withoutPeriod is a sentence for the error of a function. Terraform adds the period.
func withoutPeriod(sentence string) string { return strings.TrimSuffix(sentence, ".") }
