package explain_test

import (
	"maps"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
)

const (
	hubSession = "arn:aws:sts::111122223333:assumed-role/hub/terraform"
	spokeRole  = "arn:aws:iam::444455556666:role/deploy"
	hopDenial  = "User: " + hubSession + " is not authorized to perform: sts:"
	onSpoke    = " on resource: " + spokeRole
)

// hopGoldens are the answers to AssumeRole.
var hopGoldens = func() map[string]answered {
	all := map[string]answered{}
	for name, message := range map[string]string{
		"hop_denied":           "AssumeRole" + onSpoke,
		"hop_permission":       "AssumeRole" + onSpoke + " " + noPolicy("identity-based policy"),
		"hop_trust":            "AssumeRole " + noPolicy("role trust policy"),
		"hop_trust_resource":   "AssumeRole" + onSpoke + " " + noPolicy("resource-based policy"),
		"hop_session_policy":   "AssumeRole" + onSpoke + " " + noPolicy("session policy"),
		"hop_boundary":         "AssumeRole" + onSpoke + " " + noPolicy("permissions boundary"),
		"hop_deny":             "AssumeRole" + onSpoke + " with an explicit deny in an identity-based policy",
		"hop_deny_trust":       "AssumeRole with an explicit deny in the role trust policy",
		"hop_service_control":  "AssumeRole" + onSpoke + " with an explicit deny in a service control policy",
		"hop_resource_control": "AssumeRole" + onSpoke + " with an explicit deny in a resource control policy",
		"hop_endpoint":         "AssumeRole" + onSpoke + " " + noPolicy("VPC endpoint policy"),
		"hop_tags":             "TagSession" + onSpoke,
		"hop_tags_trust":       "TagSession because no role trust policy allows the sts:TagSession action",
		"hop_identity":         "SetSourceIdentity" + onSpoke,
		"hop_identity_permission": "SetSourceIdentity" + onSpoke +
			" because no identity-based policy allows the sts:SetSourceIdentity action",
	} {
		all[name] = answered{status: 403, code: "AccessDenied", message: hopDenial + message, change: fullHop}
	}
	maps.Copy(all, map[string]answered{
		"hop_trust_plain": {
			status: 403, code: "AccessDenied", change: hop,
			message: hopDenial + "AssumeRole " + noPolicy("role trust policy"),
		},
		"hop_tags_inherited": {
			status: 403, code: "AccessDenied", message: hopDenial + "TagSession" + onSpoke, change: hopThatInherits,
		},
		"hop_identity_inherited": {
			status:  403,
			code:    "AccessDenied",
			message: hopDenial + "SetSourceIdentity" + onSpoke,
			change:  hopThatInherits,
		},
		"hop_second_session_policy": {
			status: 403, code: "AccessDenied", change: secondHop,
			message: hopDenial + "AssumeRole " + noPolicy("session policy"),
		},
		"hop_denied_oddly": {status: 403, code: "AccessDenied", message: "Access denied", change: hop},
		"hop_expired": {
			status: 403, code: "ExpiredToken", change: hop,
			message: "The security token included in the request is expired",
		},
		"hop_signature": {
			status: 403,
			code:   "SignatureDoesNotMatch",
			change: hop,
			message: "Signature expired: 20260901T120000Z is now earlier than 20260901T130000Z (20260901T131500Z - " +
				"15 min.)",
		},
		"hop_duration": {
			status: 400,
			code:   "ValidationError",
			change: fullHop,
			message: "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role " +
				"chaining.",
		},
		"hop_role_duration": {
			status: 400, code: "ValidationError", change: fullHop,
			message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
		},
		"hop_other_identity": {
			status: 400, code: "ValidationError", change: fullHop,
			message: "The source identity is already set for this assume role session",
		},
		"hop_inherited_tag": {
			status: 400,
			code:   "InvalidParameterValue",
			change: fullHop,
			message: "One of the specified transitive tag keys can't be set because it conflicts with a transitive " +
				"tag key from the calling session.",
		},
		"hop_arn": {status: 400, code: "ValidationError", message: "Request ARN is invalid", change: fullHop},
		"hop_field": {
			status: 400,
			code:   "ValidationError",
			change: fullHop,
			message: "1 validation error detected: Value 'x' at 'externalId' failed to satisfy constraint: Member " +
				"must have length greater than or equal to 2",
		},
		"hop_policy": {
			status:  400,
			code:    "MalformedPolicyDocument",
			message: "Syntax errors in policy.",
			change:  fullHop,
		},
		"hop_packed": {
			status:  400,
			code:    "PackedPolicyTooLarge",
			message: "Packed size of session tags consumes 120% of allotted space.",
			change:  fullHop,
		},
		"hop_region": {
			status:  403,
			code:    "RegionDisabledException",
			message: "STS is not activated in this region for account:444455556666.",
			change:  fullHop,
		},
		"hop_throttled": {status: 400, code: "Throttling", message: "Rate exceeded", change: fullHop},
		"hop_other":     {status: 400, code: "Something", message: "went wrong", change: fullHop},

		"hop_elsewhere_temporary": {status: 403, code: "AccessDenied", message: "Access Denied.", change: hopElsewhere},
		"hop_elsewhere_expired_key": {
			status: 403, code: "AccessDenied", change: hopElsewhere,
			message: "The Access Key Id you provided does not exist in our records.",
		},
		"hop_elsewhere_wrong_signature": {
			status: 403,
			code:   "AccessDenied",
			change: hopElsewhere,
			message: "The request signature we calculated does not match the signature you provided. Check your key " +
				"and signing method.",
		},
		"hop_elsewhere_wrong_token": {
			status: 403, code: "AccessDenied", change: hopElsewhere,
			message: "The security token included in the request is invalid",
		},
		"hop_elsewhere_denied": {
			status:  403,
			code:    "AccessDenied",
			message: "user x may not do this",
			change:  hopElsewhere,
		},
		"hop_elsewhere_denied_iam": {
			status: 403, code: "AccessDenied", message: hopDenial + "AssumeRole" + onSpoke, change: hopElsewhere,
		},
		"hop_elsewhere_expired":   {status: 403, code: "ExpiredToken", message: "", change: hopElsewhere},
		"hop_elsewhere_invalid":   {status: 403, code: "InvalidAccessKeyId", message: "", change: hopElsewhere},
		"hop_elsewhere_signature": {status: 403, code: "SignatureDoesNotMatch", message: "", change: hopElsewhere},
		"hop_elsewhere_deny": {
			status: 403, code: "AccessDenied", change: hopElsewhere,
			message: hopDenial + "AssumeRole with an explicit deny in the role trust policy",
		},
		"hop_elsewhere_session_policy": {
			status: 403, code: "AccessDenied", change: hopElsewhere,
			message: hopDenial + "AssumeRole" + onSpoke + " " + noPolicy("session policy"),
		},
		"hop_elsewhere_tags": {
			status: 403, code: "AccessDenied", change: hopElsewhere,
			message: hopDenial + "TagSession because no role trust policy allows the sts:TagSession action",
		},
		"hop_elsewhere_identity": {
			status: 403,
			code:   "AccessDenied",
			change: hopElsewhere,
			message: hopDenial + "SetSourceIdentity because no role trust policy allows the sts:SetSourceIdentity " +
				"action",
		},
		"hop_elsewhere_permission": {
			status: 403, code: "AccessDenied", change: hopElsewhere,
			message: hopDenial + "AssumeRole" + onSpoke + " " + noPolicy("identity-based policy"),
		},
		"hop_elsewhere_trust": {
			status: 403, code: "AccessDenied", change: hopElsewhere,
			message: hopDenial + "AssumeRole " + noPolicy("role trust policy"),
		},
		"hop_elsewhere_trust_resource": {
			status: 403, code: "AccessDenied", change: hopElsewhere,
			message: hopDenial + "AssumeRole " + noPolicy("resource-based policy"),
		},
		"hop_invalid": {
			status: 403, code: "InvalidClientTokenId", change: hop,
			message: "The security token included in the request is invalid.",
		},
		"hop_deny_unknown": {
			status:  403,
			code:    "AccessDenied",
			change:  hop,
			message: hopDenial + "AssumeRole" + onSpoke + " with an explicit deny",
		},
		"hop_tags_deny": {
			status: 403, code: "AccessDenied", change: fullHop,
			message: hopDenial + "TagSession" + onSpoke + " with an explicit deny in an identity-based policy",
		},
		"hop_tags_boundary": {
			status: 403,
			code:   "AccessDenied",
			change: fullHop,
			message: hopDenial + "TagSession" + onSpoke + " because no permissions boundary allows the " +
				"sts:TagSession action",
		},
		"hop_tags_session_policy": {
			status: 403, code: "AccessDenied", change: withSessionPolicy,
			message: hopDenial + "TagSession" + onSpoke + " because no session policy allows the sts:TagSession action",
		},
		"hop_tags_permission": {
			status: 403,
			code:   "AccessDenied",
			change: fullHop,
			message: hopDenial + "TagSession" + onSpoke + " because no identity-based policy allows the " +
				"sts:TagSession action",
		},
		"hop_elsewhere_field": {
			status: 400, code: "ValidationError", message: "A value isn't valid", change: hopElsewhere,
		},
		"hop_elsewhere_policy":    {status: 400, code: "MalformedPolicyDocument", message: "", change: hopElsewhere},
		"hop_elsewhere_packed":    {status: 400, code: "PackedPolicyTooLarge", message: "", change: hopElsewhere},
		"hop_elsewhere_not_sts":   {status: 400, code: "InvalidAction", message: "", change: hopElsewhere},
		"hop_elsewhere_throttled": {status: 503, code: "SlowDown", message: "", change: hopElsewhere},
		"hop_elsewhere_other":     {status: 400, code: "Something", message: "went wrong", change: hopElsewhere},
	})
	return all
}()

// noPolicy is the reason of a denial.
func noPolicy(kind string) string { return "because no " + kind + " allows the sts:AssumeRole action" }

// hop makes the exchange a hop without anything that is optional.
func hop(exchange *assumerole.Exchange) {
	session := hubSession
	exchange.Request.RoleARN = "arn:aws:iam::111122223333:role/ci/hub"
	exchange.Hop, exchange.Caller = 1, &assumerole.Result{AssumedRoleARN: &session}
	exchange.Request.Hops = []assumerole.Hop{{
		RoleARN: spokeRole, RoleSessionName: "terraform",
	}}
}

// withSessionPolicy restricts the session that calls the hop.
func withSessionPolicy(exchange *assumerole.Exchange) {
	fullHop(exchange)
	exchange.Request.Policy, exchange.Request.PolicyARNs = "", []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}
}

// fullHop makes the exchange a hop with everything that is optional.
func fullHop(exchange *assumerole.Exchange) {
	hop(exchange)
	exchange.Request.Hops[0] = assumerole.Hop{
		RoleARN: spokeRole, RoleSessionName: "terraform", DurationSeconds: 7200, ExternalID: "acme-4711",
		PolicyARNs: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}, Policy: "{}",
		Tags: map[string]string{"team": "platform", "stage": "production"}, TransitiveTagKeys: []string{"team"},
		SourceIdentity: "pipeline",
	}
}

// hopThatInherits makes the exchange a hop with what the token requests for the session.
func hopThatInherits(exchange *assumerole.Exchange) {
	hop(exchange)
	claim("https://aws.amazon.com/source_identity", "alice")(exchange)
	claim("https://aws.amazon.com/tags", map[string]any{
		"principal_tags": map[string]any{"project": []any{"web"}}, "transitive_tag_keys": []any{"project"},
	})(exchange)
}

func secondHop(exchange *assumerole.Exchange) {
	hop(exchange)
	exchange.Request.Hops = append(exchange.Request.Hops, assumerole.Hop{
		RoleARN: "arn:aws:iam::777788889999:role/audit", RoleSessionName: "terraform",
	})
	exchange.Hop = 2
}

func hopElsewhere(exchange *assumerole.Exchange) {
	fullHop(exchange)
	elsewhere(exchange)
}
