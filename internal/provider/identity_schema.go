package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// tokenArguments say where the token comes from. The provider block has the very same ones, as defaults for the blocks.
//
// Each pair that excludes itself is declared on one side only, so that it is reported once. That side is never the
// token's own argument: Terraform would show its line.
func tokenArguments() map[string]schema.Attribute {
	const inline, file, env = explain.InlineArgument, explain.FileArgument, explain.EnvironmentArgument
	return map[string]schema.Attribute{
		explain.InlineArgument: schema.StringAttribute{
			Optional:  true,
			Sensitive: true,
			MarkdownDescription: "Web identity token, which is an OpenID Connect ID token (a JWT), or an OAuth 2.0 " +
				"access token with `provider_id`. 4 to 20000 characters. The provider trims whitespace around it. " +
				"Set at " +
				"most one of the `web_identity_token…` arguments. If neither a block nor the provider block sets " +
				"one, the provider reads the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names. In the provider block, " +
				"the value can be ephemeral, which keeps it out of the state and the plan. (`WebIdentityToken`)",
			Validators: []validator.String{
				checkedBy("a web identity token", checkInlineToken),
			},
		},
		explain.FileArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Path of a file that contains the token. The file must contain a JWT, unless " +
				"`provider_id` is set. The provider reads the file for each exchange, so the platform can replace " +
				"the token. It trims whitespace around the token. (`WebIdentityToken`)",
			Validators: []validator.String{
				stringvalidator.LengthAtLeast(1),
				conflictsWith{inline},
			},
		},
		explain.EnvironmentArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Name of an environment variable that contains the token, such as " +
				"`TFC_WORKLOAD_IDENTITY_TOKEN`. The variable must contain a JWT, unless `provider_id` is set. The " +
				"provider trims whitespace around the token. (`WebIdentityToken`)",
			Validators: []validator.String{
				checkedBy("the name of an environment variable", checkVariableName),
				conflictsWith{inline, file},
			},
		},
		explain.RequestArgument: schema.SingleNestedAttribute{
			Optional: true,
			MarkdownDescription: "Request for a token to the platform that Terraform runs on. Set exactly one of " +
				"these objects. Each object makes one HTTP request and needs no additional software. " +
				"(`WebIdentityToken`)",
			Attributes: platformAttributes(),
			Validators: []validator.Object{onePlatform{}, conflictsWith{inline, file, env}},
		},
	}
}

func checkVariableName(value string) error { return webidentity.Environment{Name: value}.Check() }

func notEmpty() []validator.String { return []validator.String{stringvalidator.LengthAtLeast(1)} }

func checkInlineToken(value string) error {
	return webidentity.Inline{Value: secret.New(value)}.Check()
}

// sessionNameArgument is role_session_name: computed in a block, which shows the name that was used, and not so in the
// provider block.
func sessionNameArgument(computed bool) schema.StringAttribute {
	before := ""
	if computed {
		before = "the provider block's, then "
	}
	return schema.StringAttribute{
		Optional: true,
		Computed: computed,
		MarkdownDescription: "Name of the session, which is the last part of the assumed role's ARN and appears in " +
			"CloudTrail. 2 to 64 letters, digits, and `_+=,.@-`. Default: " + before + "the environment variable " +
			"`AWS_ROLE_SESSION_NAME`, then `terraform`. (`RoleSessionName`)",
		Validators: []validator.String{checkedBy("a role session name", checkRoleSessionName)},
	}
}

// checkRoleSessionName checks the argument of either block. The path of the error says which.
func checkRoleSessionName(name string) error {
	return assumerole.CheckRoleSessionName(name, origin.Of(origin.Block))
}
