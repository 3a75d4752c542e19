package explain

import (
	"net/http"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
)

// advices is the advice on each answer of the tables in assumerole, by the answer's ID.
var advices = map[string]func(refusal) advice{
	"assumeDenied":            assumeDenied,
	"otherPolicyDenied":       otherPolicyDenied,
	"explicitDeny":            explicitDeny,
	"tagSessionDenied":        tagSessionDenied,
	"sourceIdentityDenied":    sourceIdentityDenied,
	"wrongAudience":           wrongAudience,
	"noOIDCProvider":          noOIDCProvider,
	"noVerificationKey":       noVerificationKey,
	"wrongThumbprint":         wrongThumbprint,
	"missingAudience":         missingAudience,
	"missingSubject":          missingSubject,
	"missingClaim":            missingClaim,
	"notJWT":                  notJWT,
	"notLoginWithAmazon":      notLoginWithAmazon,
	"invalidToken":            invalidToken,
	"tokenTooOld":             tokenTooOld,
	"tokenExpired":            tokenExpired,
	"claimRejected":           claimRejected,
	"issuerUnreachable":       issuerUnreachable,
	"invalidRoleARN":          invalidRoleARN,
	"durationTooLong":         durationTooLong,
	"invalidField":            invalidField,
	"malformedPolicy":         malformedPolicy,
	"packedPolicyTooLarge":    packedPolicyTooLarge,
	"regionDisabled":          regionDisabled,
	"hopDenied":               hopDenied,
	"hopPermission":           hopPermission,
	"hopTrust":                hopTrust,
	"hopSessionPolicy":        hopSessionPolicy,
	"hopBoundary":             hopBoundary,
	"hopExplicitDeny":         hopExplicitDeny,
	"hopOtherPolicy":          hopOtherPolicy,
	"hopTagSessionDenied":     hopTagSessionDenied,
	"hopSourceIdentityDenied": hopSourceIdentityDenied,
	"hopDuration":             hopDuration,
	"hopCallerExpired":        hopCallerExpired,
	"hopSignature":            hopSignature,
	"hopCallerInvalid":        hopCallerInvalid,
	"hopOtherSourceIdentity":  hopOtherSourceIdentity,
	"hopInheritedTag":         hopInheritedTag,
	"hopDeniedElsewhere":      hopDeniedElsewhere,
	"hopOfTemporary":          hopOfTemporary,
	"throttled":               throttled,
	"deniedElsewhere":         deniedElsewhere,
	"invalidTokenElsewhere":   invalidTokenElsewhere,
	"notSTS":                  notSTS,
	"foreignRole":             foreignRole,
	"undefinedRole":           undefinedRole,
	"missingRole":             missingRole,
	"missingPolicyClaim":      missingPolicyClaim,
	"undefinedPolicies":       undefinedPolicies,
	"otherClientID":           otherClientID,
	"policyDenied":            policyDenied,
	"policyWithoutVersion":    policyWithoutVersion,
	"unknownKey":              unknownKey,
	"invalidSignature":        invalidSignature,
	"tokenNotYetValid":        tokenNotYetValid,
	"durationElsewhere":       durationElsewhere,
	"roleNotFound":            roleNotFound,
	"roleInOtherAccount":      roleInOtherAccount,
	"emptyPolicyClaim":        emptyPolicyClaim,
	"missingTrustPolicy":      missingTrustPolicy,
	"trustPolicyDenied":       trustPolicyDenied,
	"unknownIssuer":           unknownIssuer,
}

// otherOfHop is for a code that none of the rows has, for a hop.
func otherOfHop(r refusal) advice {
	advice := advice{
		summary: "STS rejected the role chaining",
		causes: []string{
			"The provider has no advice for this code. Look it up in the API reference of AssumeRole, under Errors " +
				"and Common Errors.",
		},
		facts: hopFacts, inCloudTrail: r.Destination.AWS,
	}
	if !r.Destination.AWS {
		advice.summary = "The server rejected the role chaining"
		advice.causes = []string{"The provider has no advice for this code. Look up the code and the message in the " +
			"server's documentation and log."}
	}
	return advice.unlessFailing(r, "The server has a temporary failure. Run again.")
}

// otherAtAWS is for a code that none of the rows has.
func otherAtAWS(r refusal) advice {
	advice := advice{
		summary: "STS rejected the exchange",
		ofToken: true,
		causes: []string{
			"The provider has no advice for this code. Look it up in the API reference of AssumeRoleWithWebIdentity, " +
				"under Errors and Common Errors.",
			"Compare the request and the token with the role and its trust policy.",
		},
		facts: factsOfTrust, inCloudTrail: true,
	}
	return advice.unlessFailing(
		r,
		"STS has a temporary failure. Run again. If it persists, see the AWS Health Dashboard.",
	)
}

func otherElsewhere(r refusal) advice {
	advice := advice{
		summary: "The server rejected the exchange",
		ofToken: true,
		causes: []string{
			"The provider has no advice for this code. Look up the code and the message in the server's " +
				"documentation and log.",
			"Compare the issuer and the audience with the identity providers in the server's configuration.",
		},
		facts: factsOfTrust,
	}
	return advice.unlessFailing(r, "The server might not be ready, or it fails. Run again when it is up.")
}

// unlessFailing is the advice, except if the status says that the server fails.
func (a advice) unlessFailing(r refusal, passing string) advice {
	if r.service.HTTPStatus >= http.StatusInternalServerError {
		return advice{summary: a.summary, causes: []string{passing}, facts: factsOfCall}
	}
	return a
}

// roleOrigin tells where the role's ARN comes from, for a sentence, when it isn't the argument.
func (r refusal) roleOrigin() string {
	if r.Hop > 0 || r.Request.RoleARNOrigin.Kind != origin.Variable {
		return r.named(RoleARNArgument)
	}
	return originText(r.Request.RoleARNOrigin, RoleARNArgument)
}

// headings are those of the page about troubleshooting for AWS's answers. They are what people search for.
var headings = map[string]string{
	"assumeDenied":            "Not authorized to perform sts:AssumeRoleWithWebIdentity",
	"otherPolicyDenied":       "Explicit deny in a resource control policy or a VPC endpoint policy",
	"explicitDeny":            "Explicit deny in a trust policy",
	"tagSessionDenied":        "Not authorized to perform sts:TagSession",
	"sourceIdentityDenied":    "Not authorized to perform sts:SetSourceIdentity",
	"wrongAudience":           "Incorrect token audience",
	"noOIDCProvider":          "No OpenIDConnect provider found in your account",
	"noVerificationKey":       "Couldn't retrieve verification key from your identity provider",
	"wrongThumbprint":         "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
	"missingAudience":         "Missing a required claim: aud",
	"missingSubject":          "Missing a required claim: sub",
	"missingClaim":            "Missing a required claim",
	"notJWT":                  "The ID Token provided is not a valid JWT",
	"notLoginWithAmazon":      "Provided Token is not a Login With Amazon token",
	"invalidToken":            "InvalidIdentityToken",
	"tokenTooOld":             "Token too old",
	"tokenExpired":            "Token expired: current date/time must be before the expiration date/time",
	"claimRejected":           "IDPRejectedClaim",
	"issuerUnreachable":       "IDPCommunicationError",
	"invalidRoleARN":          "Request ARN is invalid",
	"durationTooLong":         "The requested DurationSeconds exceeds the MaxSessionDuration set for this role",
	"invalidField":            "1 validation error detected",
	"malformedPolicy":         "MalformedPolicyDocument",
	"packedPolicyTooLarge":    "Packed size of session tags consumes N% of allotted space",
	"regionDisabled":          "STS is not activated in this region for account",
	"hopOtherPolicy":          "Explicit deny of sts:AssumeRole outside the roles",
	otherHopAnswer:            "Other codes of AssumeRole",
	"hopDenied":               "User is not authorized to perform sts:AssumeRole",
	"hopPermission":           "Because no identity-based policy allows the sts:AssumeRole action",
	"hopTrust":                "Because no role trust policy allows the sts:AssumeRole action",
	"hopSessionPolicy":        "Because no session policy allows the sts:AssumeRole action",
	"hopBoundary":             "Because no permissions boundary allows the sts:AssumeRole action",
	"hopExplicitDeny":         "Explicit deny of sts:AssumeRole",
	"hopTagSessionDenied":     "User is not authorized to perform sts:TagSession",
	"hopSourceIdentityDenied": "User is not authorized to perform sts:SetSourceIdentity",
	"hopDuration":             "Exceeds the 1 hour session limit for roles assumed by role chaining",
	"hopCallerExpired":        "The security token included in the request is expired",
	"hopSignature":            "SignatureDoesNotMatch",
	"hopCallerInvalid":        "The security token included in the request is invalid",
	"hopOtherSourceIdentity":  "The source identity is already set for this assume role session",
	"hopInheritedTag":         "Conflicts with a transitive tag key from the calling session",
	"throttled":               "Rate exceeded",
	otherAnswer:               "Other codes of STS",
}

// These stand for the ID of an answer that no row has.
const (
	otherAnswer    = "other"
	otherHopAnswer = "otherHop"
)

// headingOf is the heading of an answer's section on the page about troubleshooting.
func headingOf(id, summary string, aws bool) string {
	heading := headings[id]
	switch {
	case aws && heading != "":
		return heading
	case id == "invalidField": // its summary names the argument
		return "A value isn't valid"
	}
	return summary
}
