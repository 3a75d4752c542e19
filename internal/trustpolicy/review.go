package trustpolicy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
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
		} else if !issuer.isBuiltIn() {
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

// pattern is a value of a condition. Policy variables that aren't escaped characters are left out.
func (r review) pattern(c condition, value string) glob {
	evaluated := evaluation{hasVariables: r.policy.hasVariables}
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
	return slices.ContainsFunc(r.statement.conditions, func(c condition) bool {
		of, name := splitKey(c.key)
		return r.requires(c) && strings.EqualFold(string(of), string(issuer)) &&
			slices.Contains(names, strings.ToLower(name)) &&
			!slices.ContainsFunc(c.values, func(value string) bool { return r.pattern(c, value).isAnyText() })
	})
}

// Keys without the issuer, in lower case.
var (
	// repositoryKeys name one repository, project, or pipeline.
	repositoryKeys = []string{
		"repository", "repository_id", "project_id", "pipeline_id", "oidc.circleci.com/project-id",
	}
	// workloadKeys name one workload, or one repository.
	workloadKeys = append([]string{"sub", "email", "rpst_id"}, repositoryKeys...)
	// organizationKeys name an organization.
	organizationKeys = []string{
		"repository_owner_id", "enterprise_id", "namespace_id", "organization_id", "organization_slug",
		organizationNumber,
	}
	// refKeys name a branch, an environment, or a workflow.
	refKeys = []string{"ref", "environment", "job_workflow_ref", "workflow", "ref_protected", "build_branch"}
)

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

func (r review) missingSubject() []string {
	return r.issuersIf(func(issuer Issuer) bool {
		return issuer != Cognito && !issuer.TakesAccessTokens() && !r.restricts(issuer, workloadKeys...) &&
			!r.restricts(issuer, organizationKeys...)
	})
}

func (r review) missingAudience() []string {
	return r.issuersIf(func(issuer Issuer) bool { return !issuer.isBuiltIn() && !r.restricts(issuer, "aud", "oaud") })
}

func (r review) missingApplication() []string {
	return r.issuersIf(func(issuer Issuer) bool {
		return issuer == Google && !r.restricts(issuer, "aud", "oaud") ||
			issuer.TakesAccessTokens() && !r.restricts(issuer, "app_id")
	})
}

func (r review) missingPool() []string {
	return r.issuersIf(func(issuer Issuer) bool { return issuer == Cognito && !r.restricts(issuer, "aud", "oaud") })
}

func (r review) guests() []string {
	return r.issuersIf(func(issuer Issuer) bool {
		return issuer == Cognito && !slices.ContainsFunc(r.statement.conditions, func(c condition) bool {
			return strings.EqualFold(c.key, issuer.Key("amr")) && r.requires(c) &&
				!slices.ContainsFunc(
					c.values,
					func(value string) bool { return r.pattern(c, value).matches("unauthenticated") },
				)
		})
	})
}

func (r review) publicPrincipal() []string {
	isPublic := slices.ContainsFunc(r.statement.principals, func(p principal) bool { return p.kind == anyone })
	if !isPublic || !r.allows {
		return nil
	}
	return []string{`"*"`}
}

func (r review) wrongActions() []string {
	evaluated := []evaluation{
		{action: AssumeRoleWithWebIdentity}, {action: TagSession}, {action: SetSourceIdentity},
	}
	matches := slices.ContainsFunc(evaluated, func(e evaluation) bool { return e.matchesAction(r.statement) })
	if matches || r.statement.deny || len(r.issuers) == 0 {
		return nil
	}
	if r.statement.notActions != nil {
		return []string{"NotAction " + strings.Join(r.statement.notActions, ", ")}
	}
	return []string{strings.Join(r.statement.actions, ", ")}
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

func (r review) unknownKeys() []string {
	var sentences []string
	for _, key := range r.keysIf(func(c condition) bool {
		issuer, name := splitKey(c.key)
		return r.hasIssuer(issuer) && !slices.ContainsFunc(r.keyNames(issuer), func(known string) bool {
			return strings.EqualFold(known, name)
		})
	}) {
		issuer, _ := splitKey(key)
		evaluated := evaluation{issuer: issuer, partition: r.partition}
		sentences = append(sentences, evaluated.absence(key))
	}
	return sentences
}

func (r review) keyNames(issuer Issuer) []string {
	var names []string
	for name := range keysOf(Issuer(strings.ToLower(string(issuer))), r.partition) {
		names = append(names, name)
	}
	return names
}

// hasIssuer reports whether the issuer is one of the principals. The names of keys aren't case-sensitive.
func (r review) hasIssuer(issuer Issuer) bool {
	return slices.ContainsFunc(r.issuers, func(i Issuer) bool { return strings.EqualFold(string(i), string(issuer)) })
}

func (r review) keysWithScheme() []string {
	return r.keysIf(func(c condition) bool { return strings.Contains(c.key, "://") })
}

// foreignKeys are keys of another issuer than the principals, or of several issuers. No token has all of them.
func (r review) foreignKeys() []string {
	var required []string // issuers, in lower case
	isRequired := func(c condition) bool {
		issuer, _ := splitKey(c.key)
		return strings.Contains(string(issuer), ".") && !strings.Contains(string(issuer), "://") && r.requires(c)
	}
	for _, key := range r.keysIf(isRequired) {
		issuer, _ := splitKey(key)
		if name := strings.ToLower(string(issuer)); !slices.Contains(required, name) {
			required = append(required, name)
		}
	}
	return r.keysIf(func(c condition) bool {
		issuer, _ := splitKey(c.key)
		return isRequired(c) && len(r.issuers) > 0 && (len(required) > 1 || !r.hasIssuer(issuer))
	})
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

func (r review) wildcardsUnderEquals() []string {
	return r.valuesIf(func(c condition, value string) bool {
		kind := c.operator.kind
		return kind.variables && !kind.wildcards &&
			strings.ContainsAny(strings.NewReplacer("${*}", "", "${?}", "").Replace(value), "*?")
	})
}

func (r review) variablesWithoutVersion() []string {
	return r.valuesIf(func(c condition, value string) bool {
		return !r.policy.hasVariables && c.operator.kind.variables && policyVariable.MatchString(value)
	})
}

var policyVariable = regexp.MustCompile(`\$\{[^}]+\}`)

func (r review) mistypedAudiences() []string {
	var audiences []string
	for _, c := range r.statement.conditions {
		if _, name := splitKey(c.key); strings.EqualFold(name, "aud") || strings.EqualFold(name, "oaud") {
			if mistyped := MistypedAudience(webidentity.Claims{Audience: c.values}); mistyped != "" {
				audiences = append(audiences, strconv.Quote(mistyped))
			}
		}
	}
	return audiences
}

// claimConditions are the conditions of a statement that allows whose key is one of the principals' issuers.
func (r review) claimConditions(wrong func(condition) bool) []string {
	var texts []string
	for _, condition := range r.statement.conditions {
		issuer, _ := splitKey(condition.key)
		if r.allows && r.hasIssuer(issuer) && wrong(condition) {
			texts = append(texts, condition.text(condition.values...))
		}
	}
	return texts
}

func (r review) forAllValues() []string {
	return r.claimConditions(func(c condition) bool { return c.operator.set == forAllValues && !r.mustExist(c.key) })
}

func (r review) ifExists() []string {
	return r.claimConditions(func(c condition) bool { return c.operator.ifExists && !r.mustExist(c.key) })
}

// patternsIf are the values of conditions on the keys, in statements that allow, that have what is wrong.
func (r review) patternsIf(names []string, wrong func(glob) bool) []string {
	return r.valuesIf(func(c condition, value string) bool {
		issuer, name := splitKey(c.key)
		return r.allows && r.hasIssuer(issuer) && !c.operator.kind.negated && !c.operator.isNull() &&
			slices.Contains(names, strings.ToLower(name)) && wrong(r.pattern(c, value))
	})
}

func (r review) wholeOrganizations() []string {
	var patterns []string
	if !r.restrictsAny(repositoryKeys...) {
		patterns = r.patternsIf([]string{"sub"}, isWholeOrganizationPattern)
	}
	patterns = append(patterns, r.patternsIf([]string{"repository"}, func(pattern glob) bool {
		_, isPattern := pattern.prefix()
		return isPattern
	})...)
	if r.restrictsAny(organizationKeys...) && !r.restrictsAny(workloadKeys...) {
		patterns = append(patterns, r.claimConditions(func(c condition) bool {
			_, name := splitKey(c.key)
			return slices.Contains(organizationKeys, strings.ToLower(name)) && r.requires(c)
		})...)
	}
	return patterns
}

// restrictsAny reports whether the statement restricts one of the keys, for any issuer.
func (r review) restrictsAny(names ...string) bool {
	return slices.ContainsFunc(r.issuers, func(issuer Issuer) bool { return r.restricts(issuer, names...) })
}

func (r review) allRefs() []string {
	if r.restrictsAny(refKeys...) {
		return nil // another key names the ref
	}
	if !r.restrictsAny("sub") {
		return r.claimConditions(func(c condition) bool {
			_, name := splitKey(c.key)
			return slices.Contains(repositoryKeys, strings.ToLower(name)) && r.requires(c)
		})
	}
	return r.patternsIf([]string{"sub"}, isAllRefsPattern)
}

func (r review) pullRequests() []string {
	return r.patternsIf([]string{"sub"}, func(pattern glob) bool {
		return isPullRequestPattern(pattern) && !isAllRefsPattern(pattern)
	})
}

func (r review) wildcardsBeforeEnd() []string {
	return r.patternsIf([]string{"sub", "job_workflow_ref"}, func(pattern glob) bool {
		return len(pattern) > 1 && slices.ContainsFunc(pattern[:len(pattern)-1], globRune.isStar)
	})
}

func (r review) defaultServiceAccounts() []string {
	return r.patternsIf([]string{"sub"}, func(pattern glob) bool {
		_, isPattern := pattern.prefix()
		return !isPattern && defaultServiceAccount.MatchString(pattern.text())
	})
}

// namesWithoutIDs are subjects with names of issuers that have IDs, too.
func (r review) namesWithoutIDs() []string {
	if r.restrictsAny("repository_id", "project_id", "pipeline_id") {
		return nil
	}
	return r.valuesIf(func(c condition, value string) bool {
		issuer, name := splitKey(c.key)
		keys := keysOf(issuer, r.partition)
		hasID := keys["repository_id"] != "" || keys["project_id"] != "" || keys["pipeline_id"] != ""
		return r.allows && r.hasIssuer(issuer) && r.requires(c) && hasID &&
			slices.Contains([]string{"sub", "repository"}, strings.ToLower(name)) && !HasGitHubIDs(value)
	})
}
