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
	if exchange.Destination.AWS {
		return nil
	}
	var warnings []Explanation
	if exchange.Sent && !exchange.Destination.Loopback && exchange.Claims != nil &&
		slices.Contains(exchange.Claims.Audience, awsAudience) {
		warnings = append(warnings, Explanation{
			Once:    true,
			Summary: "A token for AWS goes to a server that isn't AWS's",
			Detail: fmt.Sprintf("The token's audience is %s, and the token goes to %s. That server could use the "+
				"token at AWS, for "+
				"every role that trusts it. Request a token with an audience of that server's own.",
				awsAudience, DestinationText(exchange.Destination)),
		})
	}
	for _, argument := range ignoredPolicies(exchange) {
		warnings = append(warnings, Explanation{
			Argument: topArgument(argument),
			Summary:  "The session might not be restricted",
			Detail: fmt.Sprintf("The call goes to %s, which isn't AWS's. Other servers, such as MinIO and Ceph, "+
				"ignore %s. "+
				"Use policy instead, and check that it restricts the session.", DestinationText(exchange.Destination),
				argument),
		})
	}
	return warnings
}

// ignoredPolicies are the arguments with the ARNs of session policies of the calls that were made.
func ignoredPolicies(exchange assumerole.Exchange) []string {
	var arguments []string
	if len(exchange.Request.PolicyARNs) > 0 && (exchange.Sent || exchange.Hop > 0) {
		arguments = append(arguments, PolicyARNsArgument)
	}
	for n, hop := range exchange.Request.Hops[:exchange.Hop] {
		if len(hop.PolicyARNs) > 0 {
			arguments = append(arguments, hopArgument(n+1, PolicyARNsArgument))
		}
	}
	return arguments
}

// PlainEndpoint warns about plain http to another machine.
func PlainEndpoint() Explanation {
	return Explanation{
		Summary: "The STS endpoint isn't encrypted",
		Detail:  "The token and the credentials cross the network in plaintext. Use https if the server supports it.",
	}
}
