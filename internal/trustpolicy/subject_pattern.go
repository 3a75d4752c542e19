package trustpolicy

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// workloadForms are forms of subjects. A pattern of the form names one repository, project, or service account only if
// its text before the first wildcard matches.
var workloadForms = sync.OnceValue(func() []workloadForm {
	return []workloadForm{
		{beginning: "repo:", named: regexp.MustCompile(`^repo:[^/:]+/[^/:]+:`)},
		{beginning: "repository:", named: regexp.MustCompile(`^repository:[^/:]+/[^/:]+:`)},
		{beginning: "repository_owner:", named: regexp.MustCompile(`^repository_owner:.*:repository(?:_id)?:[^:]+:`)},
		{beginning: "project_path:", named: regexp.MustCompile(`^project_path:[^:]+:`)},
		{
			beginning: "organization:",
			named: regexp.MustCompile(
				`^organization:[^:]+:(?:pipeline:[^:]+|project:[^:]+:(?:workspace|stack):[^:]+):`,
			),
		},
		{beginning: "org/", named: regexp.MustCompile(`^org/[^/]+/project/[^/]+/`)},
		{beginning: "space:", named: regexp.MustCompile(`^space:[^:]+:(?:stack|module):[^:]+:`)},
		{beginning: "system:serviceaccount:"}, // nothing follows the name
		{beginning: "sc://"},
		{beginning: "p://"},
	}
})

type workloadForm struct {
	beginning string
	named     *regexp.Regexp // nil if nothing can match
}

// isWholeOrganizationPattern reports whether a pattern of subjects matches more than one repository, project, or
// service account. It doesn't know the forms of other issuers.
func isWholeOrganizationPattern(pattern glob) bool {
	prefix, isPattern := pattern.prefix()
	if !isPattern || pattern.isAnyText() {
		return false
	}
	for _, form := range workloadForms() {
		switch {
		case strings.HasPrefix(form.beginning, prefix): // the wildcard is in the beginning
			return true
		case strings.HasPrefix(prefix, form.beginning):
			return form.named == nil || !form.named.MatchString(prefix)
		}
	}
	return false
}

// gitHubClaim matches the beginning of a subject of GitHub whose template an organization has changed.
var gitHubClaim = regexp.MustCompile(
	`^(?:actor|actor_id|enterprise|enterprise_id|environment|head_ref|job_workflow_ref|` +
		`ref|repository_owner|repository_owner_id|repository_visibility|runner_environment|workflow|workflow_ref):`,
)

// lacksRepository reports whether a pattern of GitHub's subjects has another claim and names no repository. Tokens of
// other repositories can have such a subject, too.
func lacksRepository(pattern glob) bool {
	prefix, _ := pattern.prefix()
	return gitHubClaim.MatchString(prefix) && !namesRepository.MatchString(prefix)
}

// allRefsPattern matches what follows the repository in a pattern of subjects for every branch.
var allRefsPattern = regexp.MustCompile(`^(?:repo:[^/:]+/[^/:]+:(?:ref:(?:refs/(?:heads/)?)?)?|` +
	`project_path:[^:]+:(?:ref_type:(?:branch:ref:)?)?|org/[^/]+/project/[^/]+/(?:user/)?|\{[^{}]+\}:|` +
	`organization:[^:]+:pipeline:[^:]+:(?:ref:(?:refs/(?:heads/)?)?)?)$`)

// isAllRefsPattern reports whether a pattern of subjects matches every branch of a repository or project.
func isAllRefsPattern(pattern glob) bool {
	prefix, isPattern := pattern.prefix()
	return isPattern && allRefsPattern.MatchString(prefix) && pattern[len(pattern)-1].isStar()
}

// isAllBranchesPattern reports whether a pattern of subjects matches every branch, and nothing but branches.
func isAllBranchesPattern(pattern glob) bool {
	prefix, _ := pattern.prefix()
	return isAllRefsPattern(pattern) &&
		(strings.HasSuffix(prefix, ":refs/heads/") || strings.HasSuffix(prefix, ":ref_type:branch:ref:"))
}

var allEnvironmentsPattern = regexp.MustCompile(`^repo:[^/:]+/[^/:]+:environment:$`)

// isAllEnvironmentsPattern reports whether a pattern of subjects matches every environment of a repository.
func isAllEnvironmentsPattern(pattern glob) bool {
	prefix, isPattern := pattern.prefix()
	return isPattern && allEnvironmentsPattern.MatchString(prefix) && pattern[len(pattern)-1].isStar()
}

// pullRequestSubjects follow the repository in the subjects of pull requests and merge requests.
var pullRequestSubjects = []string{":pull_request", ":ref:refs/pull/1/merge", ":ref:refs/merge-requests/1/head"}

var repositoryPattern = regexp.MustCompile(`^repo:[^/:]+/[^/:]+`)

// isPullRequestPattern reports whether a pattern of subjects matches a subject of a pull request.
func isPullRequestPattern(pattern glob) bool {
	if unreviewed.MatchString(pattern.text()) {
		return true
	}
	prefix, isPattern := pattern.prefix()
	repository := repositoryPattern.FindString(prefix)
	return isPattern && repository != "" && slices.ContainsFunc(pullRequestSubjects, func(end string) bool {
		return pattern.matches(repository + end)
	})
}
