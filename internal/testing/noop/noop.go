// Package noop is the smallest Terraform provider that can be compared with this repository's: a data source and an
// ephemeral resource that make a text out of a text. What a run with it takes is the cost of Terraform and of the
// plugin framework. It has no part in the product.
package noop

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Address is where configurations look for the provider.
const Address = "terraform.local/webidentity/noop"

// New makes the provider.
func New() provider.Provider { return &noopProvider{} }

var _ provider.ProviderWithEphemeralResources = (*noopProvider)(nil)

type noopProvider struct{}

func (*noopProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "noop"
}

func (*noopProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (*noopProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (*noopProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return dataSource{} }}
}

func (*noopProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{func() ephemeral.EphemeralResource { return ephemeralResource{} }}
}

func (*noopProvider) Resources(context.Context) []func() resource.Resource { return nil }

// model is the one block that both kinds have.
type model struct {
	Name  types.String `tfsdk:"name"`
	Value types.String `tfsdk:"value"`
}

// attributes are the block's. Those of a data source fit an ephemeral resource, too.
func attributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"name":  schema.StringAttribute{Required: true},
		"value": schema.StringAttribute{Computed: true},
	}
}

// fill takes the name from the configuration, and makes the value.
func (m *model) fill(ctx context.Context, config tfsdk.Config) diag.Diagnostics {
	diagnostics := config.Get(ctx, m)
	m.Value = types.StringValue("value of " + m.Name.ValueString())
	return diagnostics
}
