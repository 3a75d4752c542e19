// Package explain turns a failed exchange into text that a user can act upon. It knows nothing of Terraform.
package explain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Explanation is a failure or a warning in words. It never holds a token or a secret.
type Explanation struct {
	Argument         string // of the block, at fault; empty when it is none of them
	ProviderArgument string // of the provider block, at fault; empty when it is none of them
	Summary          string
	Detail           string
}

// Failure explains why an exchange failed. The exchange holds what was known by then.
func Failure(exchange assumerole.Exchange, err error) Explanation {
	return failure(exchange, err, time.Now())
}

func failure(exchange assumerole.Exchange, err error, now time.Time) Explanation {
	if argument, found := errors.AsType[*assumerole.ArgumentError](err); found {
		return Explanation{Argument: argument.Argument, Summary: argument.Summary, Detail: argument.Detail}
	}
	if source, found := errors.AsType[*webidentity.Error](err); found {
		return noToken(exchange, source)
	}
	if _, found := errors.AsType[*assumerole.SettingError](err); found {
		return Setting(err)
	}
	if service, found := errors.AsType[*assumerole.ServiceError](err); found {
		return refusal{exchange, service, now}.explain()
	}
	return unanswered(exchange, err)
}

// Refresh explains why credentials couldn't be refreshed, an exchange like the one before it. What differs is the token: one
// that stands in the configuration can't be fetched anew.
func Refresh(exchange assumerole.Exchange, err error) Explanation {
	explanation := Failure(exchange, err)
	_, inline := exchange.Request.Token.(webidentity.Inline)
	expired := exchange.Claims != nil && !exchange.Claims.Expiration.IsZero() && exchange.Claims.Expiration.Before(time.Now())
	if service, found := errors.AsType[*assumerole.ServiceError](err); found && service.Code == expiredTokenCode {
		expired = true
	}
	if inline && expired {
		explanation.Summary = "The web identity token has expired, and can't be fetched anew"
		explanation.Detail = paragraphs(fmt.Sprintf("The token was given by %s, so there is no newer one. Credentials can be refreshed for as long as the run lasts when the token comes "+
			"from where its platform replaces it: %s, or the environment variable %s.", webidentity.InlineArgument, webidentity.FileArgument, webidentity.FileVariable), explanation.Detail)
	}
	return explanation
}

// expiredTokenCode is what STS answers to a token that has expired.
const expiredTokenCode = "ExpiredTokenException"

// Setting explains what is wrong with the provider's settings.
func Setting(err error) Explanation {
	if setting, found := errors.AsType[*assumerole.SettingError](err); found {
		return Explanation{ProviderArgument: setting.Argument, Summary: setting.Summary, Detail: setting.Detail}
	}
	return Explanation{Summary: "The provider can't be configured", Detail: secret.Scrub(err.Error())}
}

// noToken explains why there is no token. Where the provider block says where it comes from, no argument of the block is at
// fault.
func noToken(exchange assumerole.Exchange, source *webidentity.Error) Explanation {
	if exchange.Request.TokenOfProvider {
		return Explanation{Summary: source.Summary, Detail: paragraphs(source.Detail, "It is the provider block that says where the token comes from, by "+source.Argument+".")}
	}
	return Explanation{Argument: source.Argument, Summary: source.Summary, Detail: source.Detail}
}

// unanswered explains a call that got no answer of STS.
func unanswered(exchange assumerole.Exchange, err error) Explanation {
	host := exchange.Destination.String()
	redirect, redirected := errors.AsType[*transport.RedirectError](err)
	answer, answered := errors.AsType[*assumerole.AnswerError](err)
	timeout, timedOut := errors.AsType[*assumerole.TimeoutError](err)
	explanation := Explanation{}
	switch {
	case redirected:
		explanation.Summary = "The STS endpoint redirects elsewhere"
		explanation.Detail = fmt.Sprintf("%s answered with HTTP status %d, a redirect to %q. It isn't followed, since the token goes to the configured endpoint alone. "+
			"Name the right endpoint.", host, redirect.Status, secret.Scrub(redirect.Host))
	case answered:
		explanation.Summary = "The answer isn't one of STS"
		explanation.Detail = fmt.Sprintf("The answer of %s %s. Is the endpoint that of an STS, or is there a proxy in between that answers by itself?", host, answer.Problem)
	case timedOut:
		explanation.Summary = "No credentials within the timeout"
		explanation.Detail = fmt.Sprintf("%s passed while %s. Where that isn't a fault of the network, set timeout higher.", timeout.Timeout, timeout.During)
	case errors.Is(err, context.Canceled):
		explanation.Summary = "Interrupted"
		explanation.Detail = "The run was interrupted before STS had answered."
		return explanation
	default:
		explanation.Summary = "STS can't be reached"
		explanation.Detail = fmt.Sprintf("The call to %s failed: %s", host, fullStop(secret.Scrub(err.Error())))
	}
	explanation.Detail = paragraphs(explanation.Detail, asked(exchange))
	return explanation
}
