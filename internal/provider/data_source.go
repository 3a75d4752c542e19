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
		MarkdownDescription: "Trades a web identity token for temporary AWS credentials, by STS " + apiReference +
			". The call is made whenever " +
			"Terraform reads data sources: in each plan, and in each refresh.\n\n" +
			"~> **What it gives lies in the state and in saved plans, in the clear**, as do its arguments, a token " +
			"given by `web_identity_token` among them; that they are " +
			"marked sensitive hides them from the output alone. Whoever can read the state can use the credentials " +
			"until they expire. Keep `duration_seconds` short, and the " +
			"state where only those can read it who may assume the role anyway; or use the ephemeral resource of the " +
			"same name, of which nothing is kept.",
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
