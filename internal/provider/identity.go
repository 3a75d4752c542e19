package provider

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// identityModel says who asks: where the token comes from, and the session's name. Blocks have it, and the provider
// block has it for the blocks that don't say.
type identityModel struct {
	WebIdentityToken        types.String `tfsdk:"web_identity_token"`
	WebIdentityTokenFile    types.String `tfsdk:"web_identity_token_file"`
	WebIdentityTokenEnv     types.String `tfsdk:"web_identity_token_env"`
	WebIdentityTokenRequest types.Object `tfsdk:"web_identity_token_request"`
	RoleSessionName         types.String `tfsdk:"role_session_name"`
}

// identity reads the arguments of a block.
func (v values) identity(ctx context.Context) (identityModel, error) {
	model := identityModel{
		WebIdentityToken:     v.text(explain.InlineArgument),
		WebIdentityTokenFile: v.text(explain.FileArgument),
		WebIdentityTokenEnv:  v.text(explain.EnvironmentArgument),
		RoleSessionName:      v.text(explain.RoleSessionNameArgument),
	}
	if request := v[explain.RequestArgument]; !request.IsNull() {
		read, err := platformsType().ValueFromTerraform(ctx, request)
		if err != nil {
			return model, err
		}
		model.WebIdentityTokenRequest, _ = read.(types.Object)
	}
	return model, nil
}

// hasToken reports whether one of the token arguments is set.
func (m identityModel) hasToken() bool {
	return !m.WebIdentityToken.IsNull() || !m.WebIdentityTokenFile.IsNull() || !m.WebIdentityTokenEnv.IsNull() ||
		!m.WebIdentityTokenRequest.IsNull()
}

// source is where the token comes from; nil when none of the arguments is set. An opaque token needn't be a JWT.
func (m identityModel) source(from origin.Origin, opaque bool, client *http.Client) webidentity.Source {
	switch {
	case !m.WebIdentityToken.IsNull():
		return webidentity.Inline{Value: secret.New(m.WebIdentityToken.ValueString())}
	case !m.WebIdentityTokenFile.IsNull():
		return webidentity.File{
			Path:   m.WebIdentityTokenFile.ValueString(),
			Origin: from,
			Opaque: opaque,
		}
	case !m.WebIdentityTokenEnv.IsNull():
		return webidentity.Environment{Name: m.WebIdentityTokenEnv.ValueString(), Opaque: opaque}
	}
	if request, ok := platformRequest(m.WebIdentityTokenRequest, webidentity.Requester{Client: client}); ok {
		return request
	}
	return nil
}

// Format redacts: the token is secret.
func (m identityModel) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redactedModel)) }

// LogValue redacts in slog.
func (m identityModel) LogValue() slog.Value { return slog.StringValue(redactedModel) }

// MarshalText redacts in JSON.
func (m identityModel) MarshalText() ([]byte, error) { return []byte(redactedModel), nil }
