package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// tokenArguments say where the token comes from. The provider block has the very same ones, as defaults for the blocks.
//
// Each pair that excludes itself is declared on one side only, so that it is reported once. That side is never the
// token's own argument: Terraform would show its line.
func tokenArguments() map[string]schema.Attribute {
	const inline, file, env = webidentity.InlineArgument, webidentity.FileArgument, webidentity.EnvironmentArgument
	return map[string]schema.Attribute{
		webidentity.InlineArgument: schema.StringAttribute{
			Optional:  true,
			Sensitive: true,
			MarkdownDescription: "The token itself: an OpenID Connect ID token (a JWT), or an OAuth 2.0 access token " +
				"together with `provider_id`; 4 to 20000 characters " +
				"(`WebIdentityToken`). White space around it is trimmed. At most one of the `web_identity_token…` " +
				"arguments may be set. Where neither a block nor the provider " +
				"block sets one, the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names is read. In the provider block, " +
				"an ephemeral value keeps it out of state and plan.",
			Validators: []validator.String{
				checkedBy("a web identity token", checkInlineToken),
			},
		},
		webidentity.FileArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Path of a file that holds the token (`WebIdentityToken`). The file is read each " +
				"time, so a token that its platform replaces is found. What it " +
				"holds must be a JWT, unless `provider_id` is set. White space around it is trimmed.",
			Validators: []validator.String{
				stringvalidator.LengthAtLeast(1),
				conflictsWith{inline},
			},
		},
		webidentity.EnvironmentArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Name of an environment variable that holds the token (`WebIdentityToken`), such as " +
				"`TFC_WORKLOAD_IDENTITY_TOKEN`. What it holds must be a JWT, unless " +
				"`provider_id` is set. White space around it is trimmed.",
			Validators: []validator.String{
				checkedBy("the name of an environment variable", checkVariableName),
				conflictsWith{inline, file},
			},
		},
		webidentity.RequestArgument: schema.SingleNestedAttribute{
			Optional: true,
			MarkdownDescription: "Asks the platform that Terraform runs on for a token (`WebIdentityToken`). Takes " +
				"exactly one of these objects, each of which makes one HTTP request; " +
				"nothing needs to be installed.",
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
		MarkdownDescription: "Name of the session, which ends the ARN of the assumed role and shows in CloudTrail: 2 " +
			"to 64 letters, digits and `_+=,.@-` " +
			"(`RoleSessionName`). Default: " + before + "the environment variable `AWS_ROLE_SESSION_NAME`, then " +
			"`terraform`.",
		Validators: []validator.String{checkedBy("a role session name", assumerole.CheckRoleSessionName)},
	}
}
