package provider

import (
	"context"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// exchange is one reading of a block, from its arguments to its result. It tells what was exchanged, for later exchanges of
// the same; nil beside an error.
func (e *exchanger) exchange(ctx context.Context, block *model, diagnostics *diag.Diagnostics) *assumerole.Exchange {
	if !e.requireKnown(diagnostics) {
		return nil
	}
	request := block.request(ctx, os.Getenv, diagnostics)
	if diagnostics.HasError() {
		return nil
	}
	made, err := e.logged(ctx, ctx, request)
	for _, warning := range explain.Warnings(made) {
		addWarning(diagnostics, warning)
	}
	if err != nil {
		addError(diagnostics, explain.Failure(made, err))
		return nil
	}
	block.setResult(made)
	return &made
}

// logged makes the exchange, and leaves what helps to find a fault in the log, whose context may be another. None of it is
// secret.
func (e *exchanger) logged(ctx, logging context.Context, request assumerole.Request) (assumerole.Exchange, error) {
	start := time.Now()
	exchange, err := e.client.Exchange(ctx, request)
	fields := map[string]any{
		"role_arn":          request.RoleARN,
		"role_session_name": request.RoleSessionName,
		"token_source":      request.Token.String(),
		"endpoint":          exchange.Destination.Host,
		"region":            exchange.Destination.Region,
		"duration_ms":       time.Since(start).Milliseconds(),
		"succeeded":         err == nil,
	}
	if exchange.Result != nil {
		fields["request_id"] = exchange.Result.RequestID
	}
	tflog.Debug(logging, "AssumeRoleWithWebIdentity", fields)
	return exchange, err
}
