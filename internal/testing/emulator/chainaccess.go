package emulator

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// hop is a call of AssumeRole that needs authorization.
type hop struct {
	caller    *session
	own       *role // the caller's
	target    *role // nil if it doesn't exist
	targetARN string
	request   trustpolicy.Request

	// direct are the names of the caller that don't stand for its account, too.
	direct        []string
	isSameAccount bool
}

// authorizeChain asks the caller's policies, and then the role's trust policy, about each action that the call needs.
func (s *Server) authorizeChain(
	p *chainParameters,
	caller *session,
	account roleARN,
	claims sessionClaims,
) (*role, *refusal) {
	s.mu.Lock()
	own, target := s.roles[caller.roleARN], s.roles[p.roleARN]
	s.mu.Unlock()
	direct := []string{caller.roleARN, caller.arn}
	root := arn.ARN{Partition: s.partition(), Service: "iam", AccountID: caller.account, Resource: "root"}.String()
	h := hop{
		caller: caller, own: own, target: target, targetARN: p.roleARN,
		request: trustpolicy.Request{
			Role:       trustpolicy.Role{Partition: account.partition, AccountID: account.account},
			Principals: append([]string{root, caller.account, "*"}, direct...),
			Keys:       chainKeys(p, caller, claims),
		},
		direct: direct, isSameAccount: caller.account == account.account,
	}
	keys := h.request.Keys
	for _, action := range claims.actions("sts:" + actionAssumeRole) {
		h.request.Keys = keysOf(action, keys)
		if refused := h.askCaller(action); refused != nil {
			return nil, refused
		}
		if refused := h.askTarget(action); refused != nil {
			return nil, refused
		}
	}
	return target, nil
}

// askCaller evaluates the policies of the caller's role and of its session. Session policies limit the session even if
// the trust policy names its role. AWS makes an exception for a trust policy that names the session. The emulator
// doesn't.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
func (h hop) askCaller(action string) *refusal {
	identity := h.own.permissions.evaluate(h.request, action, h.targetARN)
	session := allowed
	if h.caller.limits != nil {
		session = h.caller.limits.evaluate(h.request, action, h.targetARN)
	}
	switch {
	case identity == denied:
		return h.denial(action, true, "with an explicit deny in an identity-based policy")
	case session == denied:
		return h.denial(action, true, "with an explicit deny in a session policy")
	case identity != allowed && !h.isTrustedDirectly(action):
		return h.denial(action, true, "because no identity-based policy allows the "+action+" action")
	case session != allowed:
		return h.denial(action, true, "because no session policy allows the "+action+" action")
	}
	return nil
}

// isTrustedDirectly reports whether the trust policy names the caller itself, and not only its account. Within an
// account, the caller then doesn't need an identity-based policy.
func (h hop) isTrustedDirectly(action string) bool {
	if h.target == nil || !h.isSameAccount {
		return false
	}
	request := h.request
	request.Principals = h.direct
	return h.target.trust.EvaluateAction(request, action).Outcome == trustpolicy.Allowed
}

func (h hop) askTarget(action string) *refusal {
	if h.target == nil {
		return h.denial(action, true, "")
	}
	decision := h.target.trust.EvaluateAction(h.request, action)
	switch {
	case decision.Outcome == trustpolicy.Allowed:
		return nil
	case slices.ContainsFunc(decision.Statements, isDenial):
		return h.denial(action, false, "with an explicit deny in the role trust policy")
	}
	return h.denial(action, false, "because no role trust policy allows the "+action+" action")
}

func isDenial(result trustpolicy.StatementResult) bool {
	return result.Effect == "Deny" && result.Matches != nil && *result.Matches
}

// denial has AWS's wording. Without a reason, it always names the role.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func (h hop) denial(action string, namesRole bool, reason string) *refusal {
	if h.target != nil && h.target.hidesReason {
		namesRole, reason = true, ""
	}
	message := "User: " + h.caller.arn + " is not authorized to perform: " + action
	if namesRole {
		message += " on resource: " + h.targetARN
	}
	if reason != "" {
		message += " " + reason
	}
	return forbidden("AccessDenied", "%s", message)
}

// keysOf are the condition keys that an action has. The keys of the other actions are absent.
//
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
func keysOf(action string, keys map[string][]string) map[string][]string {
	foreign := map[string][]string{
		trustpolicy.TagSession: {"sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity"},
		trustpolicy.SetSourceIdentity: {
			"sts:ExternalId",
			"sts:RoleSessionName",
			"sts:TransitiveTagKeys",
			"aws:TagKeys",
		},
	}
	own := maps.Clone(keys)
	for _, key := range foreign[action] {
		own[key] = nil
	}
	for key := range own {
		if action == trustpolicy.SetSourceIdentity && strings.HasPrefix(key, "aws:RequestTag/") {
			own[key] = nil
		}
	}
	return own
}

// chainKeys are the condition keys of a call. A key without values is absent.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-sts
func chainKeys(p *chainParameters, caller *session, claims sessionClaims) map[string][]string {
	keys := map[string][]string{
		"sts:ExternalId":        nil,
		"sts:RoleSessionName":   {p.sessionName},
		"sts:SourceIdentity":    nil,
		"sts:TransitiveTagKeys": p.transitiveKeys,
		"aws:TagKeys":           nil,
		"aws:SourceIdentity":    nil,
		"aws:PrincipalArn":      {caller.roleARN},
		"aws:PrincipalAccount":  {caller.account},
		"aws:PrincipalType":     {"AssumedRole"},
		"aws:userid":            {caller.userID},
	}
	if p.externalID != nil {
		keys["sts:ExternalId"] = []string{*p.externalID}
	}
	if claims.sourceIdentity != "" {
		keys["sts:SourceIdentity"] = []string{claims.sourceIdentity}
	}
	if caller.claims.sourceIdentity != "" {
		keys["aws:SourceIdentity"] = []string{caller.claims.sourceIdentity}
	}
	for _, requested := range p.tags {
		keys["aws:RequestTag/"+requested.key] = []string{requested.value}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], requested.key)
	}
	for key, value := range caller.claims.tags {
		keys["aws:PrincipalTag/"+key] = []string{value}
	}
	return keys
}
