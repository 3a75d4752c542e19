package trustpolicy

import (
	"regexp"
	"strings"
	"sync"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Subject is how a trust policy names a token's subject: by its value, or by a pattern of what stays the same in every
// run.
type Subject struct {
	Value   string
	Pattern string // for StringLike; empty if there is a value
	IsWide  bool   // the pattern allows every branch
	note    Note   // empty if the subject is named as it is
}

// subjectForm is a form of subject that changes with every run, or between the phases of one.
type subjectForm struct {
	issuer *regexp.Regexp
	// form has a group for what stays the same, and perhaps another one for what follows the part that changes. It has
	// no group if the policy names the subject as it is.
	form   *regexp.Regexp
	wild   string // stands for the part that changes
	isWide bool   // a pattern allows every branch
	note   Note
}

// anyUUID matches a UUID, and nothing that is longer or shorter. A * could also match the parts after it.
var anyUUID = strings.Repeat("?", 36)

// Parts of the patterns below.
const (
	uuid  = `[0-9A-Fa-f-]{36}`
	stack = `organization:[^:]+:project:[^:]+:stack:[^:]+`
)

// subjectForms are compiled when a subject is looked at for the first time: most processes of a run look at none.
var subjectForms = sync.OnceValue(func() []subjectForm {
	anyIssuer := regexp.MustCompile(`.`) // Terraform Enterprise has issuers with any name
	bitbucket := regexp.MustCompile(`^api\.bitbucket\.org/2\.0/workspaces/[^/]+/pipelines-config/identity/oidc$`)
	return []subjectForm{
		{
			issuer: regexp.MustCompile(`^agent\.buildkite\.com$`),
			form:   regexp.MustCompile(`^(organization:[^:]+:pipeline:[^:]+:ref:[^:]+:commit:)[^:]*:step:`),
			wild:   "*",
			note:   BuildkiteCommit,
		},
		{
			issuer: bitbucket,
			form:   regexp.MustCompile(`^(\{` + uuid + `\}:\{` + uuid + `\}:)\{` + uuid + `\}$`),
			wild:   "*",
			note:   BitbucketDeploymentStep,
		},
		{
			issuer: bitbucket,
			form:   regexp.MustCompile(`^(\{` + uuid + `\}:)\{` + uuid + `\}$`),
			wild:   "*",
			note:   BitbucketStep,
			isWide: true,
		},
		{
			issuer: regexp.MustCompile(`^oidc\.circleci\.com/org/` + uuid + `$`),
			form:   regexp.MustCompile(`^(org/` + uuid + `/project/` + uuid + `/user/)` + uuid + `(/vcs-origin/.+)$`),
			wild:   anyUUID,
			note:   CircleCIBranch,
		},
		{
			issuer: regexp.MustCompile(`^oidc\.circleci\.com/org/` + uuid + `$`),
			form:   regexp.MustCompile(`^(org/` + uuid + `/project/` + uuid + `/user/)`),
			wild:   "*",
			isWide: true,
		},
		{
			issuer: anyIssuer,
			form:   regexp.MustCompile(`^organization:[^:]+:project:[^:]+:workspace:[^:]+:run_phase:(?:plan|apply)$`),
			note:   TerraformRunPhase,
		},
		{
			issuer: anyIssuer,
			form:   regexp.MustCompile(`^` + stack + `:deployment:[^:]+:operation:(?:plan|apply)$`),
			note:   TerraformStackOperation,
		},
		{
			issuer: regexp.MustCompile(`^[^./]+\.app\.(?:[a-z]+\.)?spacelift\.(?:io|com)$`),
			form:   regexp.MustCompile(`^space:[^:]+:(?:stack|module):[^:]+:run_type:[^:]+:scope:(?:read|write)$`),
			note:   SpaceliftScope,
		},
	}
})

// SubjectOf is how to name the token's subject.
func SubjectOf(issuer Issuer, claims webidentity.Claims) Subject {
	for _, known := range subjectForms() {
		match := known.form.FindStringSubmatch(claims.Subject)
		switch {
		case match == nil || !known.issuer.MatchString(string(issuer)):
			continue
		case known.wild == "":
			return Subject{Value: claims.Subject, note: known.note}
		}
		pattern := escapeLike.Replace(match[1]) + known.wild
		if len(match) > 2 {
			pattern += escapeLike.Replace(match[2])
		}
		return Subject{Pattern: pattern, IsWide: known.isWide, note: known.note}
	}
	return Subject{Value: claims.Subject}
}

// unreviewed matches ends and parts of subjects that only the runs of pull requests have.
var unreviewed = regexp.MustCompile(
	`:pull_request(?:$|:)|[:/-]refs?[:/](?:refs/)?(?:pull|merge-requests)/|:run_type:PROPOSED(?:$|:)`)

// unreviewedEvents are the values of claims that only the runs of pull requests have.
var unreviewedEvents = map[string]string{
	"event_name":      "pull_request pull_request_target",
	"pipeline_source": "merge_request_event external_pull_request_event",
}

// IsUnreviewed reports whether the token belongs to the run of a pull request or a merge request, whose code nobody has
// reviewed.
func IsUnreviewed(claims webidentity.Claims) bool {
	if unreviewed.MatchString(claims.Subject) {
		return true
	}
	for claim, events := range unreviewedEvents {
		value, _ := claims.All[claim].(string)
		if value != "" && strings.Contains(" "+events+" ", " "+value+" ") {
			return true
		}
	}
	return false
}

var gitHubIDs = regexp.MustCompile(`(?:^|:)(?:repo:[^:/]+@\d+/[^:/]+@\d+|repository_id:\d+)(?:$|:)`)

// HasGitHubIDs reports whether a subject has GitHub's IDs of the organization and the repository beside their names.
func HasGitHubIDs(subject string) bool { return gitHubIDs.MatchString(subject) }

// namesRepository matches subjects that name a repository. An organization can change the template of its subjects,
// even to one subject for all of its repositories.
var namesRepository = regexp.MustCompile(`(?:^|:)(?:repo|repository|repository_id):[^:]+`)

// isWholeOrganization reports whether a policy for the subject would allow more than one repository.
func isWholeOrganization(issuer Issuer, claims webidentity.Claims) bool {
	return issuer.IsGitHub() && repositoryID(issuer, claims) == "" && !namesRepository.MatchString(claims.Subject)
}
