package assumerole

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Class is what an exchange does about an answer that isn't a result.
type Class int

// The classes of answers.
const (
	Final       Class = iota // the same call would get the same answer
	Expired                  // another token might be accepted
	Propagating              // IAM might not have propagated a change yet
	Throttled                // there are too many calls at once
	Passing                  // the cause is transient
)

// Answer is an error that STS is known to return.
type Answer struct {
	ID      string   // names the answer for its advice and its golden file
	Codes   []string // those that the error can have
	Message string   // a part of the message, in any case of letters. Empty: any message
	Class   Class
}

// The codes that several answers share.
var (
	expiredCodes   = []string{"ExpiredTokenException", "ExpiredToken"} // AWS's and MinIO's
	throttledCodes = []string{
		"Throttling",
		"ThrottlingException",
		"ThrottledException",
		"RequestThrottled",
		"RequestThrottledException",
		"TooManyRequestsException",
		"RequestLimitExceeded",
		"BandwidthLimitExceeded",
		"LimitExceededException",
		"PriorRequestNotComplete",
		"TooManyRequests",
		"SlowDown",
		"SlowDownRead",
		"SlowDownWrite", // MinIO's
	}
	// invalidCallerCodes are for credentials that the server doesn't know, or not any more.
	invalidCallerCodes = []string{"InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException"}
	accessDenied       = []string{"AccessDenied"}
	invalidToken       = []string{"InvalidIdentityToken"}
	validationError    = []string{"ValidationError"}
	// elsewhereCodes are the codes of most errors of MinIO and SeaweedFS. Only the message names the problem.
	elsewhereCodes = []string{"AccessDenied", "InvalidParameterValue"}
	invalidCodes   = []string{
		"InvalidIdentityToken",
		"InvalidParameterValue",
		"InvalidClientTokenId",
		"IDPRejectedClaim",
	}
	// foreignCodes are what S3 and other services of the protocol return for a call that they don't know.
	foreignCodes = []string{
		"MethodNotAllowed",
		"NotImplemented",
		"NoSuchBucket",
		"InvalidBucketName",
		"InvalidURI",
		"InvalidAction",
		"UnknownOperationException",
		"MissingSecurityHeader",
	}
)

// AWSAnswers are the errors of AWS's STS for AssumeRoleWithWebIdentity. The first that fits holds, so the ones with any
// message come last.
var AWSAnswers = slices.Concat([]Answer{
	{"otherPolicyDenied", accessDenied, "resource control policy", Final},
	{"otherPolicyDenied", accessDenied, "VPC endpoint policy", Final},
	{"explicitDeny", accessDenied, "explicit deny", Propagating},
	{"assumeDenied", accessDenied, "Not authorized to perform sts:AssumeRoleWithWebIdentity", Propagating},
	{"tagSessionDenied", accessDenied, "sts:TagSession", Final},
	{"sourceIdentityDenied", accessDenied, "sts:SetSourceIdentity", Final},
	{"assumeDenied", accessDenied, "", Final},

	{"wrongAudience", invalidToken, "Incorrect token audience", Propagating},
	{"noOIDCProvider", invalidToken, "No OpenIDConnect provider found", Propagating},
	{"noVerificationKey", invalidToken, "Couldn't retrieve verification key", Passing},
	{"wrongThumbprint", invalidToken, "thumbprint", Final},
	{"missingAudience", invalidToken, "Missing a required claim: aud", Final},
	{"missingSubject", invalidToken, "Missing a required claim: sub", Final},
	{"missingClaim", invalidToken, "Missing a required claim", Final},
	{"notJWT", invalidToken, "not a valid JWT", Final},
	{"notLoginWithAmazon", invalidToken, "not a Login With Amazon token", Final},
	{"invalidToken", invalidToken, "", Final},

	{"tokenTooOld", expiredCodes, "Token too old", Expired},
	{"tokenExpired", expiredCodes, "", Expired},
	{"claimRejected", []string{"IDPRejectedClaim"}, "", Expired},
	{"issuerUnreachable", []string{"IDPCommunicationError"}, "", Passing},
}, commonAnswers)

// HopAnswers are the errors of AWS's STS for AssumeRole. IAM says who isn't authorized to perform what, and often which
// policy is missing or denies.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
var HopAnswers = slices.Concat([]Answer{
	{"hopOtherPolicy", accessDenied, "resource control policy", Final},
	{"hopOtherPolicy", accessDenied, "service control policy", Final},
	{"hopOtherPolicy", accessDenied, "VPC endpoint policy", Final},
}, reasonsOfHops, []Answer{
	{"hopTagSessionDenied", accessDenied, "perform: sts:TagSession", Final},
	{"hopSourceIdentityDenied", accessDenied, "perform: sts:SetSourceIdentity", Final},
	{"hopPermission", accessDenied, "no identity-based policy allows", Propagating},
	{"hopTrust", accessDenied, "no role trust policy allows", Propagating},
	{"hopTrust", accessDenied, "no resource-based policy allows", Propagating},
	{"hopDenied", accessDenied, "sts:AssumeRole", Propagating},
	{"hopDenied", accessDenied, "", Final},

	{"hopCallerExpired", expiredCodes, "", Expired},
	{"hopCallerInvalid", invalidCallerCodes, "", Expired},
	{"hopSignature", []string{"SignatureDoesNotMatch"}, "", Final},

	{"hopDuration", validationError, "1 hour session limit", Final},
	{"hopOtherSourceIdentity", validationError, "source identity is already set", Final},
	{"hopInheritedTag", []string{"InvalidParameterValue"}, "transitive tag key from the calling session", Final},
}, commonAnswers)

// reasonsOfHops are answers whose cause is a policy that an Allow in the policies of the two roles can't change, for
// any action.
var reasonsOfHops = []Answer{
	{"hopExplicitDeny", accessDenied, "explicit deny", Propagating},
	{"hopSessionPolicy", accessDenied, "no session policy allows", Final},
	{"hopBoundary", accessDenied, "no permissions boundary allows", Final},
}

// commonAnswers are the errors that both operations can return.
var commonAnswers = []Answer{
	{"invalidRoleARN", validationError, "Request ARN is invalid", Final},
	{"durationTooLong", validationError, "DurationSeconds exceeds", Final},
	{"invalidField", validationError, "", Final},
	{"malformedPolicy", []string{"MalformedPolicyDocument"}, "", Final},
	{"packedPolicyTooLarge", []string{"PackedPolicyTooLarge"}, "", Final},
	{"regionDisabled", []string{"RegionDisabledException"}, "", Final},
	{"throttled", throttledCodes, "", Throttled},
}

// OtherAnswers are the errors of servers that aren't AWS's, which follow AWS's codes more or less.
var OtherAnswers = []Answer{
	{"tokenExpired", expiredCodes, "", Expired},
	{"tokenExpired", nil, "Token is expired", Expired}, // MinIO's, with the code of an invalid token

	// MinIO.
	{"foreignRole", elsewhereCodes, "RoleARN parse err", Final},
	{"undefinedRole", elsewhereCodes, "Error processing RoleArn parameter", Final},
	{"missingRole", elsewhereCodes, "dummy-internal does not exist", Final},
	{"missingPolicyClaim", elsewhereCodes, "claim missing from the JWT token", Final},
	{"undefinedPolicies", elsewhereCodes, "None of the given policies", Final},
	{"otherClientID", elsewhereCodes, "STS JWT Token has `azp` claim invalid", Final},
	{"policyDenied", elsewhereCodes, "this user does not have enough permission", Final},
	{"policyWithoutVersion", elsewhereCodes, "Version cannot be empty", Final},
	{"unknownKey", elsewhereCodes, "No public key found", Final},
	{"invalidSignature", elsewhereCodes, "crypto/rsa: verification error", Final},
	{"invalidSignature", elsewhereCodes, "crypto/ecdsa: verification error", Final},
	{"tokenNotYetValid", elsewhereCodes, "Token used before issued", Final},
	{"durationElsewhere", elsewhereCodes, "invalid token expiry", Final},

	// SeaweedFS.
	{"roleNotFound", elsewhereCodes, "role not found", Final},
	{"missingRole", elsewhereCodes, "RoleArn is required", Final},
	{"roleInOtherAccount", elsewhereCodes, "cannot be used to assume a role in account", Final},
	{"emptyPolicyClaim", elsewhereCodes, "requires the IDP to emit policies", Final},
	{"missingTrustPolicy", elsewhereCodes, "role has no trust policy", Final},
	{"trustPolicyDenied", elsewhereCodes, "trust policy validation failed", Final},
	{"unknownIssuer", elsewhereCodes, "no identity provider registered", Final},
	{"unknownKey", elsewhereCodes, "failed to get public key", Final},
	{"invalidSignature", elsewhereCodes, "signature is invalid", Final},
	{"tokenNotYetValid", elsewhereCodes, "token is not valid yet", Final},
	{"durationElsewhere", elsewhereCodes, "DurationSeconds must be between", Final},

	// Servers that have an IAM, and AWS's words for it.
	{"deniedElsewhere", accessDenied, "Not authorized to perform sts:AssumeRoleWithWebIdentity", Propagating},
	{"invalidTokenElsewhere", invalidToken, "Incorrect token audience", Propagating},
	{"invalidTokenElsewhere", invalidToken, "No OpenIDConnect provider found", Propagating},
	{"invalidTokenElsewhere", invalidToken, "Couldn't retrieve verification key", Passing},

	{"deniedElsewhere", accessDenied, "", Final},
	{"invalidTokenElsewhere", []string{"IDPRejectedClaim"}, "", Expired},
	{"invalidTokenElsewhere", invalidCodes, "", Final},
	{"issuerUnreachable", []string{"IDPCommunicationError"}, "", Passing},
	{"invalidField", validationError, "", Final},
	{"malformedPolicy", []string{"MalformedPolicyDocument"}, "", Final},
	{"packedPolicyTooLarge", []string{"PackedPolicyTooLarge"}, "", Final},
	{"notSTS", foreignCodes, "", Final},
	{"throttled", throttledCodes, "", Throttled},
}

// OtherHopAnswers are the errors of other servers for AssumeRole. Few of them have chains of roles.
var OtherHopAnswers = []Answer{
	{"hopCallerExpired", expiredCodes, "", Expired},

	// Servers that have an IAM, and AWS's words for it.
	{"hopExplicitDeny", accessDenied, "explicit deny", Propagating},
	{"hopSessionPolicy", accessDenied, "no session policy allows", Final},
	{"hopTagSessionDenied", accessDenied, "perform: sts:TagSession", Final},
	{"hopSourceIdentityDenied", accessDenied, "perform: sts:SetSourceIdentity", Final},
	{"hopPermission", accessDenied, "no identity-based policy allows", Propagating},
	{"hopTrust", accessDenied, "no role trust policy allows", Propagating},
	{"hopTrust", accessDenied, "no resource-based policy allows", Propagating},

	// MinIO. Its code is the same for everything.
	{"hopCallerInvalid", accessDenied, "Access Key Id you provided does not exist", Expired},
	{"hopSignature", accessDenied, "request signature we calculated does not match", Final},
	{"hopCallerInvalid", accessDenied, "security token included in the request is invalid", Expired},
	{"hopOfTemporary", accessDenied, "Access Denied.", Final},

	{"hopDeniedElsewhere", accessDenied, "is not authorized to perform", Propagating},
	{"hopDeniedElsewhere", accessDenied, "", Final},
	{"hopCallerInvalid", invalidCallerCodes, "", Expired},
	{"hopSignature", []string{"SignatureDoesNotMatch"}, "", Final},
	{"invalidField", validationError, "", Final},
	{"malformedPolicy", []string{"MalformedPolicyDocument"}, "", Final},
	{"packedPolicyTooLarge", []string{"PackedPolicyTooLarge"}, "", Final},
	{"notSTS", foreignCodes, "", Final},
	{"throttled", throttledCodes, "", Throttled},
}

// Answers is the table for the call that an exchange has come to.
func (e Exchange) Answers() []Answer {
	switch {
	case !e.Destination.AWS && e.Hop > 0:
		return OtherHopAnswers
	case !e.Destination.AWS:
		return OtherAnswers
	case e.Hop > 0:
		return HopAnswers
	}
	return AWSAnswers
}

// fits reports whether an error is this answer.
func (a Answer) fits(err *ServiceError) bool {
	return (a.Codes == nil || slices.Contains(a.Codes, err.Code)) &&
		strings.Contains(strings.ToLower(err.Message), strings.ToLower(a.Message))
}

// Lookup finds an error in a table: its index, or -1.
func Lookup(answers []Answer, err *ServiceError) int {
	return slices.IndexFunc(answers, func(answer Answer) bool { return answer.fits(err) })
}

// classOf is what to do about a failed attempt. Whatever a server's error says, its status may say that the server
// fails.
func classOf(err error, answers []Answer) Class {
	class, status := Final, 0
	if connection, ok := errors.AsType[*ConnectionError](err); ok && connection.passing {
		return Passing
	}
	if token, ok := errors.AsType[*webidentity.Error](err); ok && token.MaxAttempts > 1 {
		return Passing
	}
	if answer, ok := errors.AsType[*AnswerError](err); ok {
		status = answer.HTTPStatus
		if answer.Kind == AnswerCutOff {
			class = Passing
		}
	}
	if service, ok := errors.AsType[*ServiceError](err); ok {
		status = service.HTTPStatus
		if n := Lookup(answers, service); n >= 0 {
			class = answers[n].Class
		}
	}
	switch {
	case status == http.StatusTooManyRequests:
		return Throttled
	case class == Final && isPassing(status):
		return Passing
	}
	return class
}

// isPassing tells the statuses of a server, a load balancer or a proxy that may answer otherwise in a moment.
func isPassing(status int) bool {
	switch status {
	case http.StatusRequestTimeout,
		http.StatusInternalServerError,
		http.StatusBadGateway,
		http.StatusServiceUnavailable,
		http.StatusGatewayTimeout:
		return true
	}
	return status >= 520 && status <= 524 // of gateways that say so by numbers of their own
}
