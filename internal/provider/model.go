package provider

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
)

// model is the arguments of a block.
type model struct {
	identityModel
	RoleARN types.String
	request assumerole.Request // those that have no default elsewhere, in the provider block or in the environment
}

// model reads the arguments.
func (v values) model(ctx context.Context) (model, error) {
	identity, err := v.identity(ctx)
	return model{
		identityModel: identity,
		RoleARN:       v.text("role_arn"),
		request: assumerole.Request{
			ProviderID:              v.text("provider_id").ValueString(),
			PolicyARNs:              v.texts("policy_arns"),
			Policy:                  v.text("policy").ValueString(),
			DurationSeconds:         int32(whole(v.number("duration_seconds"))),           //nolint:gosec // bounded
			MinimumSessionTokenSize: int32(whole(v.number("minimum_session_token_size"))), //nolint:gosec // bounded
			Timeout:                 v.duration("timeout", assumerole.DefaultTimeout),
			PropagationTimeout:      v.duration("iam_propagation_timeout", 0),
			Hops:                    v.hops(),
		},
	}, err
}

// withResult is a block with what STS answered. The arguments stay as the user wrote them, byte for byte. Those that
// had a default get the value that was used.
func (v values) withResult(exchange assumerole.Exchange) values {
	result := exchange.Result
	block := maps.Clone(v)
	block["role_arn"] = text(&exchange.Request.RoleARN)
	block["role_session_name"] = text(&exchange.Request.RoleSessionName)
	block["credentials"] = object(map[string]*string{
		"access_key_id":     revealed(result.Credentials.AccessKeyID),
		"secret_access_key": revealed(result.Credentials.SecretAccessKey),
		"session_token":     revealed(result.Credentials.SessionToken),
		"expiration":        rfc3339(result.Credentials.Expiration),
	})
	block["assumed_role_user"] = object(
		map[string]*string{"arn": result.AssumedRoleARN, "assumed_role_id": result.AssumedRoleID},
	)
	block["subject_from_web_identity_token"] = text(result.SubjectFromWebIdentityToken)
	block["audience"] = text(result.Audience)
	block["identity_provider"] = text(result.Provider)
	block["source_identity"] = text(result.SourceIdentity)
	block["packed_policy_size"] = size(result.PackedPolicySize)
	block["session_token_size"] = size(result.SessionTokenSize)
	block["session_token_utilization"] = size(result.SessionTokenUtilization)
	block["environment"] = textMap(keysEnvironment(result, exchange.Request.LastRoleARN()))
	return block
}

// value is the block for Terraform, of the type that Terraform sent.
func (v values) value(kind tftypes.Type) tftypes.Value {
	return tftypes.NewValue(kind, map[string]tftypes.Value(v))
}

func rfc3339(instant *time.Time) *string {
	if instant == nil {
		return nil
	}
	text := instant.Format(time.RFC3339)
	return &text
}

// What stands for a model in a log or a dump. Terraform's own string type prints its value.
const redactedModel = "(redacted)"

// Format redacts the whole block: its token is secret.
func (m model) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redactedModel)) }

// LogValue redacts in slog.
func (m model) LogValue() slog.Value { return slog.StringValue(redactedModel) }

// MarshalText redacts in JSON.
func (m model) MarshalText() ([]byte, error) { return []byte(redactedModel), nil }
