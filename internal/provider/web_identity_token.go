package provider

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
)

func newTokenResource() ephemeral.EphemeralResource { return &tokenResource{} }

// tokenResource is ephemeral "sts_web_identity_token". There is no data source of that name: Terraform would store the
// token in the state.
//
// It has no Renew: that can't change what Terraform was given at Open.
type tokenResource struct {
	exchanger *exchanger
}

// tokenModel is the block, with the token and what it claims.
type tokenModel struct {
	WebIdentityTokenFile    types.String  `tfsdk:"web_identity_token_file"`
	WebIdentityTokenEnv     types.String  `tfsdk:"web_identity_token_env"`
	WebIdentityTokenRequest types.Object  `tfsdk:"web_identity_token_request"`
	Token                   types.String  `tfsdk:"token"`
	Claims                  types.Dynamic `tfsdk:"claims"`
	Issuer                  types.String  `tfsdk:"issuer"`
	Subject                 types.String  `tfsdk:"subject"`
	Audience                types.List    `tfsdk:"audience"`
	Expiration              types.String  `tfsdk:"expiration"`
}

func (r *tokenResource) Metadata(
	_ context.Context, request ephemeral.MetadataRequest, response *ephemeral.MetadataResponse,
) {
	response.TypeName = request.ProviderTypeName + "_web_identity_token"
}

func (r *tokenResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, response *ephemeral.SchemaResponse) {
	response.Schema = tokenSchema()
}

func (r *tokenResource) Configure(
	_ context.Context, request ephemeral.ConfigureRequest, response *ephemeral.ConfigureResponse,
) {
	r.exchanger = configuredExchanger(request.ProviderData, &response.Diagnostics)
}

func (r *tokenResource) Open(ctx context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	var block tokenModel
	response.Diagnostics.Append(request.Config.Get(ctx, &block)...)
	if response.Diagnostics.HasError() {
		return
	}
	if r.exchanger.openToken(ctx, &block, &response.Diagnostics) {
		response.Diagnostics.Append(response.Result.Set(ctx, block)...)
	}
}

// openToken gets the token of a block. It reports whether the block has it now.
func (e *exchanger) openToken(ctx context.Context, block *tokenModel, diagnostics *diag.Diagnostics) (opened bool) {
	defer func() {
		if bug := assumerole.Bug(recover()); bug != nil {
			addError(diagnostics, explain.Failure(assumerole.Exchange{OnlyToken: true}, bug))
			opened = false
		}
	}()
	identity := block.identity()
	if !e.isReadyFor(identity.hasToken(), true, e.tokens, diagnostics) {
		return false
	}
	request := assumerole.Request{Timeout: assumerole.DefaultTimeout, TokenOrigin: origin.Of(origin.Block)}
	if !identity.hasToken() {
		identity, request.TokenOrigin = e.identity, origin.Of(origin.ProviderBlock)
	}
	request.Token = identity.source(request.TokenOrigin, false, e.tokens.HTTPClient())
	if request.Token == nil {
		addError(diagnostics, explain.NoTokenSource(os.Getenv))
		return false
	}
	exchange, token, err := e.tokens.Token(ctx, request)
	tflog.Debug(ctx, "Web identity token", map[string]any{
		"token_source": explain.SourceName(request.Token),
		"failures":     exchange.Requests,
		"duration_ms":  exchange.Elapsed.Milliseconds(),
		"succeeded":    err == nil,
	})
	if err != nil {
		addError(diagnostics, explain.Failure(exchange, err))
		return false
	}
	block.Token = types.StringValue(token.Reveal())
	return block.setClaims(decoded(ctx, token.Reveal()), diagnostics)
}

// setClaims sets what the token claims, as the function decode_web_identity_token returns it.
func (m *tokenModel) setClaims(claims types.Object, diagnostics *diag.Diagnostics) bool {
	members := claims.Attributes()
	into(&m.Claims, members["claims"], diagnostics)
	into(&m.Issuer, members["issuer"], diagnostics)
	into(&m.Subject, members["subject"], diagnostics)
	into(&m.Audience, members["audience"], diagnostics)
	into(&m.Expiration, members["expiration"], diagnostics)
	return !diagnostics.HasError()
}

// into sets a member to a value, which is of its type.
func into[V attr.Value](member *V, value attr.Value, diagnostics *diag.Diagnostics) {
	found, ok := value.(V)
	if !ok {
		diagnostics.AddError("Unexpected claims", fmt.Sprintf("This is a bug of the provider: a claim is a %T.", value))
		return
	}
	*member = found
}

// identity is where the token comes from, in the form that all blocks share.
func (m *tokenModel) identity() identityModel {
	return identityModel{
		WebIdentityTokenFile:    m.WebIdentityTokenFile,
		WebIdentityTokenEnv:     m.WebIdentityTokenEnv,
		WebIdentityTokenRequest: m.WebIdentityTokenRequest,
	}
}

// Format redacts: the token is secret.
func (m tokenModel) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redactedModel)) }

// LogValue redacts in slog.
func (m tokenModel) LogValue() slog.Value { return slog.StringValue(redactedModel) }

// MarshalText redacts in JSON.
func (m tokenModel) MarshalText() ([]byte, error) { return []byte(redactedModel), nil }
