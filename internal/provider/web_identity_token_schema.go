package provider

import (
	"fmt"
	"maps"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

func tokenSchema() schema.Schema {
	attributes := tokenResults()
	maps.Copy(attributes, tokenSources())
	return schema.Schema{
		MarkdownDescription: "Gets a web identity token (a JWT) for a provider that accepts such tokens itself. " +
			"Terraform stores the token neither in the state nor in a plan. The provider gets a new token in each " +
			"plan and again in each apply, and sends it nowhere.\n\n" +
			"Set at most one of the `web_identity_token…` arguments. If you set none, the block uses the token " +
			"argument of the provider block. The file of `AWS_WEB_IDENTITY_TOKEN_FILE` isn't a default, because its " +
			"token is meant for AWS.\n\n" +
			"~> Everyone who has the token can use it until it expires, wherever its audience is accepted. Request a " +
			"token with a separate audience for each receiver. The argument `allowed_audiences` of the provider block " +
			"rejects all other audiences.",
		Attributes: attributes,
	}
}

// tokenSources are the other blocks' token arguments with descriptions for a token that isn't for STS. There is no
// web_identity_token: the result would be the argument.
func tokenSources() map[string]schema.Attribute {
	sources := map[string]schema.Attribute{}
	for name, attribute := range tokenArguments() {
		switch attribute := attribute.(type) {
		case datasource.StringAttribute:
			switch name {
			case explain.FileArgument:
				attribute.MarkdownDescription = "Path of a file that contains the token. The file must contain a " +
					"JWT. The provider trims whitespace around the token."
			case explain.EnvironmentArgument:
				attribute.MarkdownDescription = "Name of an environment variable that contains the token, such as " +
					"`TFC_WORKLOAD_IDENTITY_TOKEN_VAULT`. The variable must contain a JWT. The provider trims whitespace " +
					"around the token."
			default:
				continue
			}
			sources[name] = attribute
		case datasource.SingleNestedAttribute:
			attribute.MarkdownDescription = "Request for a token to the platform that Terraform runs on. Set exactly " +
				"one of these objects. Each object makes one HTTP request and needs no additional software."
			attribute.Attributes = tokenPlatforms()
			sources[name] = attribute
		}
	}
	return sources
}

// tokenPlatforms are platformAttributes with descriptions of the audience that fit any receiver.
func tokenPlatforms() map[string]datasource.Attribute {
	platforms := platformAttributes()
	for _, platform := range webidentity.Platforms {
		audience, found := platform.Audience()
		object, ok := platforms[platform.Name].(datasource.SingleNestedAttribute)
		if !found || !ok {
			continue
		}
		audience.Description = "Audience of the token, as its receiver expects it."
		if audience.Default != "" {
			audience.Description += fmt.Sprintf(" Default: %#q, which is for AWS.", audience.Default)
		}
		object.Attributes[audience.Name] = platformArgument(audience)
	}
	return platforms
}

func tokenResults() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"token": schema.StringAttribute{
			Computed:            true,
			Sensitive:           true,
			MarkdownDescription: "Web identity token.",
		},
		"claims": schema.DynamicAttribute{
			Computed: true,
			MarkdownDescription: "All claims of the token, for example `claims.repository`. The value is the same as " +
				"`claims` of the function `decode_web_identity_token`. The provider doesn't verify the claims.",
		},
		"issuer": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Issuer of the token, from its `iss` claim. Null if the token has none.",
		},
		"subject": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Subject of the token, from its `sub` claim. Null if the token has none.",
		},
		"audience": schema.ListAttribute{
			Computed:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "Audiences of the token, from its `aud` claim. Null if the token has none.",
		},
		"expiration": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Time when the token expires, from its `exp` claim, in UTC and in RFC 3339 format, such " +
				"as `2026-01-02T15:04:05Z`. Null if the token has none.",
		},
	}
}
