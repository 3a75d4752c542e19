package trustpolicy

import (
	"regexp"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Subject is how a trust policy names a token's subject: by one of several values, or by the part that stays the same
// in every run.
type Subject struct {
	Values []string
	Prefix string // a wildcard follows it; empty if there are values
	note   Note   // empty if the subject is named as it is
}

// subjectForm is a form of subject that changes with every run.
type subjectForm struct {
	issuer *regexp.Regexp
	form   *regexp.Regexp // its first group stays the same, and names one project or pipeline
	values []string       // what can follow the first group; anything if there are none
	note   Note
}

// Parts of the patterns below.
const (
	uuid  = `[0-9A-Fa-f-]{36}`
	stack = `organization:[^:]+:project:[^:]+:stack:[^:]+`
)

var (
	anyIssuer       = regexp.MustCompile(`.`) // Terraform Enterprise has issuers with any name
	bitbucketIssuer = regexp.MustCompile(`^api\.bitbucket\.org/2\.0/workspaces/[^/]+/pipelines-config/identity/oidc$`)
)

var subjectForms = []subjectForm{
	{
		issuer: regexp.MustCompile(`^agent\.buildkite\.com$`),
		form:   regexp.MustCompile(`^(organization:[^:]+:pipeline:[^:]+:ref:[^:]+:commit:)[^:]*:step:`),
		note:   BuildkiteCommit,
	},
	{
		issuer: bitbucketIssuer,
		form:   regexp.MustCompile(`^(\{` + uuid + `\}:\{` + uuid + `\}:)\{` + uuid + `\}$`),
		note:   BitbucketDeploymentStep,
	},
	{
		issuer: bitbucketIssuer,
		form:   regexp.MustCompile(`^(\{` + uuid + `\}:)\{` + uuid + `\}$`),
		note:   BitbucketStep,
	},
	{
		issuer: regexp.MustCompile(`^oidc\.circleci\.com/org/` + uuid + `$`),
		form:   regexp.MustCompile(`^(org/` + uuid + `/project/` + uuid + `/user/)`),
		note:   CircleCIUser,
	},
	{
		issuer: anyIssuer,
		form:   regexp.MustCompile(`^(organization:[^:]+:project:[^:]+:workspace:[^:]+:run_phase:)(?:plan|apply)$`),
		values: []string{"plan", "apply"},
		note:   TerraformRunPhase,
	},
	{
		issuer: anyIssuer,
		form:   regexp.MustCompile(`^(` + stack + `:deployment:[^:]+:operation:)(?:plan|apply)$`),
		values: []string{"plan", "apply"},
		note:   TerraformStackOperation,
	},
	{
		issuer: regexp.MustCompile(`^[^./]+\.app\.(?:[a-z]+\.)?spacelift\.(?:io|com)$`),
		form:   regexp.MustCompile(`^(space:[^:]+:(?:stack|module):[^:]+:run_type:[^:]+:scope:)(?:read|write)$`),
		values: []string{"read", "write"},
		note:   SpaceliftScope,
	},
}

// SubjectOf is how to name the token's subject.
func SubjectOf(issuer Issuer, claims webidentity.Claims) Subject {
	for _, form := range subjectForms {
		match := form.form.FindStringSubmatch(claims.Subject)
		if match == nil || !form.issuer.MatchString(string(issuer)) || form.values != nil && IsUnreviewed(claims) {
			continue
		}
		if form.values == nil {
			return Subject{Prefix: match[1], note: form.note}
		}
		subject := Subject{note: form.note}
		for _, value := range form.values {
			subject.Values = append(subject.Values, match[1]+value)
		}
		return subject
	}
	return Subject{Values: []string{claims.Subject}}
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
