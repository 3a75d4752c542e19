package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

func newDecodeFunction() function.Function { return decodeFunction{} }

// decodeFunction is provider::sts::decode_web_identity_token.
type decodeFunction struct{}

var decodedType = map[string]attr.Type{
	"algorithm":        types.StringType,
	"key_id":           types.StringType,
	"issuer":           types.StringType,
	"subject":          types.StringType,
	"audience":         types.ListType{ElemType: types.StringType},
	"authorized_party": types.StringType,
	"issued_at":        types.StringType,
	"not_before":       types.StringType,
	"expiration":       types.StringType,
	"claims":           types.DynamicType,
}

func (decodeFunction) Metadata(_ context.Context, _ function.MetadataRequest, response *function.MetadataResponse) {
	response.Name = "decode_web_identity_token"
}

func (decodeFunction) Definition(
	_ context.Context,
	_ function.DefinitionRequest,
	response *function.DefinitionResponse,
) {
	response.Definition = function.Definition{
		Summary: "Claims of a web identity token.",
		MarkdownDescription: "Returns the header and the claims of a web identity token (a JWT), for conditions, " +
			"session names, and outputs. The result is null if the argument isn't a JWT or has more than 20000 " +
			"characters.\n\n" +
			"~> The function verifies nothing. Anyone can write any claim into a token. Only STS checks the " +
			"signature.\n\nThe result is an object with these members:\n\n" +
			"- `algorithm`, `key_id`, `issuer`, `subject`, `authorized_party` (strings)\n" +
			"- `audience` (list of strings)\n- `issued_at`, `not_before`, `expiration` (strings, RFC 3339 in UTC)\n" +
			"- `claims` (all claims of the token, for example `.claims.repository`)\n\n" +
			"A member is null if the token doesn't have it.\n\n" +
			fmt.Sprintf("A value is null at a depth of more than %d, because Terraform takes very long to show "+
				"deeply nested values. A claim has a depth of 1. Each list or object inside it adds 1. A string that "+
				"contains JSON is null if the JSON is deeper.", maxNesting),
		Parameters: []function.Parameter{
			function.StringParameter{Name: "token", MarkdownDescription: "Web identity token. The function trims " +
				"whitespace around it."},
		},
		Return: function.ObjectReturn{AttributeTypes: decodedType},
	}
}

func (decodeFunction) Run(ctx context.Context, request function.RunRequest, response *function.RunResponse) {
	var token string
	if response.Error = request.Arguments.Get(ctx, &token); response.Error != nil {
		return
	}
	response.Error = response.Result.Set(ctx, decoded(ctx, token))
}

// decoded never fails: Terraform would print the token beside the error.
func decoded(ctx context.Context, token string) types.Object {
	claims, err := webidentity.Decode(webidentity.Trim(token))
	if err != nil || len(token) > webidentity.MaxTokenLength { // more than STS takes could keep Terraform busy for long
		return types.ObjectNull(decodedType)
	}
	audience := types.ListNull(types.StringType)
	if claims.Audience != nil {
		var elements []attr.Value
		for _, element := range claims.Audience {
			elements = append(elements, claimText(element, 1))
		}
		audience = types.ListValueMust(types.StringType, elements)
	}
	return types.ObjectValueMust(decodedType, map[string]attr.Value{
		"algorithm":        nonEmpty(claims.Algorithm),
		"key_id":           nonEmpty(claims.KeyID),
		"issuer":           nonEmpty(claims.Issuer),
		"subject":          nonEmpty(claims.Subject),
		"audience":         audience,
		"authorized_party": nonEmpty(claims.AuthorizedParty),
		"issued_at":        instant(claims.IssuedAt),
		"not_before":       instant(claims.NotBefore),
		"expiration":       instant(claims.Expiration),
		"claims":           types.DynamicValue(fromJSON(ctx, claims.All, 0)),
	})
}

// maxNesting is the greatest depth of a value in the claims. A claim itself has the depth 1. Terraform compares the
// types of all levels at each level, and prints every level with its indent.
const maxNesting = 16

// fromJSON makes a Terraform value of a decoded JSON one: objects and tuples, whose parts may be of different types.
// Null replaces what lies deeper than maxNesting. JSON text would only move the work: Terraform parses and prints it as
// well.
func fromJSON(ctx context.Context, value any, depth int) attr.Value {
	if depth > maxNesting {
		return types.StringNull()
	}
	switch value := value.(type) {
	case string:
		return claimText(value, depth)
	case bool:
		return types.BoolValue(value)
	case json.Number:
		return number(value)
	case []any:
		elements, elementTypes := make([]attr.Value, 0, len(value)), make([]attr.Type, 0, len(value))
		for _, element := range value {
			converted := fromJSON(ctx, element, depth+1)
			elements, elementTypes = append(elements, converted), append(elementTypes, converted.Type(ctx))
		}
		return types.TupleValueMust(elementTypes, elements)
	case map[string]any:
		members, memberTypes := map[string]attr.Value{}, map[string]attr.Type{}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			// Terraform composes the letters of names: two that are written in different ways are one to it.
			composed := norm.NFC.String(name)
			if members[composed] == nil {
				members[composed] = fromJSON(ctx, value[name], depth+1)
				memberTypes[composed] = members[composed].Type(ctx)
			}
		}
		return types.ObjectValueMust(memberTypes, members)
	}
	return types.StringNull() // a null of JSON has no type; Terraform's has to have one
}

// maxNumber and farthest bound a number, in characters and in size: many more than any claim needs.
const (
	maxNumber = 100
	farthest  = 1e40
)

// number is a text where it would be written with no end of zeros: on the way to Terraform, numbers have no exponent.
func number(value json.Number) attr.Value {
	text := value.String()
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	near, err := strconv.ParseFloat(text, 64)
	if size := math.Abs(
		near,
	); err != nil || len(text) > maxNumber || size > farthest ||
		size < 1/farthest && strings.ContainsAny(mantissa, "123456789") {
		return types.StringValue(text)
	}
	exact, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
	if err != nil {
		return types.StringValue(text)
	}
	return types.NumberValue(exact)
}

// claimText is a string, or null if it holds JSON that goes deeper than maxNesting.
func claimText(value string, depth int) types.String {
	if depth+levels(value) > maxNesting {
		return types.StringNull()
	}
	return types.StringValue(value)
}

// levels counts the arrays and objects in each other, also those of JSON in strings. Terraform parses a string that
// starts with a bracket, and again the strings in it.
func levels(value any) int {
	deepest := 0
	switch value := value.(type) {
	case string:
		return levels(parsed(value))
	case []any:
		for _, element := range value {
			deepest = max(deepest, levels(element))
		}
	case map[string]any:
		for _, member := range value {
			deepest = max(deepest, levels(member))
		}
	default:
		return 0
	}
	return deepest + 1
}

// parsed is what Terraform makes of a string: the array or object that it holds, otherwise nil.
func parsed(value string) any {
	if !strings.HasPrefix(value, "[") && !strings.HasPrefix(value, "{") || !json.Valid([]byte(value)) {
		return nil
	}
	var content any
	decoder := json.NewDecoder(strings.NewReader(value))
	decoder.UseNumber() // a number that is too large must not hide the rest
	if err := decoder.Decode(&content); err != nil {
		return nil
	}
	return content
}

// nonEmpty is a member of the result, which has the depth of a claim.
func nonEmpty(value string) types.String {
	if value == "" {
		return types.StringNull()
	}
	return claimText(value, 1)
}

func instant(value time.Time) types.String {
	if value.IsZero() {
		return types.StringNull()
	}
	return types.StringPointerValue(rfc3339(&value))
}
