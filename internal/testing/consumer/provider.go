// Package consumer is a small Terraform provider that stands in for an aliased hashicorp/aws in acceptance tests and in
// the demo: it takes credentials under the same argument names and signs a call with them, which proves that
// credentials handed from one provider to another work. It has no part in the product.
package consumer

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// New returns the consumer. Its type name is aws, so its one data source is aws_caller_identity.
func New() provider.Provider {
	return &awsProvider{}
}

type awsProvider struct{}

func (p *awsProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "aws"
}

// Schema has hashicorp/aws's names and kinds, so that a configuration written for one passes the other. Nothing is
// marked sensitive, for nothing is there: a secret that Terraform shows here it would show there.
func (p *awsProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		Description: "Signs GetCallerIdentity with the credentials it is given.",
		Attributes: map[string]schema.Attribute{
			"access_key":               optionalString("Access key ID."),
			"secret_key":               optionalString("Secret access key."),
			"token":                    optionalString("Session token."),
			"region":                   optionalString("Region that requests are signed for."),
			"profile":                  optionalString("Profile in the shared configuration and credentials files."),
			"shared_config_files":      optionalStringList("Paths of shared configuration files."),
			"shared_credentials_files": optionalStringList("Paths of shared credentials files."),
			"allowed_account_ids": schema.SetAttribute{
				Optional:    true,
				ElementType: types.StringType,
				Description: "Account IDs that the credentials may belong to. Checked when the caller identity is " +
					"read.",
			},
			"skip_credentials_validation": noEffect(),
			"skip_requesting_account_id":  noEffect(),
			"skip_region_validation":      noEffect(),
			"s3_use_path_style":           noEffect(),
			// hashicorp/aws tells an absent value from false here, and to do so takes a string.
			"skip_metadata_api_check": optionalString("Has no effect: the metadata service is never asked."),
		},
		Blocks: map[string]schema.Block{
			// For examples to be validated alone: it has no effect here.
			"assume_role_with_web_identity": schema.ListNestedBlock{
				Description: "The provider's own exchange of a web identity token.",
				NestedObject: schema.NestedBlockObject{
					Attributes: map[string]schema.Attribute{
						"role_arn":                optionalString("ARN of the role."),
						"session_name":            optionalString("Name of the session."),
						"web_identity_token":      optionalString("The token."),
						"web_identity_token_file": optionalString("Path of the token's file."),
						"duration":                optionalString("How long the session lives."),
						"policy":                  optionalString("Session policy in JSON."),
					},
				},
			},
			"endpoints": schema.SetNestedBlock{
				Description: "Service endpoints other than AWS's own.",
				NestedObject: schema.NestedBlockObject{
					Attributes: map[string]schema.Attribute{
						"sts": optionalString("URL of STS."),
						"s3":  optionalString("Has no effect: S3 is never called."),
					},
				},
			},
		},
	}
}

func optionalString(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, Description: description}
}

func optionalStringList(description string) schema.ListAttribute {
	return schema.ListAttribute{Optional: true, ElementType: types.StringType, Description: description}
}

func noEffect() schema.BoolAttribute {
	return schema.BoolAttribute{Optional: true, Description: "Has no effect: nothing is validated before it is used."}
}

// Configure reads the shared files and asks nobody: the credentials are first looked at when a data source needs them.
func (p *awsProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	args, diags := model.arguments(ctx)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	caller, err := newCaller(ctx, args)
	if err != nil {
		resp.Diagnostics.AddError("Cannot load the AWS configuration", err.Error())
		return
	}
	resp.DataSourceData = caller
}

func (p *awsProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newCallerIdentityDataSource}
}

func (p *awsProvider) Resources(context.Context) []func() resource.Resource {
	return nil
}
