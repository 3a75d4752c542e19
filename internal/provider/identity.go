package provider

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// identityModel says who asks: where the token comes from, and the session's name. Blocks have it, and the provider block has
// it for the blocks that don't say.
type identityModel struct {
	WebIdentityToken        types.String `tfsdk:"web_identity_token"`
	WebIdentityTokenFile    types.String `tfsdk:"web_identity_token_file"`
	WebIdentityTokenEnv     types.String `tfsdk:"web_identity_token_env"`
	WebIdentityTokenRequest types.Object `tfsdk:"web_identity_token_request"`
	RoleSessionName         types.String `tfsdk:"role_session_name"`
}

// requestModel is web_identity_token_request: exactly one of the platforms.
type requestModel struct {
	GitHubActions *struct {
		Audience types.String `tfsdk:"audience"`
	} `tfsdk:"github_actions"`
	AzureDevOps *struct {
		ServiceConnectionID types.String `tfsdk:"service_connection_id"`
	} `tfsdk:"azure_devops"`
	GoogleCompute *struct {
		Audience       types.String `tfsdk:"audience"`
		ServiceAccount types.String `tfsdk:"service_account"`
	} `tfsdk:"google_compute"`
	AzureManagedIdentity *struct {
		Audience types.String `tfsdk:"audience"`
		ClientID types.String `tfsdk:"client_id"`
	} `tfsdk:"azure_managed_identity"`
	Buildkite *struct {
		Audience        types.String `tfsdk:"audience"`
		LifetimeSeconds types.Number `tfsdk:"lifetime_seconds"`
	} `tfsdk:"buildkite"`
}

// hasToken tells whether one of the token arguments is set.
func (m identityModel) hasToken() bool {
	return !m.WebIdentityToken.IsNull() || !m.WebIdentityTokenFile.IsNull() || !m.WebIdentityTokenEnv.IsNull() || !m.WebIdentityTokenRequest.IsNull()
}

// source is where the token comes from; nil when none of the arguments is set. An opaque token needn't be a JWT.
func (m identityModel) source(ctx context.Context, opaque bool, client *http.Client, diagnostics *diag.Diagnostics) webidentity.Source {
	switch {
	case !m.WebIdentityToken.IsNull():
		return webidentity.Inline{Value: secret.New(m.WebIdentityToken.ValueString())}
	case !m.WebIdentityTokenFile.IsNull():
		return webidentity.File{Path: m.WebIdentityTokenFile.ValueString(), Argument: webidentity.FileArgument, Opaque: opaque}
	case !m.WebIdentityTokenEnv.IsNull():
		return webidentity.Environment{Name: m.WebIdentityTokenEnv.ValueString(), Opaque: opaque}
	case !m.WebIdentityTokenRequest.IsNull():
		var request requestModel
		diagnostics.Append(m.WebIdentityTokenRequest.As(ctx, &request, basetypes.ObjectAsOptions{})...)
		return request.source(webidentity.Requester{Client: client})
	}
	return nil
}

// source is the platform's; nil when none is named, which the schema's validator refuses.
func (m requestModel) source(by webidentity.Requester) webidentity.Source {
	switch {
	case m.GitHubActions != nil:
		return webidentity.GitHubActions{Requester: by, Audience: m.GitHubActions.Audience.ValueString()}
	case m.AzureDevOps != nil:
		return webidentity.AzureDevOps{Requester: by, ServiceConnectionID: m.AzureDevOps.ServiceConnectionID.ValueString()}
	case m.GoogleCompute != nil:
		return webidentity.GoogleCompute{Requester: by, Audience: m.GoogleCompute.Audience.ValueString(), ServiceAccount: m.GoogleCompute.ServiceAccount.ValueString()}
	case m.AzureManagedIdentity != nil:
		return webidentity.AzureManagedIdentity{Requester: by, Audience: m.AzureManagedIdentity.Audience.ValueString(), ClientID: m.AzureManagedIdentity.ClientID.ValueString()}
	case m.Buildkite != nil:
		return webidentity.Buildkite{Requester: by, Audience: m.Buildkite.Audience.ValueString(), LifetimeSeconds: whole(m.Buildkite.LifetimeSeconds)}
	}
	return nil
}

// Format redacts: the token is secret.
func (m identityModel) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redactedModel)) }

// LogValue redacts in slog.
func (m identityModel) LogValue() slog.Value { return slog.StringValue(redactedModel) }

// MarshalText redacts in JSON.
func (m identityModel) MarshalText() ([]byte, error) { return []byte(redactedModel), nil }
