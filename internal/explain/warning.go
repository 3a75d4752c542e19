package explain

import (
	"fmt"
	"slices"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
)

// awsAudience is the audience of tokens that are meant for STS of AWS.
const awsAudience = "sts.amazonaws.com"

// Warnings says what is worth knowing of an exchange, whether or not it succeeded.
func Warnings(exchange assumerole.Exchange) []Explanation {
	if exchange.Destination.AWS || !exchange.Sent {
		return nil
	}
	var warnings []Explanation
	if !exchange.Destination.Loopback && exchange.Claims != nil &&
		slices.Contains(exchange.Claims.Audience, awsAudience) {
		warnings = append(warnings, Explanation{
			Once:    true,
			Summary: "A token for AWS goes to a server that isn't AWS's",
			Detail: fmt.Sprintf("The token's audience is %s, and it goes to %s. That server could use the token at "+
				"AWS itself, for every role that trusts it. "+
				"Ask the identity provider for a token with an audience of that server's own.", awsAudience,
				DestinationText(exchange.Destination)),
		})
	}
	if len(exchange.Request.PolicyARNs) > 0 {
		warnings = append(warnings, Explanation{
			Argument: PolicyARNsArgument,
			Summary:  "The session may not be restricted",
			Detail: fmt.Sprintf("The call goes to %s, which isn't AWS's. Other servers, MinIO and Ceph among them, "+
				"ignore policy_arns and give the session all "+
				"that the role may do. Use policy there, and try out that it holds.",
				DestinationText(exchange.Destination)),
		})
	}
	return warnings
}
