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
			"What was asked for doesn't fit: hold it, below, against the role and its trust policy. " +
				r.inCloudTrail(),
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
