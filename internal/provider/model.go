package provider

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
)

// model is the block: its arguments, then its result.
type model struct {
	identityModel
	RoleARN                 types.String `tfsdk:"role_arn"`
	ProviderID              types.String `tfsdk:"provider_id"`
	PolicyARNs              types.Set    `tfsdk:"policy_arns"`
	Policy                  types.String `tfsdk:"policy"`
	DurationSeconds         types.Number `tfsdk:"duration_seconds"`
	MinimumSessionTokenSize types.Number `tfsdk:"minimum_session_token_size"`
	Timeout                 types.String `tfsdk:"timeout"`
	IAMPropagationTimeout   types.String `tfsdk:"iam_propagation_timeout"`

	Credentials                 *credentialsModel     `tfsdk:"credentials"`
	AssumedRoleUser             *assumedRoleUserModel `tfsdk:"assumed_role_user"`
	SubjectFromWebIdentityToken types.String          `tfsdk:"subject_from_web_identity_token"`
	Audience                    types.String          `tfsdk:"audience"`
	IdentityProvider            types.String          `tfsdk:"identity_provider"`
	SourceIdentity              types.String          `tfsdk:"source_identity"`
	PackedPolicySize            types.Int32           `tfsdk:"packed_policy_size"`
	SessionTokenSize            types.Int32           `tfsdk:"session_token_size"`
	SessionTokenUtilization     types.Int32           `tfsdk:"session_token_utilization"`
	Environment                 types.Map             `tfsdk:"environment"`
}

type credentialsModel struct {
	AccessKeyID     types.String `tfsdk:"access_key_id"`
	SecretAccessKey types.String `tfsdk:"secret_access_key"`
	SessionToken    types.String `tfsdk:"session_token"`
	Expiration      types.String `tfsdk:"expiration"`
}

type assumedRoleUserModel struct {
	ARN           types.String `tfsdk:"arn"`
	AssumedRoleID types.String `tfsdk:"assumed_role_id"`
}

// arguments are the block's arguments that have no default elsewhere: in the provider block or in the environment.
func (m model) arguments(ctx context.Context, diagnostics *diag.Diagnostics) assumerole.Request {
	request := assumerole.Request{
		ProviderID:              m.ProviderID.ValueString(),
		Policy:                  m.Policy.ValueString(),
		DurationSeconds:         int32(whole(m.DurationSeconds)),         //nolint:gosec // the schema bounds it
		MinimumSessionTokenSize: int32(whole(m.MinimumSessionTokenSize)), //nolint:gosec // the schema bounds it
		Timeout:                 duration(m.Timeout, assumerole.DefaultTimeout),
		PropagationTimeout:      duration(m.IAMPropagationTimeout, 0),
	}
	diagnostics.Append(m.PolicyARNs.ElementsAs(ctx, &request.PolicyARNs, false)...)
	return request
}

// duration reads what the schema's validator has checked.
func duration(value types.String, unset time.Duration) time.Duration {
	if value.IsNull() {
		return unset
	}
	parsed, err := time.ParseDuration(value.ValueString())
	if err != nil {
		return unset
	}
	return parsed
}

// setResult takes what STS answered. The arguments stay as the user wrote them, byte for byte; those that had a default get
// the value that was used.
func (m *model) setResult(exchange assumerole.Exchange) {
	result := exchange.Result
	m.RoleARN = types.StringValue(exchange.Request.RoleARN)
	m.RoleSessionName = types.StringValue(exchange.Request.RoleSessionName)

	m.Credentials = &credentialsModel{
		AccessKeyID:     types.StringValue(result.Credentials.AccessKeyID.Reveal()),
		SecretAccessKey: types.StringValue(result.Credentials.SecretAccessKey.Reveal()),
		SessionToken:    types.StringValue(result.Credentials.SessionToken.Reveal()),
		Expiration:      rfc3339(result.Credentials.Expiration),
	}
	m.Environment = keysEnvironment(result, exchange.Request.RoleARN)
	m.AssumedRoleUser = &assumedRoleUserModel{
		ARN:           types.StringPointerValue(result.AssumedRoleARN),
		AssumedRoleID: types.StringPointerValue(result.AssumedRoleID),
	}
	m.SubjectFromWebIdentityToken = types.StringPointerValue(result.SubjectFromWebIdentityToken)
	m.Audience = types.StringPointerValue(result.Audience)
	m.IdentityProvider = types.StringPointerValue(result.Provider)
	m.SourceIdentity = types.StringPointerValue(result.SourceIdentity)
	m.PackedPolicySize = types.Int32PointerValue(result.PackedPolicySize)
	m.SessionTokenSize = types.Int32PointerValue(result.SessionTokenSize)
	m.SessionTokenUtilization = types.Int32PointerValue(result.SessionTokenUtilization)
}

func rfc3339(instant *time.Time) types.String {
	if instant == nil {
		return types.StringNull()
	}
	return types.StringValue(instant.Format(time.RFC3339))
}

// What stands for a model in a log or a dump. Terraform's own string type prints its value.
const redactedModel = "(redacted)"

// Format redacts the whole block: its token, its credentials and its environment are secret.
func (m model) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redactedModel)) }

// LogValue redacts in slog.
func (m model) LogValue() slog.Value { return slog.StringValue(redactedModel) }

// MarshalText redacts in JSON.
func (m model) MarshalText() ([]byte, error) { return []byte(redactedModel), nil }

// Format redacts the credentials.
func (m credentialsModel) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redactedModel)) }

// LogValue redacts in slog.
func (m credentialsModel) LogValue() slog.Value { return slog.StringValue(redactedModel) }

// MarshalText redacts in JSON.
func (m credentialsModel) MarshalText() ([]byte, error) { return []byte(redactedModel), nil }
