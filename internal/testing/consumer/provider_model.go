package consumer

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type providerModel struct {
	AccessKey              types.String `tfsdk:"access_key"`
	SecretKey              types.String `tfsdk:"secret_key"`
	Token                  types.String `tfsdk:"token"`
	Region                 types.String `tfsdk:"region"`
	Profile                types.String `tfsdk:"profile"`
	SharedConfigFiles      types.List   `tfsdk:"shared_config_files"`
	SharedCredentialsFiles types.List   `tfsdk:"shared_credentials_files"`
	AllowedAccountIDs      types.Set    `tfsdk:"allowed_account_ids"`
	Endpoints              types.Set    `tfsdk:"endpoints"`
	OwnExchange            types.List   `tfsdk:"assume_role_with_web_identity"`

	SkipCredentialsValidation types.Bool   `tfsdk:"skip_credentials_validation"`
	SkipRequestingAccountID   types.Bool   `tfsdk:"skip_requesting_account_id"`
	SkipRegionValidation      types.Bool   `tfsdk:"skip_region_validation"`
	SkipMetadataAPICheck      types.String `tfsdk:"skip_metadata_api_check"`
	S3UsePathStyle            types.Bool   `tfsdk:"s3_use_path_style"`
}

type endpointsModel struct {
	STS types.String `tfsdk:"sts"`
	S3  types.String `tfsdk:"s3"`
}

// arguments is the provider block in plain Go. An absent argument and an empty one are the same.
type arguments struct {
	accessKey, secretKey, token string
	region, profile             string
	sharedConfigFiles           []string
	sharedCredentialsFiles      []string
	allowedAccountIDs           []string
	stsEndpoint                 string

	// unknown names the arguments whose values Terraform will only know once it has applied something else. The others
	// are left empty then.
	unknown []string
}

// String keeps the secrets out of whatever formats the arguments.
func (a arguments) String() string { return "arguments(redacted)" }

// GoString does for %#v what String does for the rest.
func (a arguments) GoString() string { return a.String() }

// hasStaticCredentials is true when any one of the three is set: a part of them never makes way for whatever the
// environment holds.
func (a arguments) hasStaticCredentials() bool {
	return a.accessKey != "" || a.secretKey != "" || a.token != ""
}

func (m providerModel) arguments(ctx context.Context) (arguments, diag.Diagnostics) {
	if unknown := m.unknownNames(ctx); len(unknown) > 0 {
		return arguments{unknown: unknown}, nil
	}
	args := arguments{
		accessKey: m.AccessKey.ValueString(),
		secretKey: m.SecretKey.ValueString(),
		token:     m.Token.ValueString(),
		region:    m.Region.ValueString(),
		profile:   m.Profile.ValueString(),
	}
	var diags diag.Diagnostics
	diags.Append(m.SharedConfigFiles.ElementsAs(ctx, &args.sharedConfigFiles, false)...)
	diags.Append(m.SharedCredentialsFiles.ElementsAs(ctx, &args.sharedCredentialsFiles, false)...)
	diags.Append(m.AllowedAccountIDs.ElementsAs(ctx, &args.allowedAccountIDs, false)...)

	var endpoints []endpointsModel
	diags.Append(m.Endpoints.ElementsAs(ctx, &endpoints, false)...)
	for _, e := range endpoints {
		if e.STS.ValueString() != "" {
			args.stsEndpoint = e.STS.ValueString()
		}
	}
	return args, diags
}

// unknownNames asks each value in its Terraform form, the only one in which an unknown element of a list shows.
func (m providerModel) unknownNames(ctx context.Context) []string {
	values := []struct {
		name  string
		value attr.Value
	}{
		{"access_key", m.AccessKey},
		{"secret_key", m.SecretKey},
		{"token", m.Token},
		{"region", m.Region},
		{"profile", m.Profile},
		{"shared_config_files", m.SharedConfigFiles},
		{"shared_credentials_files", m.SharedCredentialsFiles},
		{"allowed_account_ids", m.AllowedAccountIDs},
		{"endpoints", m.Endpoints},
	}
	var unknown []string
	for _, v := range values {
		// A value that has no Terraform form isn't a known one either.
		if raw, err := v.value.ToTerraformValue(ctx); err != nil || !raw.IsFullyKnown() {
			unknown = append(unknown, v.name)
		}
	}
	return unknown
}
