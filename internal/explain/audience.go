package explain

import (
	"fmt"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// AllowedAudiencesArgument is the provider block's argument that an AudienceError is about.
const AllowedAudiencesArgument = "allowed_audiences"

// notAllowed explains why the audience of a token isn't allowed.
func notAllowed(exchange assumerole.Exchange, failure *assumerole.AudienceError) Explanation {
	source := SourceName(exchange.Request.Token)
	allowed := fmt.Sprintf("The provider's argument %s allows only %s.",
		AllowedAudiencesArgument, audience(failure.Allowed))
	explanation := Explanation{Summary: "The token's audience isn't allowed"}
	switch failure.Kind {
	case assumerole.AudienceRequested:
		explanation.Detail = fmt.Sprintf("%s would request a token for the audience %s. %s Set %s to an allowed "+
			"audience, or add the audience to the list. Nothing was requested or sent.",
			source, quoted(failure.Audience), allowed, audienceArgument(exchange.Request.Token))
	case assumerole.AudienceClaimed:
		others := ""
		if exchange.Claims != nil && len(exchange.Claims.Audience) > 1 {
			others = fmt.Sprintf(" All audiences of the token must be in the list, because it can be used at each of "+
				"them. It has %s.", audience(exchange.Claims.Audience))
		}
		explanation.Detail = fmt.Sprintf("The token of %s is for the audience %s. %s%s Get a token for an allowed "+
			"audience, or add the audience to the list. The token was sent nowhere.",
			source, quoted(failure.Audience), allowed, others)
	case assumerole.AudienceMissing, assumerole.AudienceOpaque:
		explanation.Summary = "The token's audience isn't known"
		problem := "has no audience in its aud claim, or one that isn't text"
		if failure.Kind == assumerole.AudienceOpaque {
			problem = "isn't a JWT, so it doesn't show its audience"
		}
		explanation.Detail = fmt.Sprintf("The token of %s %s. %s Use a JWT with an allowed audience. For this "+
			"token, you need a provider block without %s. The token was sent nowhere.",
			source, problem, allowed, AllowedAudiencesArgument)
	}
	return atSource(exchange, explanation, sourceArgument(exchange.Request.Token))
}

// audienceArgument names the argument with the audience of a request.
func audienceArgument(source webidentity.Source) string {
	request, ok := source.(webidentity.PlatformRequest)
	if !ok {
		return "it"
	}
	argument, _ := request.Platform.Audience()
	return argument.Name + " in it"
}
