package trustpolicy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

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

func (r review) missingSubject() []string {
	return r.issuersIf(func(issuer Issuer) bool {
		return !issuer.isCognito() && !issuer.TakesAccessTokens() && !r.restricts(issuer, workloadKeys...) &&
			!r.restricts(issuer, organizationKeys...)
	})
}

func (r review) missingAudience() []string {
	return r.issuersIf(func(issuer Issuer) bool { return !issuer.isBuiltIn() && !r.restricts(issuer, "aud", "oaud") })
}

func (r review) missingApplication() []string {
	return r.issuersIf(func(issuer Issuer) bool {
		return issuer == Google && !r.fixes(issuer, "aud", "oaud") ||
			issuer.TakesAccessTokens() && !r.fixes(issuer, "app_id")
	})
}

func (r review) missingPool() []string {
	return r.issuersIf(func(issuer Issuer) bool { return issuer.isCognito() && !r.fixes(issuer, "aud", "oaud") })
}

func (r review) guests() []string {
	return r.issuersIf(func(issuer Issuer) bool {
		return issuer.isCognito() && !slices.ContainsFunc(r.statement.conditions, func(c condition) bool {
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

func (r review) unknownKeys() []string {
	var sentences []string
	for _, condition := range r.statement.conditions {
		of, name := splitKey(condition.key)
		issuer, ok := r.issuerNamed(of)
		_, isKnown := keysOf(issuer, r.partition).claim(name)
		if !ok || isKnown {
			continue
		}
		evaluated := evaluation{issuer: issuer, partition: r.partition}
		if sentence := evaluated.absence(issuer.Key(name)); !slices.Contains(sentences, sentence) {
			sentences = append(sentences, sentence)
		}
	}
	return sentences
}

func (r review) keysWithScheme() []string {
	return r.keysIf(func(c condition) bool { return strings.Contains(c.key, "://") })
}

// foreignKeys are keys of another issuer than the principals, or of several issuers. No token has all of them.
func (r review) foreignKeys() []string {
	var required []string // issuers, in lower case
	isRequired := func(c condition) bool {
		issuer, _ := splitKey(c.key)
		return !issuer.isService() && !strings.Contains(string(issuer), "://") && r.requires(c)
	}
	for _, key := range r.keysIf(isRequired) {
		issuer, _ := splitKey(key)
		if name := strings.ToLower(string(issuer)); !slices.Contains(required, name) {
			required = append(required, name)
		}
	}
	if len(r.issuers) == 0 {
		return nil
	}
	foreign := r.keysIf(func(c condition) bool { return isRequired(c) && !r.isOfPrincipal(c.key) })
	if len(foreign) == 0 && len(required) > 1 {
		return r.keysIf(isRequired)
	}
	return foreign
}

// neverMatches reports whether no token can match the statement, because the statement requires a value that none has.
func (r review) neverMatches() bool {
	return len(r.foreignKeys()) > 0 || slices.ContainsFunc(r.statement.conditions, func(c condition) bool {
		of, name := splitKey(c.key)
		issuer, isOfPrincipal := r.issuerNamed(of)
		_, isKnown := keysOf(issuer, r.partition).claim(name)
		return r.requires(c) && (strings.Contains(c.key, "://") && len(r.issuers) > 0 || isOfPrincipal && !isKnown)
	})
}

func (r review) arnOperators() []string {
	return r.claimConditions(func(c condition) bool { return strings.Contains(c.operator.name, "Arn") })
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

func (r review) forAllValues() []string {
	return r.claimConditions(func(c condition) bool { return c.operator.set == forAllValues && !r.mustExist(c.key) })
}

func (r review) ifExists() []string {
	return r.claimConditions(func(c condition) bool { return c.operator.ifExists && !r.mustExist(c.key) })
}

func (r review) wholeOrganizations() []string {
	var patterns []string
	if !r.fixesAny(repositoryKeys...) {
		isGitHub := slices.ContainsFunc(r.issuers, Issuer.IsGitHub)
		patterns = r.patternsIf([]string{"sub"}, func(pattern glob) bool {
			return isWholeOrganizationPattern(pattern) || isGitHub && lacksRepository(pattern)
		})
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

func (r review) allRefs() []string {
	if r.fixesAny(refKeys...) {
		return nil // another key names the ref
	}
	if !r.restrictsAny("sub") {
		return withEach(r.claimConditions(func(c condition) bool {
			_, name := splitKey(c.key)
			return slices.Contains(repositoryKeys, strings.ToLower(name)) && r.requires(c)
		}), everyRef)
	}
	subjects := []string{"sub"}
	return slices.Concat(
		withEach(r.patternsIf(subjects, isAllBranchesPattern), "matches every branch"),
		withEach(r.patternsIf(subjects, isAllEnvironmentsPattern),
			"matches every environment, and each branch can have one"),
		withEach(r.patternsIf(subjects, func(pattern glob) bool {
			return isAllRefsPattern(pattern) && !isAllBranchesPattern(pattern)
		}), everyRef),
	)
}

const everyRef = "matches every branch and might match tags, environments, and pull requests, too"

// withEach are the texts, each with a predicate.
func withEach(texts []string, predicate string) []string {
	for n := range texts {
		texts[n] += " " + predicate
	}
	return texts
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
		return r.allows && r.isOfPrincipal(c.key) && r.requires(c) && hasID &&
			slices.Contains([]string{"sub", "repository"}, strings.ToLower(name)) && !HasGitHubIDs(value)
	})
}
