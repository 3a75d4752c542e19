// Package explain turns a failed exchange into text that a user can act upon. It knows nothing of Terraform.
package explain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Explanation is a failure or a warning in words. It never holds a token or a secret.
type Explanation struct {
	Argument         string // of the block, at fault; empty when it is none of them
	Misplaced        bool   // a secret might be in the argument, so the argument's line must not be shown
	ProviderArgument string // of the provider block, at fault; empty when it is none of them
	Once             bool   // for all blocks of a provider process
	Failure          string // equal for failures with the same explanation; empty if the explanation is for one block
	Summary          string
	Detail           string

	said string // what happened, in a sentence
}

// Repeated is the explanation of a failure that the error of another block has explained. The first role is that of the
// other block.
func Repeated(explanation Explanation, exchange assumerole.Exchange, firstRole string) Explanation {
	explanation.Detail = fmt.Sprintf("%s The role is %s.\nThe error of the block with the role %s explains this "+
		"failure.",
		explanation.said, quoted(exchange.ShownRoleARN()), quoted(firstRole))
	return explanation
}

// Failure explains why an exchange failed. The exchange holds what was known by then.
func Failure(exchange assumerole.Exchange, err error) Explanation {
	return failure(exchange, err, time.Now())
}

func failure(exchange assumerole.Exchange, err error, now time.Time) Explanation {
	if explanation, ok := beforehand(err); ok {
		return explanation
	}
	if audience, ok := errors.AsType[*assumerole.AudienceError](err); ok {
		return notAllowed(exchange, audience)
	}
	if source, ok := errors.AsType[*webidentity.SourceError](err); ok {
		return noToken(exchange, source)
	}
	if platform, ok := errors.AsType[*webidentity.Error](err); ok {
		return noPlatformToken(exchange, platform)
	}
	if service, ok := errors.AsType[*assumerole.ServiceError](err); ok {
		return refusal{exchange, service, now}.explain()
	}
	if timeout, ok := errors.AsType[*assumerole.TimeoutError](err); ok && timeout.Last != nil {
		return after(
			fmt.Sprintf(
				"The timeout of %s passed while %s.",
				inShort(timeout.Timeout),
				stageText(exchange, timeout.During),
			),
			failure(exchange, timeout.Last, now),
		)
	}
	if bug, ok := errors.AsType[*assumerole.BugError](err); ok {
		detail := fmt.Sprintf("The provider failed at %s. Report this text and the version of the provider. The text "+
			"contains no token.", bug.Place)
		if !exchange.OnlyToken {
			detail += " CloudTrail shows whether STS was called."
		}
		return Explanation{Summary: "The provider has a bug", Detail: detail}
	}
	if interrupted, ok := errors.AsType[*assumerole.InterruptedError](err); ok && interrupted.Last != nil {
		explanation := after(
			fmt.Sprintf("The run was interrupted while %s.", stageText(exchange, interrupted.During)),
			failure(exchange, interrupted.Last, now),
		)
		explanation.Summary = "Interrupted"
		return explanation
	}
	if errors.Is(err, context.Canceled) {
		detail := "The run was interrupted before STS had answered."
		if exchange.OnlyToken {
			detail = "The run was interrupted before the provider had the token."
		}
		return Explanation{Summary: "Interrupted", Detail: detail}
	}
	if timeout, ok := errors.AsType[*assumerole.TimeoutError](err); ok && exchange.OnlyToken {
		return noTokenInTime(exchange, timeout)
	}
	return unanswered(exchange, err)
}

// after explains a failure that repeated until something ended the exchange.
func after(end string, explanation Explanation) Explanation {
	explanation.Detail = paragraphs(end+" This was the last failure before that:", explanation.Detail)
	if explanation.Failure != "" {
		explanation.Failure, explanation.said = end+explanation.Failure, end+" "+explanation.said
	}
	return explanation
}

// Refresh explains why credentials couldn't be refreshed, an exchange like the one before it. What differs is the
// token: one that stands in the configuration can't be replaced.
func Refresh(exchange assumerole.Exchange, err error) Explanation {
	explanation := Failure(exchange, err)
	_, inline := exchange.Request.Token.(webidentity.Inline)
	expired := exchange.Claims != nil && !exchange.Claims.Expiration.IsZero() &&
		exchange.Claims.Expiration.Before(time.Now())
	if service, ok := errors.AsType[*assumerole.ServiceError](err); ok {
		answers := exchange.Answers()
		n := assumerole.Lookup(answers, service)
		expired = expired || n >= 0 && answers[n].Class == assumerole.Expired && answers[n].ID != "claimRejected"
	}
	if inline && expired && exchange.Hop == 0 {
		explanation.Summary = "The web identity token has expired, and can't be replaced"
		explanation.Detail = paragraphs(fmt.Sprintf("The token is the value of %s, so the provider can't get a newer "+
			"one. Use %s or "+
			"%s, or the environment variable %s. The provider then gets the token again for each refresh.",
			InlineArgument, FileArgument, RequestArgument, webidentity.FileVariable), explanation.Detail)
	}
	return explanation
}

// Setting explains what is wrong with the provider's settings.
func Setting(err error) Explanation {
	if explanation, ok := beforehand(err); ok {
		return explanation
	}
	return Explanation{Summary: "The provider can't be configured", Detail: secret.Scrub(err.Error())}
}

// stageText says what an exchange waited for, inside a sentence.
func stageText(exchange assumerole.Exchange, stage assumerole.Stage) string {
	switch stage {
	case assumerole.StageToken:
		return "fetching the web identity token from " + SourceName(exchange.Request.Token)
	case assumerole.StageCall:
		return "waiting for the answer of STS at " + DestinationText(exchange.Destination)
	case assumerole.StagePropagation:
	}
	return "waiting for IAM changes to propagate"
}
