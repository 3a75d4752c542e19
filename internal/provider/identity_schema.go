package provider

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// tokenArguments say where the token comes from. The provider block has the very same ones, as defaults for the blocks.
//
// Each pair that excludes itself is declared on one side only, so that it is reported once. That side is never the token's own
// argument: Terraform would show its line.
func tokenArguments() map[string]schema.Attribute {
	inline, file, env := path.MatchRoot(webidentity.InlineArgument), path.MatchRoot(webidentity.FileArgument), path.MatchRoot(webidentity.EnvironmentArgument)
	return map[string]schema.Attribute{
		webidentity.InlineArgument: schema.StringAttribute{
			Optional:  true,
			Sensitive: true,
			MarkdownDescription: "The token itself: an OpenID Connect ID token (a JWT), or an OAuth 2.0 access token together with `provider_id`; 4 to 20000 characters " +
				"(`WebIdentityToken`). White space around it is trimmed. At most one of the `web_identity_token…` arguments may be set. Where neither a block nor the provider " +
				"block sets one, the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names is read. In the provider block, an ephemeral value keeps it out of state and plan.",
			Validators: []validator.String{
				checkedBy("a web identity token", checkInlineToken),
			},
		},
		webidentity.FileArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Path of a file that holds the token (`WebIdentityToken`). The file is read each time, so a token that its platform replaces is found. What it " +
				"holds must be a JWT, unless `provider_id` is set. White space around it is trimmed.",
			Validators: []validator.String{
				stringvalidator.LengthAtLeast(1),
				stringvalidator.ConflictsWith(inline),
			},
		},
		webidentity.EnvironmentArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Name of an environment variable that holds the token (`WebIdentityToken`), such as `TFC_WORKLOAD_IDENTITY_TOKEN`. What it holds must be a JWT, unless " +
				"`provider_id` is set. White space around it is trimmed.",
			Validators: []validator.String{
				checkedBy("the name of an environment variable", checkVariableName),
				stringvalidator.ConflictsWith(inline, file),
			},
		},
		webidentity.RequestArgument: schema.SingleNestedAttribute{
			Optional: true,
			MarkdownDescription: "Asks the platform that Terraform runs on for a token (`WebIdentityToken`). Takes exactly one of these objects, each of which makes one HTTP request; " +
				"nothing needs to be installed.",
			Attributes: platforms(),
			Validators: []validator.Object{onePlatform{}, objectvalidator.ConflictsWith(inline, file, env)},
		},
	}
}

func platforms() map[string]schema.Attribute {
	audience := "Audience of the token. Default: `" + webidentity.DefaultAudience + "`; to be set for a role in the partition aws-cn, where people register different ones."
	return map[string]schema.Attribute{
		"github_actions": schema.SingleNestedAttribute{
			Optional: true,
			MarkdownDescription: "A job of GitHub Actions (GitHub Enterprise Server, Forgejo and Gitea too) with `permissions: id-token: write`. Reads `ACTIONS_ID_TOKEN_REQUEST_URL` " +
				"and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.",
			Attributes: map[string]schema.Attribute{
				"audience": schema.StringAttribute{Optional: true, MarkdownDescription: audience, Validators: notEmpty()},
			},
		},
		"azure_devops": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "A job of Azure Pipelines that maps `SYSTEM_ACCESSTOKEN` into the step. Reads `SYSTEM_OIDCREQUESTURI` too.",
			Attributes: map[string]schema.Attribute{
				"service_connection_id": schema.StringAttribute{
					Optional: true, Validators: notEmpty(),
					MarkdownDescription: "ID of the service connection that the token is to speak for. Without one, it speaks for the pipeline.",
				},
			},
		},
		"google_compute": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "A virtual machine, Cloud Run or GKE of Google Cloud, by its metadata service. Reads `GCE_METADATA_HOST`.",
			Attributes: map[string]schema.Attribute{
				"audience": schema.StringAttribute{Required: true, Validators: notEmpty(), MarkdownDescription: "Audience of the token."},
				"service_account": schema.StringAttribute{
					Optional: true, Validators: notEmpty(),
					MarkdownDescription: "E-mail address of the service account that the token is to speak for. Default: `default`.",
				},
			},
		},
		"azure_managed_identity": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "A virtual machine or App Service of Azure with a managed identity, by its metadata service. Reads `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.",
			Attributes: map[string]schema.Attribute{
				"audience": schema.StringAttribute{
					Required: true, Validators: notEmpty(),
					MarkdownDescription: "Application ID URI of the Entra application that stands for AWS, such as `api://aws`.",
				},
				"client_id": schema.StringAttribute{
					Optional: true, Validators: notEmpty(),
					MarkdownDescription: "Client ID of a user-assigned identity. Default: the system-assigned one, or the only one.",
				},
			},
		},
		"buildkite": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "A job of Buildkite, by its agent's API. Reads `BUILDKITE_AGENT_ENDPOINT`, `BUILDKITE_JOB_ID` and `BUILDKITE_AGENT_ACCESS_TOKEN`.",
			Attributes: map[string]schema.Attribute{
				"audience": schema.StringAttribute{Optional: true, MarkdownDescription: audience, Validators: notEmpty()},
				"lifetime_seconds": schema.NumberAttribute{
					Optional: true, Validators: []validator.Number{wholeNumber{1, math.MaxInt32}},
					MarkdownDescription: "How long the token lives, in seconds. Default: Buildkite's.",
				},
			},
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
		MarkdownDescription: "Name of the session, which ends the ARN of the assumed role and shows in CloudTrail: 2 to 64 letters, digits and `_+=,.@-` " +
			"(`RoleSessionName`). Default: " + before + "the environment variable `AWS_ROLE_SESSION_NAME`, then `terraform`.",
		Validators: []validator.String{checkedBy("a role session name", assumerole.CheckRoleSessionName)},
	}
}

// onePlatform holds web_identity_token_request to exactly one of its objects.
type onePlatform struct{}

func (onePlatform) Description(context.Context) string { return "exactly one platform must be named" }

func (onePlatform) MarkdownDescription(context.Context) string {
	return "exactly one platform must be named"
}

func (onePlatform) ValidateObject(_ context.Context, request validator.ObjectRequest, response *validator.ObjectResponse) {
	if request.ConfigValue.IsNull() || request.ConfigValue.IsUnknown() {
		return
	}
	platforms := request.ConfigValue.Attributes()
	var named []string
	for _, name := range slices.Sorted(maps.Keys(platforms)) {
		switch {
		case platforms[name].IsUnknown():
			return
		case !platforms[name].IsNull():
			named = append(named, name)
		}
	}
	if len(named) == 1 {
		return
	}
	found := "none that the provider knows is"
	if len(named) > 1 {
		found = strings.Join(named, " and ") + " are"
	}
	response.Diagnostics.AddAttributeError(request.Path, "Exactly one platform must be named", fmt.Sprintf("In %s, %s set. Set exactly one of %s; an empty object will do where it needs nothing: "+
		"web_identity_token_request = { github_actions = {} }.", webidentity.RequestArgument, found, strings.Join(slices.Sorted(maps.Keys(platforms)), ", ")))
}
