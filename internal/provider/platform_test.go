package provider

import (
	"math/big"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// TestEachPlatformIsDecoded sets all arguments of each platform, and none of them, in an object of the schema's type.
func TestEachPlatformIsDecoded(t *testing.T) {
	t.Parallel()
	for _, platform := range webidentity.Platforms {
		set, unset, want := map[string]attr.Value{}, map[string]attr.Value{}, webidentity.Values{}
		for _, argument := range platform.Arguments {
			switch argument.Kind {
			case webidentity.Text:
				set[argument.Name], unset[argument.Name] = types.StringValue(argument.Name), types.StringNull()
				want[argument.Name] = argument.Name
			case webidentity.WholeNumber:
				set[argument.Name], unset[argument.Name] = types.NumberValue(big.NewFloat(7)), types.NumberNull()
				want[argument.Name] = int64(7)
			case webidentity.Names:
				names := []attr.Value{types.StringValue("b"), types.StringValue("a")}
				set[argument.Name] = types.SetValueMust(types.StringType, names)
				unset[argument.Name] = types.SetNull(types.StringType)
				want[argument.Name] = []string{"a", "b"}
			}
		}
		for name, test := range map[string]struct {
			arguments map[string]attr.Value
			want      webidentity.Values
		}{"all arguments": {set, want}, "none": {unset, webidentity.Values{}}} {
			request, ok := platformRequest(tokenRequest(t, platform.Name, test.arguments), webidentity.Requester{})
			if !ok || request.Platform.Name != platform.Name || !reflect.DeepEqual(request.Values, test.want) {
				t.Errorf("%s, %s: got %v of %q", platform.Name, name, request.Values, request.Platform.Name)
			}
		}
	}
}

// tokenRequest is a value of web_identity_token_request with one platform.
func tokenRequest(t *testing.T, platform string, arguments map[string]attr.Value) types.Object {
	t.Helper()
	objectTypes, values := map[string]attr.Type{}, map[string]attr.Value{}
	for name, attribute := range platformAttributes() {
		nested, ok := attribute.(schema.SingleNestedAttribute)
		if !ok {
			t.Fatalf("%s is a %T", name, attribute)
		}
		argumentTypes := map[string]attr.Type{}
		for argument, of := range nested.Attributes {
			argumentTypes[argument] = of.GetType()
		}
		objectTypes[name], values[name] = types.ObjectType{AttrTypes: argumentTypes}, types.ObjectNull(argumentTypes)
		if name == platform {
			values[name] = types.ObjectValueMust(argumentTypes, arguments)
		}
	}
	return types.ObjectValueMust(objectTypes, values)
}

func TestNoPlatformIsDecoded(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]types.Object{
		"no object": tokenRequest(t, "", nil),
		"null":      types.ObjectNull(nil),
		"unknown":   types.ObjectUnknown(nil),
	} {
		if request, ok := platformRequest(value, webidentity.Requester{}); ok {
			t.Errorf("%s: got %q", name, request.Platform.Name)
		}
	}
}
