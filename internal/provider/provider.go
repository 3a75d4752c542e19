// Package provider is everything that Terraform sees: the provider block, the data source, its ephemeral twin, the
// token, the functions, their schemas, and errors as diagnostics. What it does is in the packages that it calls.
package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// New makes the provider. The version goes into the user agent of its calls.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &stsProvider{version: version} }
}

var (
	_ provider.ProviderWithEphemeralResources = (*stsProvider)(nil)
	_ provider.ProviderWithFunctions          = (*stsProvider)(nil)
)

type stsProvider struct {
	version string
}

func (p *stsProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "sts"
	response.Version = p.version
}

func (p *stsProvider) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Exchanges a web identity token for temporary AWS credentials with STS " +
			"`AssumeRoleWithWebIdentity`. The exchange is anonymous. The provider doesn't need or look up AWS " +
			"credentials. All arguments are optional.",
		Attributes: providerAttributes(),
	}
}

// Configure makes what the blocks exchange with. What is wrong outside of the provider block (the environment, the
// profile) is reported by the blocks: a configuration without a provider block would be told to write one, and one
// whose blocks are all switched off would fail for nothing.
func (p *stsProvider) Configure(
	ctx context.Context,
	request provider.ConfigureRequest,
	response *provider.ConfigureResponse,
) {
	var block providerModel
	response.Diagnostics.Append(request.Config.Get(ctx, &block)...)
	if response.Diagnostics.HasError() {
		return
	}
	warnOfPlainEndpoint(block, &response.Diagnostics)
	configured := &exchanger{identity: block.identityModel}
	configured.unknown, configured.unknownToken, configured.unknownSessionName = block.unknown(ctx)
	if len(configured.unknown) == 0 {
		settings := block.settings(ctx, p.version, &response.Diagnostics)
		configured.client, configured.environmentError = assumerole.NewClient(ctx, settings)
		if configured.tokens = configured.client; configured.environmentError != nil {
			settings.OnlyTokens = true
			configured.tokens, _ = assumerole.NewClient(ctx, settings) // the first error is reported
		}
	}
	if configured.environmentError != nil {
		if explanation := explain.Setting(configured.environmentError); explanation.ProviderArgument != "" {
			addProviderError(&response.Diagnostics, explanation)
			return
		}
	}
	response.DataSourceData = configured
	response.EphemeralResourceData = configured
}

func (p *stsProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newDataSource}
}

func (p *stsProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{newEphemeralResource, newTokenResource}
}

func (p *stsProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		newDecodeFunction, newEvaluateTrustPolicyFunction, newTrustPolicyFindingsFunction,
	}
}

func (p *stsProvider) Resources(context.Context) []func() resource.Resource { return nil }

// warnOfPlainEndpoint warns about plain http to another machine, which only the argument in the configuration allows.
func warnOfPlainEndpoint(block providerModel, diagnostics *diag.Diagnostics) {
	if assumerole.IsPlainRemote(block.Endpoint.ValueString()) {
		warning := explain.PlainEndpoint()
		diagnostics.AddAttributeWarning(path.Root(explain.EndpointArgument), warning.Summary, warning.Detail)
	}
}

// configuredExchanger takes the provider's data for a block. It is nil while Terraform merely validates.
func configuredExchanger(data any, diagnostics *diag.Diagnostics) *exchanger {
	if data == nil {
		return nil
	}
	configured, ok := data.(*exchanger)
	if !ok {
		diagnostics.AddError("Unexpected provider data", fmt.Sprintf("This is a bug of the provider: its data is a "+
			"%T.", data))
	}
	return configured
}
