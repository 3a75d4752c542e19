// Package provider is all that Terraform sees: the provider block, the data source, their schemas, and errors as
// diagnostics. What it does is in the packages that it calls.
package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// New makes the provider. The version goes into the user agent of its calls.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &stsProvider{version: version} }
}

var _ provider.ProviderWithEphemeralResources = (*stsProvider)(nil)

type stsProvider struct {
	version string
}

// providerModel is the provider block.
type providerModel struct {
	Region   types.String `tfsdk:"region"`
	Endpoint types.String `tfsdk:"endpoint"`
}

// unknown names the arguments whose value isn't known yet.
func (m providerModel) unknown() []string {
	var names []string
	for _, argument := range []struct {
		name  string
		value types.String
	}{{assumerole.RegionArgument, m.Region}, {assumerole.EndpointArgument, m.Endpoint}} {
		if argument.value.IsUnknown() {
			names = append(names, argument.name)
		}
	}
	return names
}

// exchanger makes exchanges for the blocks of one provider block.
type exchanger struct {
	client  *assumerole.Client
	unknown []string // arguments of the provider block that aren't known yet; then there is no client
}

func (p *stsProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "sts"
	response.Version = p.version
}

func (p *stsProvider) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Trades a web identity token for temporary AWS credentials, by STS `AssumeRoleWithWebIdentity`. The call is anonymous: the provider " +
			"needs no AWS credentials, and looks for none. Every argument is optional.",
		Attributes: map[string]schema.Attribute{
			assumerole.RegionArgument: schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The AWS Region whose STS is called, such as `eu-central-1`. Default: `AWS_REGION`, then `AWS_DEFAULT_REGION`, then the profile's " +
					"`region`, then the home Region of the role's partition (`us-east-1` for `aws`, `cn-north-1` for `aws-cn`, `us-gov-west-1` for `aws-us-gov`).",
				Validators: []validator.String{checkedBy("the name of an AWS Region", assumerole.CheckRegion)},
			},
			assumerole.EndpointArgument: schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "The URL of the STS to call in place of the Region's own: a VPC endpoint, MinIO, Ceph, an emulator. Default: `AWS_ENDPOINT_URL_STS`, " +
					"then the profile's `services` section for `sts`. A general `AWS_ENDPOINT_URL`, or `endpoint_url` of the profile, is usually meant for S3: it is followed on " +
					"loopback, and an error elsewhere. The token of `AWS_WEB_IDENTITY_TOKEN_FILE` is never sent to a server that isn't AWS's.",
				Validators: []validator.String{checkedBy("an absolute http or https URL", assumerole.CheckEndpoint)},
			},
		},
	}
}

func (p *stsProvider) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var model providerModel
	response.Diagnostics.Append(request.Config.Get(ctx, &model)...)
	if response.Diagnostics.HasError() {
		return
	}
	warnOfPlainEndpoint(model, &response.Diagnostics)
	configured := &exchanger{unknown: model.unknown()}
	if len(configured.unknown) == 0 {
		client, err := assumerole.NewClient(ctx, assumerole.Settings{
			Region:   model.Region.ValueString(),
			Endpoint: model.Endpoint.ValueString(),
			Version:  p.version,
		})
		if err != nil {
			addProviderError(&response.Diagnostics, explain.Setting(err))
			return
		}
		configured.client = client
	}
	response.DataSourceData = configured
	response.EphemeralResourceData = configured
}

func (p *stsProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newDataSource}
}

func (p *stsProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{newEphemeralResource}
}

func (p *stsProvider) Resources(context.Context) []func() resource.Resource { return nil }

// warnOfPlainEndpoint tells what plain http to another machine means. That it stands in the configuration is why it is
// allowed at all.
func warnOfPlainEndpoint(model providerModel, diagnostics *diag.Diagnostics) {
	if assumerole.IsPlainRemote(model.Endpoint.ValueString()) {
		diagnostics.AddAttributeWarning(path.Root(assumerole.EndpointArgument), "The STS endpoint isn't encrypted",
			"The token and the credentials cross the network in the clear, for anybody on the way to take. Use https where the server can.")
	}
}

// configuredExchanger takes the provider's data for a block. It is nil while Terraform merely validates.
func configuredExchanger(data any, diagnostics *diag.Diagnostics) *exchanger {
	if data == nil {
		return nil
	}
	configured, ok := data.(*exchanger)
	if !ok {
		diagnostics.AddError("Unexpected provider data", fmt.Sprintf("This is a bug of the provider: its data is a %T.", data))
	}
	return configured
}

// requireKnown refuses to go on with arguments of the provider block that aren't known yet: Terraform calls a provider all
// the same, and falling back to the environment would call another server than the one that was meant.
func (e *exchanger) requireKnown(diagnostics *diag.Diagnostics) bool {
	if len(e.unknown) == 0 {
		return true
	}
	diagnostics.AddError("The provider's configuration isn't known yet",
		fmt.Sprintf("The value of %s in the provider block comes from something that doesn't exist before the apply, and this block may be read before that. Set it to a value that "+
			"is known when planning (a variable, say), or create what it comes from first, with -target.", strings.Join(e.unknown, " and ")))
	return false
}
