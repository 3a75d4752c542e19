package explain

import (
	"net/http"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// Arguments of the block that assumerole has no name for.
const (
	providerIDArgument       = "provider_id"
	minimumTokenSizeArgument = "minimum_session_token_size"
	timeoutArgument          = "timeout"
)

// Codes of STS.
const (
	accessDenied          = "AccessDenied"
	invalidIdentityToken  = "InvalidIdentityToken"
	invalidParameterValue = "InvalidParameterValue" // of other servers
	validationError       = "ValidationError"
)

var (
	// elsewhereCodes are the codes of most errors of MinIO and SeaweedFS. Only the message names the problem.
	elsewhereCodes = []string{accessDenied, invalidParameterValue}
	invalidCodes   = []string{invalidIdentityToken, invalidParameterValue, "InvalidClientTokenId", "IDPRejectedClaim"}
	expiredCodes   = assumerole.ExpiredCodes()
	// foreignCodes are what S3 and other services of the protocol say to a call that they don't know.
	foreignCodes   = []string{"MethodNotAllowed", "NotImplemented", "NoSuchBucket", "InvalidBucketName", "InvalidURI", "InvalidAction", "UnknownOperationException", "MissingSecurityHeader"}
	throttledCodes = []string{"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "TooManyRequests", "SlowDown", "SlowDownRead", "SlowDownWrite"}
)

// awsRows are the errors of AWS's STS. The first that fits holds, so that what any message may have comes last.
var awsRows = []row{
	{[]string{accessDenied}, "resource control policy", otherPolicyDenied},
	{[]string{accessDenied}, "VPC endpoint policy", otherPolicyDenied},
	{[]string{accessDenied}, trustpolicy.AssumeRoleWithWebIdentity, assumeDenied},
	{[]string{accessDenied}, trustpolicy.TagSession, tagSessionDenied},
	{[]string{accessDenied}, trustpolicy.SetSourceIdentity, sourceIdentityDenied},
	{[]string{accessDenied}, "", assumeDenied},

	{[]string{invalidIdentityToken}, "Incorrect token audience", wrongAudience},
	{[]string{invalidIdentityToken}, "No OpenIDConnect provider found", noOIDCProvider},
	{[]string{invalidIdentityToken}, "Couldn't retrieve verification key", noVerificationKey},
	{[]string{invalidIdentityToken}, "thumbprint", wrongThumbprint},
	{[]string{invalidIdentityToken}, "Missing a required claim: aud", missingAudience},
	{[]string{invalidIdentityToken}, "Missing a required claim: sub", missingSubject},
	{[]string{invalidIdentityToken}, "Missing a required claim", missingClaim},
	{[]string{invalidIdentityToken}, "not a valid JWT", notJWT},
	{[]string{invalidIdentityToken}, "not a Login With Amazon token", notLoginWithAmazon},
	{[]string{invalidIdentityToken}, "", invalidToken},

	{expiredCodes, "Token too old", tokenTooOld},
	{expiredCodes, "", tokenExpired},
	{[]string{"IDPRejectedClaim"}, "", claimRejected},
	{[]string{"IDPCommunicationError"}, "", issuerUnreachable},

	{[]string{validationError}, "Request ARN is invalid", invalidRoleARN},
	{[]string{validationError}, "DurationSeconds exceeds", durationTooLong},
	{[]string{validationError}, "", invalidField},
	{[]string{"MalformedPolicyDocument"}, "", malformedPolicy},
	{[]string{"PackedPolicyTooLarge"}, "", packedPolicyTooLarge},
	{[]string{"RegionDisabledException"}, "", regionDisabled},
	{throttledCodes, "", throttled},
}

// otherServersRows are the errors of servers that aren't AWS's, which follow AWS's codes more or less. Nothing is said of IAM:
// what they have in its place differs.
var otherServersRows = []row{
	{expiredCodes, "", tokenExpired},

	// MinIO.
	{elsewhereCodes, "RoleARN parse err", foreignRole},
	{elsewhereCodes, "Error processing RoleArn parameter", undefinedRole},
	{elsewhereCodes, "dummy-internal does not exist", missingRole},
	{elsewhereCodes, "claim missing from the JWT token", missingPolicyClaim},
	{elsewhereCodes, "None of the given policies", undefinedPolicies},
	{elsewhereCodes, "STS JWT Token has `azp` claim invalid", otherClientID},
	{elsewhereCodes, "this user does not have enough permission", policyDenied},
	{elsewhereCodes, "Version cannot be empty", policyWithoutVersion},
	{elsewhereCodes, "No public key found", unknownKey},
	{elsewhereCodes, "crypto/rsa: verification error", invalidSignature},
	{elsewhereCodes, "crypto/ecdsa: verification error", invalidSignature},
	{elsewhereCodes, "Token used before issued", tokenNotYetValid},
	{elsewhereCodes, "invalid token expiry", durationElsewhere},

	// SeaweedFS.
	{elsewhereCodes, "role not found", roleNotFound},
	{elsewhereCodes, "RoleArn is required", missingRole},
	{elsewhereCodes, "cannot be used to assume a role in account", roleInOtherAccount},
	{elsewhereCodes, "requires the IDP to emit policies", emptyPolicyClaim},
	{elsewhereCodes, "role has no trust policy", missingTrustPolicy},
	{elsewhereCodes, "trust policy validation failed", trustPolicyDenied},
	{elsewhereCodes, "no identity provider registered", unknownIssuer},
	{elsewhereCodes, "failed to get public key", unknownKey},
	{elsewhereCodes, "signature is invalid", invalidSignature},
	{elsewhereCodes, "token is not valid yet", tokenNotYetValid},
	{elsewhereCodes, "DurationSeconds must be between", durationElsewhere},

	{[]string{accessDenied}, "", deniedElsewhere},
	{invalidCodes, "", invalidTokenElsewhere},
	{[]string{"IDPCommunicationError"}, "", issuerUnreachable},
	{[]string{validationError}, "", invalidField},
	{[]string{"MalformedPolicyDocument"}, "", malformedPolicy},
	{[]string{"PackedPolicyTooLarge"}, "", packedPolicyTooLarge},
	{foreignCodes, "", notSTS},
	{throttledCodes, "", throttled},
}

// otherAtAWS is for a code that none of the rows has.
func otherAtAWS(r refusal) advice {
	given := advice{
		summary: "STS refuses to exchange the web identity token",
		ofToken: true,
		causes: []string{
			"STS has an answer that this provider has no advice on. Its code and message above name the problem: look the code up in the API reference of AssumeRoleWithWebIdentity, under Errors and Common Errors.",
			"What was asked for doesn't fit: hold it, below, against the role and its trust policy. " + r.inCloudTrail(),
		},
	}
	return given.unlessFailing(r, "Something passing on the side of STS: run again.")
}

func otherElsewhere(r refusal) advice {
	given := advice{
		summary: "The server refuses to exchange the web identity token",
		ofToken: true,
		causes: []string{
			"This server has an answer that this provider has no advice on. Its code and message above name the problem: look them up in the server's own documentation and log.",
			"The token isn't one that this server takes: hold issuer and audience, below, against the identity providers that it is configured with.",
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
	if r.Request.RoleARNOrigin == "" {
		return assumerole.RoleARNArgument
	}
	return r.Request.RoleARNOrigin
}
