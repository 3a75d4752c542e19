package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/helpers/validatordiag"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// conflictsWith is a validator: an argument and the ones of these names exclude each other. The framework's own
// validator of that name walks through the whole block for each name, which is felt with many blocks.
type conflictsWith []string

func (c conflictsWith) Description(context.Context) string {
	return "must not be set beside " + strings.Join(c, ", ")
}

func (c conflictsWith) MarkdownDescription(ctx context.Context) string { return c.Description(ctx) }

func (c conflictsWith) ValidateString(
	_ context.Context, request validator.StringRequest, response *validator.StringResponse,
) {
	c.validate(request.Path, request.ConfigValue, request.Config, &response.Diagnostics)
}

func (c conflictsWith) ValidateObject(
	_ context.Context, request validator.ObjectRequest, response *validator.ObjectResponse,
) {
	c.validate(request.Path, request.ConfigValue, request.Config, &response.Diagnostics)
}

// validate says nothing about what isn't known yet: Terraform asks again when it is.
func (c conflictsWith) validate(at path.Path, value attr.Value, block tfsdk.Config, diagnostics *diag.Diagnostics) {
	if value.IsNull() || value.IsUnknown() {
		return
	}
	for _, name := range c {
		found, err := block.Raw.ApplyTerraform5AttributePathStep(tftypes.AttributeName(name))
		other, ok := found.(tftypes.Value)
		switch {
		case err != nil || !ok || other.IsNull():
			continue
		case !other.IsKnown():
			return
		}
		diagnostics.Append(validatordiag.InvalidAttributeCombinationDiagnostic(
			at, fmt.Sprintf("Attribute %q cannot be specified when %q is specified", path.Root(name), at),
		))
	}
}
