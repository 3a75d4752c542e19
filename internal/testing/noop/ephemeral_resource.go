package noop

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

// ephemeralResource is ephemeral "noop_value".
type ephemeralResource struct{}

func (ephemeralResource) Metadata(
	_ context.Context,
	request ephemeral.MetadataRequest,
	response *ephemeral.MetadataResponse,
) {
	response.TypeName = request.ProviderTypeName + "_value"
}

func (ephemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, response *ephemeral.SchemaResponse) {
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{}}
	for name, attribute := range attributes() {
		response.Schema.Attributes[name] = attribute
	}
}

func (ephemeralResource) Open(ctx context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	var block model
	response.Diagnostics.Append(block.fill(ctx, request.Config)...)
	response.Diagnostics.Append(response.Result.Set(ctx, &block)...)
}
