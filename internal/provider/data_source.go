package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
)

func newDataSource() datasource.DataSource { return &dataSource{} }

// dataSource is data "sts_assume_role_with_web_identity".
type dataSource struct {
	exchanger *exchanger
}

func (d *dataSource) Metadata(
	_ context.Context,
	request datasource.MetadataRequest,
	response *datasource.MetadataResponse,
) {
	response.TypeName = request.ProviderTypeName + typeSuffix
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Exchanges a web identity token for temporary AWS credentials with STS " + apiReference +
			". Terraform makes the exchange each time that it reads the data source, in each plan and in each " +
			"refresh.\n\n" +
			"~> Terraform stores the result and the arguments in the state and in saved plans, in plaintext. This " +
			"includes a token in `web_identity_token`. Marking a value as sensitive hides it only in CLI output. " +
			"Anyone who can read the state can use the credentials until they expire. Keep `duration_seconds` " +
			"short. Give access to the state only to people who may assume the role. The ephemeral resource of the " +
			"same name stores nothing.",
		Attributes: attributes(),
	}
}

func (d *dataSource) Configure(
	_ context.Context,
	request datasource.ConfigureRequest,
	response *datasource.ConfigureResponse,
) {
	d.exchanger = configuredExchanger(request.ProviderData, &response.Diagnostics)
}

func (d *dataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	if result, _ := d.exchanger.read(ctx, request.Config.Raw, &response.Diagnostics); result != nil {
		response.State.Raw = result.value(request.Config.Raw.Type())
	}
}
