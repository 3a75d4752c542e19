package provider

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// exchanger makes exchanges for the blocks of one provider block.
type exchanger struct {
	client           *assumerole.Client // nil beside a problem, and while something isn't known
	tokens           *assumerole.Client // client, or one that gets only tokens if the environment has no usable STS
	environmentError error              // what is wrong with the environment
	identity         identityModel      // the defaults for the blocks
	warned           atomic.Bool        // a warning that is for all blocks was given

	// explained has the failures that a block's error has explained, and the roles of these blocks.
	explained sync.Map

	// Arguments of the provider block that aren't known yet.
	unknown, unknownToken, unknownSessionName []string
}

// Format redacts: the provider block's token is secret.
func (e *exchanger) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redactedModel)) }

// read reads a block: it makes the exchange and returns the result. The exchange that it returns is for later
// refreshes. Both are nil after an error.
func (e *exchanger) read(
	ctx context.Context,
	raw tftypes.Value,
	diagnostics *diag.Diagnostics,
) (values, *assumerole.Exchange) {
	arguments, err := valuesOf(raw)
	if err != nil {
		diagnostics.AddError("Unexpected block", err.Error())
		return nil, nil
	}
	block, err := arguments.model(ctx)
	if err != nil {
		diagnostics.AddError("Unexpected block", err.Error())
		return nil, nil
	}
	exchange := e.exchange(ctx, &block, diagnostics)
	if exchange == nil {
		return nil, nil
	}
	return arguments.withResult(*exchange), exchange
}

// exchange makes the exchange that a block asks for; nil beside an error.
func (e *exchanger) exchange(
	ctx context.Context,
	block *model,
	diagnostics *diag.Diagnostics,
) (result *assumerole.Exchange) {
	defer func() {
		if bug := assumerole.Bug(recover()); bug != nil {
			addError(diagnostics, explain.Failure(assumerole.Exchange{}, bug))
			result = nil
		}
	}()
	if !e.isReadyFor(block.hasToken(), !block.RoleSessionName.IsNull(), e.client, diagnostics) {
		return nil
	}
	request := block.withDefaults(e.identity, e.client.HTTPClient(), os.Getenv, diagnostics)
	if diagnostics.HasError() {
		return nil
	}
	exchange, err := e.loggedExchange(ctx, ctx, request)
	for _, warning := range explain.Warnings(exchange) {
		if warning.Once && e.warned.Swap(true) {
			continue
		}
		addWarning(diagnostics, warning)
	}
	if err != nil {
		addError(diagnostics, e.explain(exchange, err))
		return nil
	}
	return &exchange
}

// explain explains why an exchange failed. What several blocks have in common is explained once.
func (e *exchanger) explain(exchange assumerole.Exchange, err error) explain.Explanation {
	explanation := explain.Failure(exchange, err)
	if explanation.Failure == "" {
		return explanation
	}
	if first, ok := e.explained.LoadOrStore(explanation.Failure, exchange.ShownRoleARN()); ok {
		role, _ := first.(string)
		return explain.Repeated(explanation, exchange, role)
	}
	return explanation
}

// isReadyFor reports whether the arguments of the provider block are known that the block depends on. Terraform calls a
// provider even if they aren't. The environment's values might be another identity or another server than the intended
// one. A block doesn't depend on what it has itself. The client is the one that the block uses.
func (e *exchanger) isReadyFor(
	hasToken, hasSessionName bool,
	client *assumerole.Client,
	diagnostics *diag.Diagnostics,
) bool {
	var unknownNames []string
	if !hasToken {
		unknownNames = append(unknownNames, e.unknownToken...)
	}
	if !hasSessionName {
		unknownNames = append(unknownNames, e.unknownSessionName...)
	}
	const summary = "The provider's configuration isn't known yet"
	const why = "The value of %s in the provider block isn't known before the apply, but this block might be read in " +
		"the plan. "
	switch {
	case len(e.unknown) > 0:
		diagnostics.AddError(
			summary,
			fmt.Sprintf(why+"Set it to a value that is known in the plan, such as a variable. Or "+
				"create the resource that it comes from first, with -target.",
				strings.Join(e.unknown, " and ")),
		)
	case len(unknownNames) > 0:
		diagnostics.AddError(
			summary,
			fmt.Sprintf(
				why+"Set it in this block instead. Terraform then waits for the value.",
				strings.Join(unknownNames, " and "),
			),
		)
	case client == nil && e.environmentError != nil:
		addError(diagnostics, explain.Setting(e.environmentError))
	default:
		return true
	}
	return false
}

// loggedExchange makes the exchange and logs it. The context for the log can be another one. The log contains no
// secrets.
func (e *exchanger) loggedExchange(
	ctx, logging context.Context,
	request assumerole.Request,
) (assumerole.Exchange, error) {
	requestFields := map[string]any{
		"role_arn":          request.ShownRoleARN(),
		"role_session_name": secret.Shown(request.RoleSessionName), // a variable might have a token instead
		"token_source":      explain.SourceName(request.Token),
	}
	request.Attempted = func(attempt assumerole.Attempt) {
		operation := "AssumeRoleWithWebIdentity"
		if attempt.Hop > 0 {
			operation = "AssumeRole"
		}
		tflog.Debug(logging, operation+": a call failed", requestFields, map[string]any{
			"hop":         attempt.Hop,
			"attempt":     attempt.Number,
			"reason":      attempt.Err.Error(),
			"again":       attempt.Again,
			"duration_ms": attempt.Duration.Milliseconds(),
		})
	}
	exchange, err := e.client.Exchange(ctx, request)
	exchangeFields := map[string]any{
		"endpoint":    exchange.Destination.Host,
		"hop":         exchange.Hop,
		"region":      exchange.Destination.Region,
		"attempts":    exchange.Calls,
		"duration_ms": exchange.Elapsed.Milliseconds(),
		"succeeded":   err == nil,
	}
	if exchange.Hop > 0 {
		exchangeFields["hop_role_arn"] = exchange.ShownRoleARN()
	}
	if exchange.Result != nil {
		exchangeFields["request_id"] = exchange.Result.RequestID
	}
	tflog.Debug(logging, "AssumeRoleWithWebIdentity", requestFields, exchangeFields)
	return exchange, err
}
