package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// platformAttributes are the objects of web_identity_token_request, one for each platform.
func platformAttributes() map[string]schema.Attribute {
	objects := map[string]schema.Attribute{}
	for _, platform := range webidentity.Platforms {
		arguments := map[string]schema.Attribute{}
		for _, argument := range platform.Arguments {
			arguments[argument.Name] = platformArgument(argument)
		}
		objects[platform.Name] = schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: platform.Description,
			Attributes:          arguments,
		}
	}
	return objects
}

// platformsType is the type of web_identity_token_request. Each read of a block needs it.
var platformsType = sync.OnceValue(func() attr.Type {
	return schema.SingleNestedAttribute{Attributes: platformAttributes()}.GetType()
})

func platformArgument(argument webidentity.Argument) schema.Attribute {
	switch argument.Kind {
	case webidentity.WholeNumber:
		return schema.NumberAttribute{
			Required:            argument.Required,
			Optional:            !argument.Required,
			MarkdownDescription: argument.Description,
			Validators:          []validator.Number{wholeNumber{argument.Least, argument.Most}},
		}
	case webidentity.Names:
		return schema.SetAttribute{
			ElementType:         types.StringType,
			Required:            argument.Required,
			Optional:            !argument.Required,
			MarkdownDescription: argument.Description,
			Validators:          []validator.Set{names{}},
		}
	case webidentity.Text:
	}
	return schema.StringAttribute{
		Required:            argument.Required,
		Optional:            !argument.Required,
		MarkdownDescription: argument.Description,
		Validators:          notEmpty(),
	}
}

// platformRequest reads the value of web_identity_token_request. It reports whether the value names a platform, which
// the schema's validator demands.
func platformRequest(value types.Object, by webidentity.Requester) (webidentity.PlatformRequest, bool) {
	for _, platform := range webidentity.Platforms {
		object, ok := value.Attributes()[platform.Name].(types.Object)
		if ok && !object.IsNull() {
			return platform.Request(by, platformValues(object)), true
		}
	}
	return webidentity.PlatformRequest{}, false
}

// platformValues are the arguments that are set in a platform's object.
func platformValues(object types.Object) webidentity.Values {
	values := webidentity.Values{}
	for name, value := range object.Attributes() {
		if value.IsNull() {
			continue
		}
		switch value := value.(type) {
		case types.String:
			values[name] = value.ValueString()
		case types.Number:
			values[name] = whole(value)
		case types.Set:
			values[name] = sortedTexts(value)
		}
	}
	return values
}

// names is the validator for a set of names: none of them may be null or empty.
type names struct{}

func (names) Description(context.Context) string { return "must have names that aren't empty" }

func (n names) MarkdownDescription(ctx context.Context) string { return n.Description(ctx) }

func (n names) ValidateSet(ctx context.Context, request validator.SetRequest, response *validator.SetResponse) {
	for _, element := range request.ConfigValue.Elements() {
		if element.IsNull() || element.Equal(types.StringValue("")) {
			response.Diagnostics.AddAttributeError(argumentOf(request.Path), "Invalid name",
				fmt.Sprintf("%s %s.", request.Path, n.Description(ctx)))
			return
		}
	}
}

// sortedTexts are the elements of a set of strings.
func sortedTexts(set types.Set) []string {
	var texts []string
	for _, element := range set.Elements() {
		if text, ok := element.(types.String); ok {
			texts = append(texts, text.ValueString())
		}
	}
	slices.Sort(texts)
	return texts
}

// onePlatform is the validator of web_identity_token_request: exactly one of its objects must be set.
type onePlatform struct{}

func (onePlatform) Description(context.Context) string { return "exactly one platform must be named" }

func (onePlatform) MarkdownDescription(context.Context) string {
	return "exactly one platform must be named"
}

func (onePlatform) ValidateObject(
	_ context.Context, request validator.ObjectRequest, response *validator.ObjectResponse,
) {
	if request.ConfigValue.IsNull() || request.ConfigValue.IsUnknown() {
		return
	}
	platforms := request.ConfigValue.Attributes()
	var named []string
	for _, name := range slices.Sorted(maps.Keys(platforms)) {
		switch {
		case platforms[name].IsUnknown():
			return
		case !platforms[name].IsNull():
			named = append(named, name)
		}
	}
	if len(named) == 1 {
		return
	}
	problem := "none that the provider knows is"
	if len(named) > 1 {
		problem = strings.Join(named, " and ") + " are"
	}
	response.Diagnostics.AddAttributeError(request.Path, "Exactly one platform must be named",
		fmt.Sprintf("In %s, %s set. Set exactly one of %s; an empty object will do where it needs nothing: "+
			"web_identity_token_request = { github_actions = {} }.",
			explain.RequestArgument, problem, strings.Join(slices.Sorted(maps.Keys(platforms)), ", ")))
}
