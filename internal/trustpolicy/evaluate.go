package trustpolicy

import (
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Request is what a trust policy is compared with: a call of AssumeRoleWithWebIdentity, or, with Principals, of
// AssumeRole.
type Request struct {
	Issuer Issuer
	Claims map[string]any // every claim of the token; numbers are json.Number

	// Role is the role of the policy. If it is empty, it is in the account and the partition of the policy's
	// principals.
	Role Role

	// Keys are condition keys whose values the claims don't show, such as sts:RoleSessionName.
	Keys map[string][]string

	// Principals are the names by which a principal of the kind AWS can name the caller, "*" among them. If there are
	// any, the caller has AWS credentials and no token. Then Keys has all of the tags of the principal.
	Principals []string
}

// Outcome is IAM's answer to a request.
type Outcome string

// The outcomes.
const (
	Allowed      Outcome = "allowed"
	Denied       Outcome = "denied"
	Undetermined Outcome = "undetermined" // it depends on what the request doesn't show
)

// Decision is the result of an evaluation.
type Decision struct {
	Outcome    Outcome
	Reason     string // a sentence
	Statements []StatementResult
}

// StatementResult says whether a statement applies to the request.
type StatementResult struct {
	Index    int // in the document, starting at 0
	Sid      string
	Effect   string
	Matches  *bool    // nil if it depends on what the request doesn't show
	Failures []string // why it doesn't match, or what it depends on: sentences

	truth    truth
	unknowns []string // what it depends on: condition keys, or a noun phrase
}

// Evaluate decides on all actions that the request needs. Session tags and a source identity need further actions.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
func (p *Policy) Evaluate(request Request) Decision {
	worst := Decision{Outcome: Allowed}
	order := []Outcome{Allowed, Undetermined, Denied}
	for n, action := range ActionsFor(webidentity.Claims{All: request.Claims}) {
		decision := p.EvaluateAction(request, action)
		if n == 0 || slices.Index(order, decision.Outcome) > slices.Index(order, worst.Outcome) {
			worst = decision
		}
	}
	return worst
}

// EvaluateAction decides on one action. A statement that denies wins over all that allow. If no statement allows the
// request, it is denied.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
func (p *Policy) EvaluateAction(request Request, action string) Decision {
	evaluated := p.newEvaluation(request, action)
	var decision Decision
	byEffect := map[string][]StatementResult{}
	for _, statement := range p.statements {
		result := evaluated.result(statement)
		decision.Statements = append(decision.Statements, result)
		byEffect[result.Effect] = append(byEffect[result.Effect], result)
	}
	denies, allows := truths(byEffect["Deny"]), truths(byEffect["Allow"])
	switch verdict := all(denies.not(), allows); {
	case verdict == isTrue:
		decision.Outcome = Allowed
		decision.Reason = nameOf(byEffect["Allow"], isTrue) + " allows " + action + "."
	case verdict == isUnknown:
		decision.Outcome = Undetermined
		decision.Reason = "The decision on " + action + " depends on " + unknowns(decision.Statements) + "."
	case denies == isTrue:
		decision.Outcome = Denied
		decision.Reason = nameOf(byEffect["Deny"], isTrue) + " denies " + action + "."
	default:
		decision.Outcome = Denied
		decision.Reason = "No statement allows " + action + "."
	}
	return decision
}

func truths(results []StatementResult) truth {
	combined := isFalse
	for _, result := range results {
		combined = anyOf(combined, result.truth)
	}
	return combined
}

// nameOf is the name of the first statement with the truth.
func nameOf(results []StatementResult, truth truth) string {
	for _, result := range results {
		if result.truth == truth {
			return statementName(result.Index, result.Sid)
		}
	}
	return ""
}

// unknowns are all that the statements depend on, as a list for a sentence.
func unknowns(results []StatementResult) string {
	var names []string
	for _, result := range results {
		for _, name := range result.unknowns {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, ", ")
}

// evaluation is a policy and a request.
type evaluation struct {
	action     string
	issuer     Issuer
	principals []string // the names of a caller with AWS credentials
	role       Role     // its account is empty if it isn't known
	partition  string
	accounts   int                 // how many accounts have a principal of the issuer in the policy
	keys       map[string]keyValue // by name in lower case

	hasVariables bool
	anyVariable  bool // a policy variable is a wildcard for any text
}

func (p *Policy) newEvaluation(request Request, action string) *evaluation {
	e := &evaluation{
		action: action, issuer: request.Issuer, principals: request.Principals, role: request.Role,
		partition: request.Role.Partition, accounts: len(p.providers(request.Issuer)), hasVariables: p.hasVariables,
	}
	if e.partition == "" {
		e.partition = p.partition()
	}
	e.keys = tokenKeys(e.issuer, e.partition, request.Claims)
	for key, values := range request.Keys {
		e.keys[strings.ToLower(key)] = keyValue{values: values}
	}
	return e
}

// value is what the request has for a condition key. The names of keys aren't case-sensitive.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
func (e *evaluation) value(key string) keyValue {
	if value, ok := e.keys[strings.ToLower(key)]; ok {
		return value
	}
	isKnown := tagKeys.MatchString(key) || len(e.principals) > 0 && principalTagKeys.MatchString(key)
	if callKeys.MatchString(key) && !isKnown {
		return keyValue{reason: "The token doesn't have its value, which depends on the call or on the role."}
	}
	return keyValue{}
}

func (e *evaluation) result(s statement) StatementResult {
	result := StatementResult{Index: s.index, Sid: s.sid, Effect: "Allow"}
	if s.deny {
		result.Effect = "Deny"
	}
	e.match(s, &result)
	if result.truth != isUnknown {
		matches := result.truth == isTrue
		result.Matches = &matches
	}
	return result
}

// match compares the principal and the action, and only if they match, the conditions.
func (e *evaluation) match(s statement, result *StatementResult) {
	matches, doubt := e.matchesPrincipal(s.principals)
	switch result.truth = matches; {
	case matches == isFalse:
		result.Failures = []string{e.wrongPrincipal(s.principals)}
		return
	case !e.matchesAction(s):
		result.truth = isFalse
		result.Failures = []string{e.wrongAction(s)}
		return
	case matches == isUnknown:
		result.Failures, result.unknowns = []string{doubt}, []string{"the principal"}
	}
	var failures []string
	for _, condition := range s.conditions {
		switch e.holds(condition) {
		case isFalse:
			failures = append(failures, e.failure(condition))
		case isUnknown:
			result.Failures = append(result.Failures, e.failure(condition))
			result.unknowns = append(result.unknowns, condition.key)
		case isTrue:
			continue
		}
		result.truth = all(result.truth, e.holds(condition))
	}
	if len(failures) > 0 { // then it doesn't depend on the others
		result.Failures, result.unknowns = failures, nil
	}
}

// matchesPrincipal compares the token's provider, or the names of a caller that has no token. Providers of other kinds
// don't call AssumeRoleWithWebIdentity.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity
func (e *evaluation) matchesPrincipal(principals []principal) (matches truth, doubt string) {
	if len(e.principals) > 0 {
		return truthOf(slices.ContainsFunc(principals, e.namesCaller)), ""
	}
	matches = isFalse
	for _, principal := range principals {
		provider, isOIDC := principal.provider()
		switch {
		case principal.kind == anyone,
			principal.kind == federated && e.issuer.isBuiltIn() && principal.name == string(e.issuer):
			return isTrue, ""
		case !isOIDC || provider.issuer != e.issuer:
			continue
		case e.issuer.isBuiltIn():
			matches, doubt = isUnknown, "IAM knows the issuer without an OIDC provider. The documentation of AWS "+
				"doesn't say whether the ARN of one matches."
		case e.role.AccountID == "" && e.accounts > 1:
			matches, doubt = isUnknown, "The policy names the issuer's provider in several accounts. Only the "+
				"provider in the role's account matches."
		case e.role.AccountID == "" || provider.role == e.role:
			return isTrue, ""
		}
	}
	return matches, doubt
}

// namesCaller reports whether a principal names a caller that has no token.
func (e *evaluation) namesCaller(p principal) bool {
	return (p.kind == account || p.kind == anyone) && slices.Contains(e.principals, p.name)
}

// matchesAction compares without case. * and ? are wildcards.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
func (e *evaluation) matchesAction(s statement) bool {
	matches := func(pattern string) bool {
		return wildcards(strings.ToLower(pattern)).matches(strings.ToLower(e.action))
	}
	if s.notActions != nil {
		return !slices.ContainsFunc(s.notActions, matches)
	}
	return slices.ContainsFunc(s.actions, matches)
}
