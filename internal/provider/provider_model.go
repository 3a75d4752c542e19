package provider

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// providerModel is the provider block.
type providerModel struct {
	identityModel
	AllowedAccountIDs    types.Set    `tfsdk:"allowed_account_ids"`
	AllowedAudiences     types.Set    `tfsdk:"allowed_audiences"`
	Region               types.String `tfsdk:"region"`
	Endpoint             types.String `tfsdk:"endpoint"`
	UseFIPSEndpoint      types.Bool   `tfsdk:"use_fips_endpoint"`
	UseDualStackEndpoint types.Bool   `tfsdk:"use_dualstack_endpoint"`
	CustomCABundle       types.String `tfsdk:"custom_ca_bundle"`
	HTTPProxy            types.String `tfsdk:"http_proxy"`
	HTTPSProxy           types.String `tfsdk:"https_proxy"`
	NoProxy              types.String `tfsdk:"no_proxy"`
	MaxRetries           types.Number `tfsdk:"max_retries"`
}

// settings are how STS is reached.
func (m providerModel) settings(
	ctx context.Context,
	version string,
	diagnostics *diag.Diagnostics,
) assumerole.Settings {
	settings := assumerole.Settings{
		Region:               m.Region.ValueString(),
		Endpoint:             m.Endpoint.ValueString(),
		UseFIPSEndpoint:      m.UseFIPSEndpoint.ValueBoolPointer(),
		UseDualStackEndpoint: m.UseDualStackEndpoint.ValueBoolPointer(),
		CustomCABundle:       m.CustomCABundle.ValueString(),
		HTTPProxy:            m.HTTPProxy.ValueString(),
		HTTPSProxy:           m.HTTPSProxy.ValueString(),
		NoProxy:              m.NoProxy.ValueString(),
		Version:              version,
	}
	if !m.MaxRetries.IsNull() {
		retries := int(whole(m.MaxRetries))
		settings.MaxRetries = &retries
	}
	diagnostics.Append(m.AllowedAccountIDs.ElementsAs(ctx, &settings.AllowedAccountIDs, false)...)
	slices.Sort(settings.AllowedAccountIDs)
	diagnostics.Append(m.AllowedAudiences.ElementsAs(ctx, &settings.AllowedAudiences, false)...)
	slices.Sort(settings.AllowedAudiences)
	return settings
}

// unknown names the arguments that aren't known yet: those that say how STS is reached, and those that blocks can set
// for themselves.
func (m providerModel) unknown(ctx context.Context) (reaching, token, sessionName []string) {
	for _, argument := range []struct {
		name  string
		value attr.Value
		into  *[]string
	}{
		{explain.RegionArgument, m.Region, &reaching},
		{explain.EndpointArgument, m.Endpoint, &reaching},
		{explain.UseFIPSEndpointArgument, m.UseFIPSEndpoint, &reaching},
		{explain.UseDualStackEndpointArgument, m.UseDualStackEndpoint, &reaching},
		{explain.CustomCABundleArgument, m.CustomCABundle, &reaching},
		{explain.HTTPProxyArgument, m.HTTPProxy, &reaching},
		{explain.HTTPSProxyArgument, m.HTTPSProxy, &reaching},
		{explain.NoProxyArgument, m.NoProxy, &reaching},
		{explain.MaxRetriesArgument, m.MaxRetries, &reaching},
		{allowedAccountIDsArgument, m.AllowedAccountIDs, &reaching},
		{explain.AllowedAudiencesArgument, m.AllowedAudiences, &reaching},
		{explain.InlineArgument, m.WebIdentityToken, &token},
		{explain.FileArgument, m.WebIdentityTokenFile, &token},
		{explain.EnvironmentArgument, m.WebIdentityTokenEnv, &token},
		{explain.RequestArgument, m.WebIdentityTokenRequest, &token},
		{explain.RoleSessionNameArgument, m.RoleSessionName, &sessionName},
	} {
		if !isKnown(ctx, argument.value) {
			*argument.into = append(*argument.into, argument.name)
		}
	}
	return reaching, token, sessionName
}

// isKnown looks into sets and objects, too.
func isKnown(ctx context.Context, value attr.Value) bool {
	raw, err := value.ToTerraformValue(ctx)
	return err == nil && raw.IsFullyKnown()
}

// Format redacts: the token is secret.
func (m providerModel) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redactedModel)) }

// LogValue redacts in slog.
func (m providerModel) LogValue() slog.Value { return slog.StringValue(redactedModel) }

// MarshalText redacts in JSON.
func (m providerModel) MarshalText() ([]byte, error) { return []byte(redactedModel), nil }
