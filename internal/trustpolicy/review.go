package trustpolicy

import (
	"slices"
	"strings"
)

// review is a statement that the rules look at.
type review struct {
	statement statement
	policy    *Policy
	partition string
	issuers   []Issuer // of the principals
	allows    bool     // the statement allows AssumeRoleWithWebIdentity
}

func newReview(policy *Policy, s statement) review {
	r := review{statement: s, policy: policy, partition: policy.partition()}
	for _, principal := range s.principals {
		issuer := Issuer(principal.name)
		if provider, ok := principal.provider(); ok {
			issuer = provider.issuer
		} else if principal.kind != federated || !issuer.isBuiltIn() {
			continue
		}
		if !slices.Contains(r.issuers, issuer) {
			r.issuers = append(r.issuers, issuer)
		}
	}
	evaluated := evaluation{action: AssumeRoleWithWebIdentity}
	r.allows = !s.deny && evaluated.matchesAction(s)
	return r
}

// text is a condition as a finding shows it.
func (c condition) text(values ...string) string {
	return c.operator.name + " on " + c.key + " with " + quoted(values, ", ")
}

// pattern is a value of a condition. A policy variable can have any value.
func (r review) pattern(c condition, value string) glob {
	evaluated := evaluation{hasVariables: r.policy.hasVariables, anyVariable: true}
	pattern, _ := evaluated.expand(value, c.operator.kind)
	return pattern
}

// requires reports whether a token must have the key with a value of the condition.
func (r review) requires(c condition) bool {
	return !c.operator.kind.negated && !c.operator.isNull() &&
		(!c.operator.ifExists && c.operator.set != forAllValues || r.mustExist(c.key))
}

// mustExist reports whether another condition requires that the request has the key.
func (r review) mustExist(key string) bool {
	return slices.ContainsFunc(r.statement.conditions, func(c condition) bool {
		return c.operator.isNull() && strings.EqualFold(c.key, key) &&
			!slices.ContainsFunc(c.values, func(value string) bool { return strings.EqualFold(value, "true") })
	})
}

// restricts reports whether the statement requires one of the issuer's keys to have a value. A pattern of wildcards
// only is none.
func (r review) restricts(issuer Issuer, names ...string) bool {
	return r.requiresOf(issuer, names, func(pattern glob) bool { return !pattern.isAnyText() })
}

// fixes reports whether the statement requires one of the issuer's keys to have a value without wildcards.
func (r review) fixes(issuer Issuer, names ...string) bool {
	return r.requiresOf(issuer, names, func(pattern glob) bool {
		_, isPattern := pattern.prefix()
		return !isPattern
	})
}

// requiresOf reports whether the statement requires one of the issuer's keys to have a value, and each value of the
// condition is narrow.
func (r review) requiresOf(issuer Issuer, names []string, isNarrow func(glob) bool) bool {
	return slices.ContainsFunc(r.statement.conditions, func(c condition) bool {
		of, name := splitKey(c.key)
		return r.requires(c) && strings.EqualFold(string(of), string(issuer)) &&
			slices.Contains(names, strings.ToLower(name)) &&
			!slices.ContainsFunc(c.values, func(value string) bool { return !isNarrow(r.pattern(c, value)) })
	})
}

// restrictsAny reports whether the statement restricts one of the keys, for any issuer.
func (r review) restrictsAny(names ...string) bool {
	return slices.ContainsFunc(r.issuers, func(issuer Issuer) bool { return r.restricts(issuer, names...) })
}

// fixesAny reports whether the statement fixes one of the keys, for any issuer.
func (r review) fixesAny(names ...string) bool {
	return slices.ContainsFunc(r.issuers, func(issuer Issuer) bool { return r.fixes(issuer, names...) })
}

// issuerNamed is the issuer of a principal. The names of keys aren't case-sensitive, so its case doesn't matter.
func (r review) issuerNamed(name Issuer) (issuer Issuer, ok bool) {
	for _, issuer := range r.issuers {
		if strings.EqualFold(string(issuer), string(name)) {
			return issuer, true
		}
	}
	return "", false
}

// isOfPrincipal reports whether a condition key is one of a principal's issuer.
func (r review) isOfPrincipal(key string) bool {
	issuer, _ := splitKey(key)
	_, ok := r.issuerNamed(issuer)
	return ok
}

// issuersIf are the issuers for which a statement that allows has what is wrong.
func (r review) issuersIf(wrong func(Issuer) bool) []string {
	var issuers []string
	for _, issuer := range r.issuers {
		if r.allows && wrong(issuer) {
			issuers = append(issuers, string(issuer))
		}
	}
	return issuers
}

// keysIf are the keys of the conditions that have what is wrong.
func (r review) keysIf(wrong func(condition) bool) []string {
	var keys []string
	for _, condition := range r.statement.conditions {
		if wrong(condition) && !slices.Contains(keys, condition.key) {
			keys = append(keys, condition.key)
		}
	}
	return keys
}

// valuesIf are the conditions with the values that have what is wrong.
func (r review) valuesIf(wrong func(c condition, value string) bool) []string {
	var texts []string
	for _, condition := range r.statement.conditions {
		for _, value := range condition.values {
			if wrong(condition, value) {
				texts = append(texts, condition.text(value))
			}
		}
	}
	return texts
}

// claimConditions are the conditions of a statement that allows whose key is one of the principals' issuers.
func (r review) claimConditions(wrong func(condition) bool) []string {
	var texts []string
	for _, condition := range r.statement.conditions {
		if r.allows && r.isOfPrincipal(condition.key) && wrong(condition) {
			texts = append(texts, condition.text(condition.values...))
		}
	}
	return texts
}

// patternsIf are the values of conditions on the keys, in statements that allow, that have what is wrong.
func (r review) patternsIf(names []string, wrong func(glob) bool) []string {
	return r.valuesIf(func(c condition, value string) bool {
		_, name := splitKey(c.key)
		return r.allows && r.isOfPrincipal(c.key) && !c.operator.kind.negated && !c.operator.isNull() &&
			slices.Contains(names, strings.ToLower(name)) && wrong(r.pattern(c, value))
	})
}
