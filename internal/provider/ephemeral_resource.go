package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

func newEphemeralResource() ephemeral.EphemeralResource { return &ephemeralResource{} }

// ephemeralResource is ephemeral "sts_assume_role_with_web_identity": the data source's twin, of which nothing is kept.
//
// It has no Renew: that can't change what Terraform was given at Open, so there is nothing to renew.
type ephemeralResource struct {
	exchanger *exchanger
}

func (r *ephemeralResource) Metadata(
	_ context.Context,
	request ephemeral.MetadataRequest,
	response *ephemeral.MetadataResponse,
) {
	response.TypeName = request.ProviderTypeName + typeSuffix
}

func (r *ephemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, response *ephemeral.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Exchanges a web identity token for temporary AWS credentials with STS " + apiReference +
			". Terraform stores neither the token nor the credentials in the state or in a plan. The exchange takes " +
			"place in each plan and again in each apply.\n\n" +
			"With `refreshable`, every program that reads a shared config file gets new credentials until the run " +
			"ends.",
		Attributes: ephemeralAttributes(),
	}
}

// ephemeralAttributes are the data source's, the very same values, and three more. The framework's attributes of both
// kinds satisfy each other's interfaces, so nothing is converted, and nothing can drift apart.
func ephemeralAttributes() map[string]schema.Attribute {
	merged := map[string]schema.Attribute{
		"refreshable": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to provide new credentials through `shared_config_file` and `profile` " +
				"until Terraform closes this block. Default: `false`. If it is `true`, `environment` contains the " +
				"file and the profile instead of the keys. Each refresh gets the token again, so the source must be " +
				"able to provide a new token. A value in `web_identity_token` works only until it expires. Windows " +
				"isn't supported.",
		},
		"shared_config_file": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Path of a shared config file, for `shared_config_files` of an `aws` provider or " +
				"for the variable `AWS_CONFIG_FILE`. The file contains no secret. It has one profile, which names " +
				"this provider's executable as `credential_process`. Null unless `refreshable` is `true`.",
		},
		"profile": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Name of the profile in `shared_config_file`. Always set it together with the " +
				"file. Without it, keys in the environment or in the shared credentials file override the profile. " +
				"Null unless `refreshable` is `true`.",
		},
	}
	for name, attribute := range attributes() {
		merged[name] = attribute
	}
	return merged
}

func (r *ephemeralResource) Configure(
	_ context.Context,
	request ephemeral.ConfigureRequest,
	response *ephemeral.ConfigureResponse,
) {
	r.exchanger = configuredExchanger(request.ProviderData, &response.Diagnostics)
}

func (r *ephemeralResource) Open(ctx context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	result, exchange := r.exchanger.read(ctx, request.Config.Raw, &response.Diagnostics)
	if result == nil {
		return
	}
	if result.isTrue("refreshable") {
		session := r.exchanger.refresh(ctx, *exchange, &response.Diagnostics)
		if session == nil {
			return
		}
		result = result.withSession(session)
		name, err := json.Marshal(session.Profile())
		if err != nil {
			response.Diagnostics.AddError("Unexpected profile name", err.Error())
			return
		}
		response.Diagnostics.Append(response.Private.SetKey(ctx, sessionKey, name)...)
	}
	response.Result.Raw = result.value(request.Config.Raw.Type())
}

func (r *ephemeralResource) Close(
	ctx context.Context,
	request ephemeral.CloseRequest,
	response *ephemeral.CloseResponse,
) {
	name, problems := request.Private.GetKey(ctx, sessionKey)
	response.Diagnostics.Append(problems...)
	if name == nil {
		return // it isn't refreshable
	}
	var profile string
	if err := json.Unmarshal(name, &profile); err != nil {
		response.Diagnostics.AddError("Unexpected profile name", err.Error())
		return
	}
	closeSession(profile, &response.Diagnostics)
}
