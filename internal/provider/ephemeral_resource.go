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
		MarkdownDescription: "Trades a web identity token for temporary AWS credentials, by STS " + apiReference +
			", and keeps nothing of it: neither the credentials nor the " +
			"token lie in a state or a plan. The call is made in each plan and again in each apply.\n\n" +
			"With `refreshable`, whatever reads a shared config file gets credentials that are always fresh, for as " +
			"long as the run lasts.",
		Attributes: ephemeralAttributes(),
	}
}

// ephemeralAttributes are the data source's, the very same values, and three more. The framework's attributes of both
// kinds satisfy each other's interfaces, so nothing is converted, and nothing can drift apart.
func ephemeralAttributes() map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"refreshable": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to serve credentials that are always fresh, by `shared_config_file` and " +
				"`profile`, until Terraform is done with this block. Default: " +
				"`false`. `environment` then holds the file and the profile in place of the keys. The token is read " +
				"anew for each refresh, so it has to come from somewhere that can give a new one: not from " +
				"`web_identity_token`, once that has expired. " +
				"Not on Windows.",
		},
		"shared_config_file": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Path of a shared config file, for `shared_config_files` of an `aws` provider or " +
				"the variable `AWS_CONFIG_FILE`. It holds no secret: its one profile " +
				"names this provider's executable as `credential_process`. Null unless `refreshable`.",
		},
		"profile": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Name of the profile in `shared_config_file`. Always set it beside the file: " +
				"without it, keys in the environment or in the shared credentials file " +
				"would win. Null unless `refreshable`.",
		},
	}
	for name, attribute := range attributes() {
		all[name] = attribute
	}
	return all
}

func (r *ephemeralResource) Configure(
	_ context.Context,
	request ephemeral.ConfigureRequest,
	response *ephemeral.ConfigureResponse,
) {
	r.exchanger = configuredExchanger(request.ProviderData, &response.Diagnostics)
}

func (r *ephemeralResource) Open(ctx context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	result, made := r.exchanger.read(ctx, request.Config.Raw, &response.Diagnostics)
	if result == nil {
		return
	}
	if result.isTrue("refreshable") {
		session := r.exchanger.refresh(ctx, *made, &response.Diagnostics)
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
