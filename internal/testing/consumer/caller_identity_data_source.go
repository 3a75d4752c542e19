package consumer

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type callerIdentityDataSource struct {
	caller *caller
}

var _ datasource.DataSourceWithConfigure = (*callerIdentityDataSource)(nil)

func newCallerIdentityDataSource() datasource.DataSource {
	return &callerIdentityDataSource{}
}

type callerIdentityModel struct {
	AccountID types.String `tfsdk:"account_id"`
	ARN       types.String `tfsdk:"arn"`
	UserID    types.String `tfsdk:"user_id"`
	ID        types.String `tfsdk:"id"`
}

func (d *callerIdentityDataSource) Metadata(
	_ context.Context,
	req datasource.MetadataRequest,
	resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_caller_identity"
}

func (d *callerIdentityDataSource) Schema(
	_ context.Context,
	_ datasource.SchemaRequest,
	resp *datasource.SchemaResponse,
) {
	resp.Schema = schema.Schema{
		Description: "Who the provider's credentials belong to, as STS answers GetCallerIdentity.",
		Attributes: map[string]schema.Attribute{
			"account_id": schema.StringAttribute{Computed: true, Description: "Account ID, 12 digits."},
			"arn":        schema.StringAttribute{Computed: true, Description: "ARN of the caller."},
			"user_id":    schema.StringAttribute{Computed: true, Description: "Unique ID of the caller."},
			"id":         schema.StringAttribute{Computed: true, Description: "The account ID again."},
		},
	}
}

func (d *callerIdentityDataSource) Configure(
	_ context.Context,
	req datasource.ConfigureRequest,
	resp *datasource.ConfigureResponse,
) {
	if req.ProviderData == nil {
		return // Terraform validates before it configures the provider.
	}
	c, ok := req.ProviderData.(*caller)
	if !ok {
		resp.Diagnostics.AddError("Unexpected provider data", fmt.Sprintf("Want a *caller, got %T.", req.ProviderData))
		return
	}
	d.caller = c
}

func (d *callerIdentityDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	who, err := d.caller.identity(ctx)
	if err != nil {
		resp.Diagnostics.AddError("Cannot read the caller identity", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, callerIdentityModel{
		AccountID: types.StringValue(who.accountID),
		ARN:       types.StringValue(who.arn),
		UserID:    types.StringValue(who.userID),
		ID:        types.StringValue(who.accountID),
	})...)
}
