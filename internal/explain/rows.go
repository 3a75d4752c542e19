package explain

import (
	"net/http"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
)

// advices is the advice on each answer of the tables in assumerole, by the answer's ID.
var advices = map[string]func(refusal) advice{
	"assumeDenied":          assumeDenied,
	"otherPolicyDenied":     otherPolicyDenied,
	"tagSessionDenied":      tagSessionDenied,
	"sourceIdentityDenied":  sourceIdentityDenied,
	"wrongAudience":         wrongAudience,
	"noOIDCProvider":        noOIDCProvider,
	"noVerificationKey":     noVerificationKey,
	"wrongThumbprint":       wrongThumbprint,
	"missingAudience":       missingAudience,
	"missingSubject":        missingSubject,
	"missingClaim":          missingClaim,
	"notJWT":                notJWT,
	"notLoginWithAmazon":    notLoginWithAmazon,
	"invalidToken":          invalidToken,
	"tokenTooOld":           tokenTooOld,
	"tokenExpired":          tokenExpired,
	"claimRejected":         claimRejected,
	"issuerUnreachable":     issuerUnreachable,
	"invalidRoleARN":        invalidRoleARN,
	"durationTooLong":       durationTooLong,
	"invalidField":          invalidField,
	"malformedPolicy":       malformedPolicy,
	"packedPolicyTooLarge":  packedPolicyTooLarge,
	"regionDisabled":        regionDisabled,
	"throttled":             throttled,
	"deniedElsewhere":       deniedElsewhere,
	"invalidTokenElsewhere": invalidTokenElsewhere,
	"notSTS":                notSTS,
	"foreignRole":           foreignRole,
	"undefinedRole":         undefinedRole,
	"missingRole":           missingRole,
	"missingPolicyClaim":    missingPolicyClaim,
	"undefinedPolicies":     undefinedPolicies,
	"otherClientID":         otherClientID,
	"policyDenied":          policyDenied,
	"policyWithoutVersion":  policyWithoutVersion,
	"unknownKey":            unknownKey,
	"invalidSignature":      invalidSignature,
	"tokenNotYetValid":      tokenNotYetValid,
	"durationElsewhere":     durationElsewhere,
	"roleNotFound":          roleNotFound,
	"roleInOtherAccount":    roleInOtherAccount,
	"emptyPolicyClaim":      emptyPolicyClaim,
	"missingTrustPolicy":    missingTrustPolicy,
	"trustPolicyDenied":     trustPolicyDenied,
	"unknownIssuer":         unknownIssuer,
}

// otherAtAWS is for a code that none of the rows has.
func otherAtAWS(r refusal) advice {
	given := advice{
		summary: "STS refuses to exchange the web identity token",
		ofToken: true,
		causes: []string{
			"STS has an answer that this provider has no advice on. Its code and message above name the problem: " +
				"look the code up in the API reference of AssumeRoleWithWebIdentity, under Errors and Common Errors.",
			"What was asked for doesn't fit: hold it, below, against the role and its trust policy.",
		},
	}
	return given.unlessFailing(r, "Something passing on the side of STS: run again.")
}

func otherElsewhere(r refusal) advice {
	given := advice{
		summary: "The server refuses to exchange the web identity token",
		ofToken: true,
		causes: []string{
			"This server has an answer that this provider has no advice on. Its code and message above name the " +
				"problem: look them up in the server's own documentation and log.",
			"The token isn't one that this server takes: hold issuer and audience, below, against the identity " +
				"providers that it is configured with.",
		},
	}
	return given.unlessFailing(r, "The server isn't ready, or fails: run again when it is up.")
}

// unlessFailing puts a cause first where the status says that the server fails, rather than refuses.
func (a advice) unlessFailing(r refusal, passing string) advice {
	if r.service.HTTPStatus >= http.StatusInternalServerError {
		a.causes, a.ofToken = append([]string{passing}, a.causes...), false
	}
	return a
}

// roleOrigin tells where the role's ARN comes from, for a sentence, when it isn't the argument.
func (r refusal) roleOrigin() string {
	if r.Request.RoleARNOrigin.Kind != origin.Variable {
		return RoleARNArgument
	}
	return originText(r.Request.RoleARNOrigin, RoleARNArgument)
}

// headings are those of the page about troubleshooting for AWS's answers. They are what people search for.
var headings = map[string]string{
	"assumeDenied":         "Not authorized to perform sts:AssumeRoleWithWebIdentity",
	"otherPolicyDenied":    "Explicit deny in a resource control policy or a VPC endpoint policy",
	"tagSessionDenied":     "Not authorized to perform sts:TagSession",
	"sourceIdentityDenied": "Not authorized to perform sts:SetSourceIdentity",
	"wrongAudience":        "Incorrect token audience",
	"noOIDCProvider":       "No OpenIDConnect provider found in your account",
	"noVerificationKey":    "Couldn't retrieve verification key from your identity provider",
	"wrongThumbprint":      "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
	"missingAudience":      "Missing a required claim: aud",
	"missingSubject":       "Missing a required claim: sub",
	"missingClaim":         "Missing a required claim",
	"notJWT":               "The ID Token provided is not a valid JWT",
	"notLoginWithAmazon":   "Provided Token is not a Login With Amazon token",
	"invalidToken":         "InvalidIdentityToken",
	"tokenTooOld":          "Token too old",
	"tokenExpired":         "Token expired: current date/time must be before the expiration date/time",
	"claimRejected":        "IDPRejectedClaim",
	"issuerUnreachable":    "IDPCommunicationError",
	"invalidRoleARN":       "Request ARN is invalid",
	"durationTooLong":      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role",
	"invalidField":         "1 validation error detected",
	"malformedPolicy":      "MalformedPolicyDocument",
	"packedPolicyTooLarge": "Packed size of session tags consumes N% of allotted space",
	"regionDisabled":       "STS is not activated in this region for account",
	"throttled":            "Rate exceeded",
	otherAnswer:            "Other codes of STS",
}

// otherAnswer stands for the ID of an answer that no row has.
const otherAnswer = "other"

// headingOf is the heading of an answer's section on the page about troubleshooting.
func headingOf(id, summary string, aws bool) string {
	if heading := headings[id]; aws && heading != "" {
		return heading
	}
	return summary
}
