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

// getter is a block's configuration.
type getter interface {
	Get(ctx context.Context, target any) diag.Diagnostics
}

// setter is where a block's result goes.
type setter interface {
	Set(ctx context.Context, value any) diag.Diagnostics
}

// exchange is one reading of a block, from its configuration to its result.
func (e *exchanger) exchange(ctx context.Context, config getter, result setter, diagnostics *diag.Diagnostics) {
	var block model
	diagnostics.Append(config.Get(ctx, &block)...)
	if diagnostics.HasError() || !e.requireKnown(diagnostics) {
		return
	}
	request := block.request(ctx, os.Getenv, diagnostics)
	if diagnostics.HasError() {
		return
	}
	made, err := e.logged(ctx, request)
	for _, warning := range explain.Warnings(made) {
		addWarning(diagnostics, warning)
	}
	if err != nil {
		addError(diagnostics, explain.Failure(made, err))
		return
	}
	block.setResult(made)
	diagnostics.Append(result.Set(ctx, &block)...)
}

// logged makes the exchange, with what helps to find a fault before and after it in the log. None of it is secret.
func (e *exchanger) logged(ctx context.Context, request assumerole.Request) (assumerole.Exchange, error) {
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
	tflog.Debug(ctx, "AssumeRoleWithWebIdentity", fields)
	return exchange, err
}
