package explain_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

var update = flag.Bool("update", false, "write the golden files")

// now is when the failures of the golden files happened.
var now = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// answered is a failed exchange: what STS said, and what was different from an ordinary one.
type answered struct {
	status        int
	code, message string
	change        func(*assumerole.Exchange)
}

const (
	denied = "Not authorized to perform sts:"
	// clientIDOfMinIO is what MinIO answers if neither aud nor azp has the client ID of the OpenID provider that it
	// chose.
	clientIDOfMinIO = "STS JWT Token has `azp` claim invalid, `azp` must match configured OpenID Client ID"
	notJWT          = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
)

// goldens has, by the names of their files, every row of STS's errors and what claims show.
var goldens = func() map[string]answered {
	all := maps.Clone(exchangeGoldens)
	maps.Copy(all, hopGoldens)
	return all
}()

var exchangeGoldens = map[string]answered{
	"access_denied": {status: 403, code: "AccessDenied", message: denied + "AssumeRoleWithWebIdentity"},
	"access_denied_explicitly": {
		status: 403, code: "AccessDenied", message: denied + "AssumeRoleWithWebIdentity with an explicit deny",
	},
	"access_denied_elsewhere": {status: 403, code: "AccessDenied", message: "Access denied.", change: elsewhere},
	"access_denied_elsewhere_iam": {
		status: 403, code: "AccessDenied", message: denied + "AssumeRoleWithWebIdentity", change: elsewhere,
	},
	"invalid_elsewhere_audience": {
		status: 400, code: "InvalidIdentityToken", message: "Incorrect token audience", change: elsewhere,
	},
	"invalid_elsewhere_provider": {
		status: 400, code: "InvalidIdentityToken",
		message: "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
		change:  elsewhere,
	},
	"invalid_elsewhere_key": {
		status: 400, code: "InvalidIdentityToken",
		message: "Couldn't retrieve verification key from your identity provider", change: elsewhere,
	},
	"invalid_elsewhere_rejected": {
		status: 403, code: "IDPRejectedClaim", message: "The identity provider rejected the claim", change: elsewhere,
	},
	"access_denied_no_claims": {
		status: 403, code: "AccessDenied", message: denied + "AssumeRoleWithWebIdentity",
		change: func(e *assumerole.Exchange) { e.Claims, e.Request.ProviderID = nil, "www.amazon.com" },
	},
	"access_denied_other": {
		status: 403, code: "AccessDenied", message: "Access is denied by a resource control policy",
	},
	"access_denied_unknown": {status: 403, code: "AccessDenied", message: "Denied for a reason of its own"},
	"access_denied_propagated": {
		status: 403, code: "AccessDenied", message: denied + "AssumeRoleWithWebIdentity",
		change: func(e *assumerole.Exchange) {
			e.Request.PropagationTimeout, e.Calls, e.Elapsed = 30*time.Second, 15, 91*time.Second
		},
	},
	"access_denied_pull_request": {
		status: 403, code: "AccessDenied", message: denied + "AssumeRoleWithWebIdentity",
		change: claim("sub", "repo:example-org/infrastructure:pull_request"),
	},
	"access_denied_set_source_identity": {
		status: 403, code: "AccessDenied", message: denied + "SetSourceIdentity",
		change: claim("https://aws.amazon.com/source_identity", "alice"),
	},
	"access_denied_tag_session": {
		status: 403, code: "AccessDenied", message: denied + "TagSession",
		change: claim("https://aws.amazon.com/tags", map[string]any{"principal_tags": map[string]any{"team": "a"}}),
	},
	"expired": {
		status: 400, code: "ExpiredTokenException",
		message: "Token expired: current date/time 1788264000 must be before the expiration date/time1788260400",
		change:  expired,
	},
	"endpoint_of_s3": {
		status: 405, code: "MethodNotAllowed", message: "The specified method is not allowed against this resource.",
		change: elsewhere,
	},
	"invalid_audience_of_aws": {
		status: 400, code: "InvalidIdentityToken", message: "Incorrect token audience",
	},
	"invalid_missing_exp": {
		status: 400, code: "InvalidIdentityToken", message: "Missing a required claim: exp",
	},
	"access_denied_endpoint_policy": {
		status: 403, code: "AccessDenied",
		message: "Not authorized to perform sts:AssumeRoleWithWebIdentity with an explicit deny in a VPC endpoint " +
			"policy",
	},
	"invalid_audience_github": {
		status: 400, code: "InvalidIdentityToken", message: "Incorrect token audience",
		change: claim("aud", "https://github.com/example-org"),
	},
	"validation_policy_arn": {
		status: 400, code: "ValidationError", message: "ARN arn:aws:iam::aws:policy/Nothing is not valid.",
		change: func(e *assumerole.Exchange) { e.Request.PolicyARNs = []string{"arn:aws:iam::aws:policy/Nothing"} },
	},
	"expired_elsewhere": {
		status: 400, code: "ExpiredToken", message: "The token has expired.", change: both(expired, elsewhere),
	},
	"expired_minio": {
		status: 400, code: "InvalidParameterValue", message: "Token is expired", change: both(expired, elsewhere),
	},
	"expired_seaweedfs": {
		status: 400, code: "ExpiredTokenException",
		message: "failed to validate web identity token: token has expired: provider: token has expired: token has " +
			"invalid claims: token is expired",
		change: both(expired, elsewhere),
	},
	"expired_too_old": {
		status: 400, code: "ExpiredTokenException", message: "Token too old: 1788264000",
	},
	"idp_communication_error": {
		status: 400, code: "IDPCommunicationError",
		message: "The request could not be fulfilled because the identity provider could not be reached",
	},
	"idp_rejected_claim": {
		status: 403, code: "IDPRejectedClaim", message: "The identity provider rejected the claim",
	},
	"invalid_audience": {
		status: 400, code: "InvalidIdentityToken", message: "Incorrect token audience",
		change: claim("aud", "https://example.com"),
	},
	"invalid_audience_slip": {
		status: 400, code: "InvalidIdentityToken", message: "Incorrect token audience",
		change: claim("aud", "sts.amazon.com"),
	},
	"invalid_elsewhere": {
		status: 400, code: "InvalidParameterValue", message: "failed to verify the signature", change: elsewhere,
	},
	"invalid_login_with_amazon": {
		status: 400, code: "InvalidIdentityToken", message: "Provided Token is not a Login With Amazon token",
		change: func(e *assumerole.Exchange) { e.Request.ProviderID = "www.amazon.com" },
	},
	"invalid_missing_aud": {
		status: 400, code: "InvalidIdentityToken", message: "Missing a required claim: aud",
		change: claim("aud", nil),
	},
	"invalid_missing_sub": {
		status: 400, code: "InvalidIdentityToken", message: "Missing a required claim: sub",
		change: claim("sub", nil),
	},
	"invalid_no_provider": {
		status: 400, code: "InvalidIdentityToken",
		message: "No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
	},
	"invalid_not_jwt": {
		status: 400, code: "InvalidIdentityToken", message: notJWT,
		change: func(e *assumerole.Exchange) { e.Claims = nil },
	},
	"invalid_other": {
		status: 400, code: "InvalidIdentityToken", message: "The ID Token provided has an invalid signature",
		change: func(e *assumerole.Exchange) { e.Claims.Algorithm = "HS256" },
	},
	"invalid_thumbprint": {
		status: 400, code: "InvalidIdentityToken",
		message: "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
	},
	"invalid_verification_key": {
		status: 400, code: "InvalidIdentityToken",
		message: "Couldn't retrieve verification key from your identity provider, please reference " +
			"AssumeRoleWithWebIdentity documentation",
		change: func(e *assumerole.Exchange) { e.Claims.KeyID = "" },
	},
	"malformed_policy": {
		status: 400, code: "MalformedPolicyDocument", message: "Syntax errors in policy.",
	},
	"malformed_policy_elsewhere": {
		status: 400, code: "MalformedPolicyDocument", message: "invalid policy", change: elsewhere,
	},
	"packed_policy_too_large": {
		status: 400, code: "PackedPolicyTooLarge",
		message: "Packed size of session tags consumes 112% of allotted space.",
	},
	"region_disabled": {
		status: 403, code: "RegionDisabledException",
		message: "STS is not activated in this region for account:111122223333. Your account administrator can " +
			"activate STS in this region using the IAM Console.",
	},
	"throttling": {status: 400, code: "Throttling", message: "Rate exceeded"},
	"throttling_elsewhere": {
		status: 503, code: "SlowDown", message: "Please reduce your request rate", change: elsewhere,
	},
	"unknown": {
		status: 400, code: "SomethingNew", message: "Something that nobody has heard of",
	},
	"unknown_elsewhere": {
		status: 500, code: "InternalError", message: "We encountered an internal error", change: elsewhere,
	},
	"validation_duration": {
		status: 400, code: "ValidationError",
		message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
		change:  func(e *assumerole.Exchange) { e.Request.DurationSeconds = 7200 },
	},
	"validation_elsewhere": {
		status: 400, code: "ValidationError",
		message: "1 validation error detected: Value 'x' at 'durationSeconds' failed to satisfy constraint",
		change:  elsewhere,
	},
	"validation_role_arn": {status: 400, code: "ValidationError", message: "Request ARN is invalid"},
	"validation_session_name": {
		status: 400, code: "ValidationError",
		message: "1 validation error detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: Member " +
			"must have length greater than or equal to 2",
	},
	"validation_unknown_field": {
		status: 400, code: "ValidationError", message: "1 validation error detected",
	},

	// Roles and policies of MinIO, which has one code for these and for an invalid token.
	"role_undefined_minio": {
		status: 400, code: "InvalidParameterValue",
		message: "Error processing RoleArn parameter: RoleARN arn:minio:iam:::role/x is not defined.",
		change:  both(elsewhere, role("arn:minio:iam:::role/x")),
	},
	"role_foreign_minio": {
		status: 400, code: "InvalidParameterValue",
		message: "Error processing RoleArn parameter: RoleARN parse err: invalid ARN - bad partition field",
		change:  elsewhere,
	},
	"role_missing_minio": {
		status: 400, code: "InvalidParameterValue",
		message: "Role arn:minio:iam:::role/dummy-internal does not exist", change: both(elsewhere, role("")),
	},
	"policy_claim_minio": {
		status: 400, code: "InvalidParameterValue",
		message: "groups claim missing from the JWT token, credentials will not be generated",
		change:  both(elsewhere, role("")),
	},
	"policy_claim_minio_role": {
		status: 400, code: "InvalidParameterValue",
		message: "groups claim missing from the JWT token, credentials will not be generated",
		change:  both(elsewhere, role("arn:minio:iam:::role/x")),
	},
	"policy_names_minio": {
		status: 400, code: "InvalidParameterValue",
		message: "None of the given policies (`x`) are defined, credentials will not be generated",
		change:  both(elsewhere, role("")),
	},
	"policy_names_minio_role": {
		status: 400, code: "InvalidParameterValue",
		message: "None of the given policies (`x`) are defined, credentials will not be generated",
		change:  both(elsewhere, role("arn:minio:iam:::role/x")),
	},
	"policy_denies_minio": {
		status: 403, code: "AccessDenied", message: "this user does not have enough permission",
		change: both(elsewhere, role("arn:minio:iam:::role/x")),
	},
	"session_policy_minio": {
		status: 400, code: "InvalidParameterValue", message: "Version cannot be empty expecting '2012-10-17'",
		change: elsewhere,
	},
	"client_id_minio": {
		status: 400, code: "InvalidParameterValue", message: clientIDOfMinIO, change: both(elsewhere, role("")),
	},
	"client_id_minio_role": {
		status: 400, code: "InvalidParameterValue", message: clientIDOfMinIO,
		change: both(elsewhere, role("arn:minio:iam:::role/x")),
	},
	"duration_minio": {
		status: 400, code: "InvalidParameterValue", message: "invalid token expiry",
		change: both(elsewhere, func(e *assumerole.Exchange) { e.Request.DurationSeconds = 600 }),
	},
	"key_minio": {
		status: 400, code: "InvalidParameterValue", message: "No public key found for kid key-1", change: elsewhere,
	},
	"signature_minio": {
		status: 400, code: "InvalidParameterValue", message: "crypto/rsa: verification error", change: elsewhere,
	},
	"signature_minio_hmac": {
		status: 400, code: "InvalidParameterValue", message: "signature is invalid", change: elsewhere,
	},
	"signature_minio_ecdsa": {
		status: 400, code: "InvalidParameterValue", message: "crypto/ecdsa: verification error", change: elsewhere,
	},
	"not_yet_valid_minio": {
		status: 400, code: "InvalidParameterValue", message: "Token used before issued", change: elsewhere,
	},
	"not_yet_valid_minio_nbf": {
		status: 400, code: "InvalidParameterValue", message: "Token is not valid yet",
		change: both(elsewhere, func(e *assumerole.Exchange) { e.Claims.NotBefore = now.Add(time.Hour) }),
	},

	// Roles and policies of SeaweedFS, which denies access where it doesn't know any of them.
	"role_not_found_seaweedfs": {
		status: 403, code: "AccessDenied", message: "role not found: x",
		change: both(elsewhere, role("arn:aws:iam::111122223333:role/x")),
	},
	"role_missing_seaweedfs": {
		status: 403, code: "AccessDenied",
		message: "RoleArn is required when claim-based policy mode is not configured",
		change:  both(elsewhere, role("")),
	},
	"role_account_seaweedfs": {
		status: 403, code: "AccessDenied",
		message: "OIDC provider for issuer https://token.actions.githubusercontent.com is registered in account " +
			"444455556666; cannot be used to assume a role in account 111122223333",
		change: elsewhere,
	},
	"policy_claim_seaweedfs": {
		status: 403, code: "AccessDenied",
		message: "claim-based policy mode requires the IDP to emit policies via the configured policyClaim",
		change:  both(elsewhere, role("arn:aws:iam:::role/sts-claim-based")),
	},
	"trust_denied_seaweedfs": {
		status: 403, code: "AccessDenied",
		message: "trust policy validation failed: trust policy denies web identity assumption", change: elsewhere,
	},
	"trust_missing_seaweedfs": {
		status: 403, code: "AccessDenied", message: "trust policy validation failed: role has no trust policy",
		change: elsewhere,
	},
	"issuer_seaweedfs": {
		status: 403, code: "AccessDenied",
		message: "failed to validate web identity token: no identity provider registered for issuer: " +
			"https://token.actions.githubusercontent.com",
		change: elsewhere,
	},
	"key_seaweedfs": {
		status: 403, code: "AccessDenied",
		message: "failed to validate web identity token: token validation failed with provider for issuer " +
			"https://token.actions.githubusercontent.com: failed to get public key: key with ID key-1 not found in " +
			"JWKS after refresh",
		change: elsewhere,
	},
	"signature_seaweedfs": {
		status: 400, code: "InvalidParameterValue",
		message: "failed to validate web identity token: invalid token format: provider: invalid token format: token " +
			"signature is invalid: crypto/rsa: verification error",
		change: elsewhere,
	},
	"not_yet_valid_seaweedfs": {
		status: 400, code: "InvalidParameterValue",
		message: "failed to validate web identity token: invalid token format: provider: invalid token format: token " +
			"has invalid claims: token is not valid yet",
		change: elsewhere,
	},
	"duration_seaweedfs": {
		status: 400, code: "InvalidParameterValue", message: "DurationSeconds must be between 900 and 43200 seconds",
		change: both(elsewhere, func(e *assumerole.Exchange) { e.Request.DurationSeconds = 86400 }),
	},

	"idp_communication_error_elsewhere": {
		status: 400, code: "IDPCommunicationError", message: "The identity provider could not be reached",
		change: elsewhere,
	},
	"packed_policy_too_large_elsewhere": {
		status: 400, code: "PackedPolicyTooLarge", message: "The session policy is too large", change: elsewhere,
	},
}

func ordinary() assumerole.Exchange {
	exchange := exampleExchange
	exchange.Sent, exchange.Calls, exchange.Elapsed = true, 1, 312*time.Millisecond
	exchange.Request.Policy = `{"Version":"2012-10-17","Statement":[]}`
	exchange.Claims = claims(map[string]any{
		"iss":           "https://token.actions.githubusercontent.com",
		"sub":           "repo:example-org/infrastructure:environment:production",
		"aud":           "sts.amazonaws.com",
		"repository_id": "456789",
	})
	return exchange
}

// claims are those of a token that lives for five minutes from now.
func claims(all map[string]any) *webidentity.Claims {
	claims := webidentity.Claims{
		Algorithm:  "RS256",
		KeyID:      "key-1",
		IssuedAt:   now,
		Expiration: now.Add(5 * time.Minute),
		All:        all,
	}
	claims.Issuer, _ = all["iss"].(string)
	claims.Subject, _ = all["sub"].(string)
	claims.AuthorizedParty, _ = all["azp"].(string)
	switch audience := all["aud"].(type) {
	case string:
		claims.Audience = []string{audience}
	case []string:
		claims.Audience = audience
	}
	return &claims
}

// claim replaces one; a nil value removes it.
func claim(name string, value any) func(*assumerole.Exchange) {
	return func(exchange *assumerole.Exchange) {
		all := maps.Clone(exchange.Claims.All)
		all[name] = value
		if value == nil {
			delete(all, name)
		}
		exchange.Claims = claims(all)
	}
}

// role asks for another role.
func role(arn string) func(*assumerole.Exchange) {
	return func(exchange *assumerole.Exchange) { exchange.Request.RoleARN = arn }
}

func expired(exchange *assumerole.Exchange) { exchange.Claims.Expiration = now.Add(-time.Hour) }

func elsewhere(exchange *assumerole.Exchange) {
	exchange.Destination = assumerole.Destination{
		Host:           "minio.example.com",
		EndpointOrigin: origin.Of(origin.ProviderBlock),
	}
}

func both(first, second func(*assumerole.Exchange)) func(*assumerole.Exchange) {
	return func(exchange *assumerole.Exchange) { first(exchange); second(exchange) }
}

func (a answered) err() *assumerole.ServiceError {
	return &assumerole.ServiceError{
		Code:       a.code,
		Message:    a.message,
		HTTPStatus: a.status,
		RequestID:  "0a1b2c3d-0000-4000-8000-000000000000",
	}
}

func (a answered) exchange() assumerole.Exchange {
	exchange := ordinary()
	if a.change != nil {
		a.change(&exchange)
	}
	return exchange
}

func (a answered) explanation() explain.Explanation {
	return explain.FailureAt(a.exchange(), a.err(), now)
}

// throughProxy is a call by way of a proxy.
func throughProxy(exchange *assumerole.Exchange) {
	exchange.Destination.Proxy = assumerole.Proxy{
		Host:      "proxy.example.com:3128",
		Parameter: assumerole.ParameterHTTPSProxy,
		Origin:    origin.OfVariable("HTTPS_PROXY"),
	}
}

// noAnswer is a failure without an answer of STS, and what was different from an ordinary exchange.
type noAnswer struct {
	err    error
	change func(*assumerole.Exchange)
}

// unanswered are failures without an answer of STS, by the names of their golden files.
var unanswered = func() map[string]noAnswer {
	all := maps.Clone(exchangesUnanswered)
	maps.Copy(all, tokenGoldens)
	return all
}()

var exchangesUnanswered = map[string]noAnswer{
	"no_answer_foreign": {
		&assumerole.AnswerError{Kind: assumerole.AnswerForeign, HTTPStatus: 200, MediaType: "application/json"},
		elsewhere,
	},
	"no_answer_failing": {
		&assumerole.AnswerError{Kind: assumerole.AnswerHTML, HTTPStatus: 502},
		elsewhere,
	},
	"no_answer_wants_tls": {
		&assumerole.AnswerError{Kind: assumerole.AnswerWantsTLS, HTTPStatus: 400},
		elsewhere,
	},
	"no_answer_html": {
		&assumerole.AnswerError{Kind: assumerole.AnswerHTML, HTTPStatus: 200},
		elsewhere,
	},
	"no_answer_html_on_loopback": {
		&assumerole.AnswerError{Kind: assumerole.AnswerHTML, HTTPStatus: 200},
		func(exchange *assumerole.Exchange) {
			elsewhere(exchange)
			exchange.Destination.Host, exchange.Destination.Loopback = "localhost:9001", true
		},
	},
	"no_answer_empty": {
		&assumerole.AnswerError{Kind: assumerole.AnswerEmpty, HTTPStatus: 200},
		elsewhere,
	},
	"no_answer_cut_off": {
		&assumerole.AnswerError{Kind: assumerole.AnswerCutOff, HTTPStatus: 200},
		nil,
	},
	"no_answer_too_large": {
		&assumerole.AnswerError{Kind: assumerole.AnswerTooLarge},
		elsewhere,
	},
	"no_answer_other_protocol": {
		&assumerole.AnswerError{Kind: assumerole.AnswerOtherProtocol, HTTPStatus: 101},
		elsewhere,
	},
	"no_answer_no_credentials": {
		&assumerole.AnswerError{Kind: assumerole.AnswerPartialCredentials},
		elsewhere,
	},
	"no_answer_bad_time": {
		&assumerole.AnswerError{Kind: assumerole.AnswerBadTime, HTTPStatus: 200},
		elsewhere,
	},
	"no_answer_expired": {
		&assumerole.AnswerError{
			Kind:       assumerole.AnswerExpired,
			Expiration: time.Date(2001, 1, 2, 3, 4, 5, 0, time.UTC),
		},
		elsewhere,
	},
	"no_answer_redirect": {
		&transport.RedirectError{Status: 302, Host: "login.example.com"},
		elsewhere,
	},
	"unreachable_name": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionNoName, Name: "sts.us-east-1.amazonaws.com"},
		nil,
	},
	"unreachable_name_region": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionNoName, Name: "sts.eu-central-9.amazonaws.com"},
		func(exchange *assumerole.Exchange) {
			exchange.Destination.Host = "sts.eu-central-9.amazonaws.com"
			exchange.Destination.Region = "eu-central-9"
			exchange.Destination.RegionOrigin = origin.OfVariable("AWS_REGION")
		},
	},
	"unreachable_name_elsewhere": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionNoName, Name: "minio.example.com"},
		elsewhere,
	},
	"unreachable_refused": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionRefused},
		nil,
	},
	"unreachable_refused_elsewhere": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionRefused},
		both(
			elsewhere,
			func(exchange *assumerole.Exchange) { exchange.Calls, exchange.Elapsed = 3, 2345*time.Millisecond },
		),
	},
	"unreachable_closed": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionClosed},
		nil,
	},
	"unreachable_certificate_name": {
		&assumerole.ConnectionError{
			Kind:        assumerole.ConnectionCertificate,
			Certificate: assumerole.CertificateName,
			Reason:      "x509: certificate is valid for a.example.com, not sts.us-east-1.amazonaws.com",
		},
		nil,
	},
	"unreachable_certificate_expired": {
		&assumerole.ConnectionError{
			Kind:        assumerole.ConnectionCertificate,
			Certificate: assumerole.CertificateExpired,
			Reason:      "x509: certificate has expired or is not yet valid",
		},
		nil,
	},
	"unreachable_certificate_other": {
		&assumerole.ConnectionError{
			Kind:        assumerole.ConnectionCertificate,
			Certificate: assumerole.CertificateOther,
			Reason:      "x509: too many intermediates",
		},
		nil,
	},
	"unreachable_certificate": {
		&assumerole.ConnectionError{
			Kind:        assumerole.ConnectionCertificate,
			Certificate: assumerole.CertificateAuthority,
			Reason:      "x509: certificate signed by unknown authority",
		},
		nil,
	},
	"unreachable_certificate_bundle": {
		&assumerole.ConnectionError{
			Kind:        assumerole.ConnectionCertificate,
			Certificate: assumerole.CertificateAuthority,
			Reason:      "x509: certificate signed by unknown authority",
		},
		func(exchange *assumerole.Exchange) {
			exchange.Destination.CABundle = assumerole.CABundle{
				Path: `"/etc/ssl/company.pem"`, Origin: origin.OfVariable("AWS_CA_BUNDLE"),
			}
		},
	},
	"unreachable_not_tls": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionNotTLS},
		elsewhere,
	},
	"unreachable_proxy": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionDenied, OfProxy: true, HTTPStatus: 403},
		throughProxy,
	},
	"unreachable_proxy_password": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionDenied, OfProxy: true, HTTPStatus: 407},
		throughProxy,
	},
	"unreachable_proxy_refused": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionRefused, OfProxy: true},
		throughProxy,
	},
	"unreachable_proxy_name": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionNoName, OfProxy: true, Name: "proxy.example.com"},
		throughProxy,
	},
	"unreachable_proxy_not_tls": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionNotTLS, OfProxy: true},
		throughProxy,
	},
	"unreachable_proxy_other": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionClosed, OfProxy: true},
		throughProxy,
	},
	"unreachable_proxy_failing": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionDenied, OfProxy: true, HTTPStatus: 503},
		throughProxy,
	},
	"unreachable_other": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionOther, Reason: "network is unreachable"},
		nil,
	},
	"unreachable_other_elsewhere": {
		&assumerole.ConnectionError{Kind: assumerole.ConnectionOther, Reason: "network is unreachable"},
		elsewhere,
	},
	"timeout_proxy": {
		&assumerole.TimeoutError{Timeout: time.Minute, During: assumerole.StageCall},
		throughProxy,
	},
	"timeout":           {&assumerole.TimeoutError{Timeout: time.Minute, During: assumerole.StageCall}, nil},
	"timeout_short":     {&assumerole.TimeoutError{Timeout: time.Second, During: assumerole.StageCall}, nil},
	"timeout_elsewhere": {&assumerole.TimeoutError{Timeout: 90 * time.Second, During: assumerole.StageCall}, elsewhere},
	"timeout_of_token": {
		&assumerole.TimeoutError{Timeout: time.Minute, During: assumerole.StageToken},
		func(exchange *assumerole.Exchange) {
			exchange.Request.Token = webidentity.File{Path: "/token", Origin: origin.Of(origin.Block)}
			exchange.Sent, exchange.Calls = false, 0
		},
	},
	"timeout_throttling": {
		&assumerole.TimeoutError{Timeout: time.Minute, During: assumerole.StageCall, Last: goldens["throttling"].err()},
		func(exchange *assumerole.Exchange) { exchange.Calls, exchange.Elapsed = 17, time.Minute },
	},
	"interrupted_propagating": {
		&assumerole.InterruptedError{
			During: assumerole.StagePropagation,
			Last:   goldens["region_disabled"].err(),
		},
		nil,
	},
	"no_answer_no_code": {
		&assumerole.AnswerError{Kind: assumerole.AnswerNoCode, HTTPStatus: 403},
		elsewhere,
	},
	"no_answer_throttled": {
		&assumerole.AnswerError{Kind: assumerole.AnswerHTML, HTTPStatus: 429},
		nil,
	},
	"no_answer_html_of_aws": {
		&assumerole.AnswerError{Kind: assumerole.AnswerHTML, HTTPStatus: 403},
		nil,
	},
	"no_answer_redirect_of_aws": {
		&transport.RedirectError{Status: 302, Host: "login.example.com"},
		nil,
	},
	"interrupted": {fmt.Errorf("interrupted: %w", context.Canceled), nil},
}

func TestGolden(t *testing.T) {
	for name, answer := range goldens {
		t.Run(name, func(t *testing.T) { checkGolden(t, name, answer.explanation()) })
	}
	for name, failed := range unanswered {
		t.Run(name, func(t *testing.T) {
			exchange := ordinary()
			if failed.change != nil {
				failed.change(&exchange)
			}
			checkGolden(t, name, explain.FailureAt(exchange, failed.err, now))
		})
	}
}

func checkGolden(t *testing.T, name string, got explain.Explanation) {
	t.Helper()
	text := fmt.Sprintf("argument: %s\nsummary: %s\n\n%s\n", got.Argument, got.Summary, wrapped(got.Detail))
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("it differs from %s (go test -update writes it):\n%s", path, text)
	}
}

// TestGoldenFiles: there is a golden file for each answer of STS, with a summary and first cause of its own, and none
// is left over.
func TestGoldenFiles(t *testing.T) {
	for _, answers := range [][]assumerole.Answer{
		assumerole.AWSAnswers, assumerole.HopAnswers, assumerole.OtherAnswers, assumerole.OtherHopAnswers,
	} {
		covered := map[int]bool{}
		for _, answer := range goldens {
			if &answer.exchange().Answers()[0] == &answers[0] {
				covered[assumerole.Lookup(answers, answer.err())] = true
			}
		}
		for n, answer := range answers {
			if !covered[n] {
				t.Errorf("the answer %s, %v %q, has no golden file", answer.ID, answer.Codes, answer.Message)
			}
		}
		if !covered[-1] {
			t.Error("an unknown code has no golden file")
		}
	}
	kinds := map[string]bool{}
	for _, failed := range unanswered {
		kinds[explain.FailureAt(ordinary(), failed.err, now).Summary] = true
	}
	for _, summary := range explain.TroubleSummaries() {
		if !kinds[summary] {
			t.Errorf("%q has no golden file", summary)
		}
	}
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		_, answer := goldens[name]
		_, none := unanswered[name]
		if !answer && !none {
			t.Errorf("%s is left over", file)
		}
	}
}

// TestRolesElsewhere checks that an answer about the role or the policies points at an argument of the request, not at
// the token.
func TestRolesElsewhere(t *testing.T) {
	for name, answer := range goldens {
		var want string
		switch kind, _, _ := strings.Cut(name, "_"); {
		case answer.exchange().Destination.AWS || strings.HasSuffix(name, "_elsewhere"):
			continue
		case kind == "role", kind == "policy", kind == "trust", kind == "client":
			want = explain.RoleARNArgument
		case kind == "duration":
			want = explain.DurationArgument
		case kind == "session":
			want = explain.PolicyArgument
		case kind == "signature":
			want = explain.InlineArgument
		default:
			continue
		}
		if got := answer.explanation(); got.Argument != want {
			t.Errorf("%s: it points at %q, want %q", name, got.Argument, want)
		}
	}
}

// TestNoIAMAdviceElsewhere checks that other servers get no advice about IAM, CloudTrail, or trust policies, unless the
// server itself names them.
func TestNoIAMAdviceElsewhere(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(goldens)) {
		answer := goldens[name]
		if strings.Contains(answer.message, "trust policy") || strings.Contains(answer.message, "perform: sts:") {
			continue
		}
		answer.change = both(func(exchange *assumerole.Exchange) {
			if goldens[name].change != nil {
				goldens[name].change(exchange)
			}
		}, elsewhere)
		got := answer.explanation()
		for _, advice := range []string{"IAM", "CloudTrail", "trust policy", "Federated", "STS doesn't"} {
			_, causes, _ := strings.Cut(got.Detail, "\n\n")
			if strings.Contains(got.Summary+causes, advice) {
				t.Errorf("%s: %q is in:\n%s\n%s", name, advice, got.Summary, got.Detail)
			}
		}
	}
}

// TestEachAnswerHasAdvice holds the advice to the table of answers.
func TestEachAnswerHasAdvice(t *testing.T) {
	advised := map[string]bool{}
	for _, id := range explain.Advised() {
		advised[id] = true
	}
	used := map[string]bool{}
	for _, answer := range slices.Concat(
		assumerole.AWSAnswers, assumerole.HopAnswers, assumerole.OtherAnswers, assumerole.OtherHopAnswers,
	) {
		used[answer.ID] = true
		if !advised[answer.ID] {
			t.Errorf("there is no advice on %s", answer.ID)
		}
	}
	for id := range advised {
		if !used[id] {
			t.Errorf("no answer has the ID %s", id)
		}
	}
}
