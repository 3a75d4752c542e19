package explain

import (
	"regexp"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// subject is how a trust policy names a token's subject: by one of several values, or by all of it that stays the same from
// run to run.
type subject struct {
	values  []string
	prefix  string // followed by a wildcard; empty when values say it
	remarks []string
}

// subjectForm is the form that the subjects of an issuer have, for those that change with every run.
type subjectForm struct {
	issuer *regexp.Regexp // without https://
	form   *regexp.Regexp // whose first group stays the same, and without its wildcard names one project or pipeline
	values []string       // what may follow the first group; none: anything
	remark string
}

const uuid = `[0-9A-Fa-f-]{36}`

var subjectForms = []subjectForm{
	{
		issuer: regexp.MustCompile(`^agent\.buildkite\.com$`),
		form:   regexp.MustCompile(`^(organization:[^:]+:pipeline:[^:]+:ref:[^:]+:commit:)[^:]*:step:`),
		remark: "The commit is in Buildkite's subject, so the statement takes any, of this ref. Whoever may start builds of the pipeline can name the ref. " +
			"A pull request's branch is a ref, too, and that of a fork may be called main: don't build pull requests of forks in this pipeline.",
	},
	{
		issuer: regexp.MustCompile(`^api\.bitbucket\.org/2\.0/workspaces/[^/]+/pipelines-config/identity/oidc$`),
		form:   regexp.MustCompile(`^(\{` + uuid + `\}:\{` + uuid + `\}:)\{` + uuid + `\}$`),
		remark: "The step's UUID is in Bitbucket's subject and changes with every run, so the statement takes any step of this repository's deployment environment.",
	},
	{
		issuer: regexp.MustCompile(`^api\.bitbucket\.org/2\.0/workspaces/[^/]+/pipelines-config/identity/oidc$`),
		form:   regexp.MustCompile(`^(\{` + uuid + `\}:)\{` + uuid + `\}$`),
		remark: "The step's UUID is in Bitbucket's subject and changes with every run, so the statement takes every step of the repository, on every branch and pull request. " +
			"Give the step a deployment: its environment is then in the subject, and Bitbucket can restrict who deploys there.",
	},
	{
		issuer: regexp.MustCompile(`^oidc\.circleci\.com/org/` + uuid + `$`),
		form:   regexp.MustCompile(`^(org/` + uuid + `/project/` + uuid + `/user/)`),
		remark: "The user who set the job off is in CircleCI's subject, so the statement takes every job of the project, on every branch: who may push a branch has the role, and where builds of forks get tokens, who may open a pull request.",
	},
	{
		issuer: regexp.MustCompile(`.`), // Terraform Enterprise has issuers of any name
		form:   regexp.MustCompile(`^(organization:[^:]+:project:[^:]+:workspace:[^:]+:run_phase:)(?:plan|apply)$`),
		values: []string{"plan", "apply"},
		remark: "A plan has another subject than the apply that follows it, so both are listed. Plans run code that nobody has reviewed, speculative plans of pull requests too: " +
			"a role of its own for each phase is safer. Leave out the one that this role isn't for.",
	},
	{
		issuer: regexp.MustCompile(`.`),
		form:   regexp.MustCompile(`^(organization:[^:]+:project:[^:]+:stack:[^:]+:deployment:[^:]+:operation:)(?:plan|apply)$`),
		values: []string{"plan", "apply"},
		remark: "A plan has another subject than the apply that follows it, so both are listed. Leave out the one that this role isn't for.",
	},
	{
		issuer: regexp.MustCompile(`^[^./]+\.app\.(?:[a-z]+\.)?spacelift\.(?:io|com)$`),
		form:   regexp.MustCompile(`^(space:[^:]+:(?:stack|module):[^:]+:run_type:[^:]+:scope:)(?:read|write)$`),
		values: []string{"read", "write"},
		remark: "The scope is in Spacelift's subject and differs between planning and applying, so both are listed. So is the run's type: another type of run needs another value, in full.",
	},
}

// subjectOf is how to name the token's subject, which is usable.
func subjectOf(issuer string, claims *webidentity.Claims) subject {
	for _, known := range subjectForms {
		match := known.form.FindStringSubmatch(claims.Subject)
		if match == nil || !known.issuer.MatchString(issuer) || known.values != nil && isUnreviewed(claims) {
			continue
		}
		stays := subject{prefix: match[1], remarks: []string{known.remark}}
		for _, value := range known.values {
			stays.values = append(stays.values, match[1]+value)
		}
		if stays.values != nil {
			stays.prefix = ""
		}
		return stays
	}
	return subject{values: []string{claims.Subject}}
}

// gitHubIssuer is github.com's; enterprises can have a path of their own below it, and servers of their own another host.
const gitHubIssuer = "token.actions.githubusercontent.com"

func isGitHub(issuer string) bool {
	return issuer == gitHubIssuer || strings.HasPrefix(issuer, gitHubIssuer+"/") || strings.HasSuffix(issuer, "/_services/token") ||
		strings.HasPrefix(issuer, "token.actions.") && strings.HasSuffix(issuer, ".ghe.com")
}

var digits = regexp.MustCompile(`^[0-9]{1,20}$`)

// repositoryID is GitHub's number of the repository, which IAM has a condition key for. A stranger who takes over an abandoned
// name doesn't have it.
func repositoryID(issuer string, claims *webidentity.Claims) string {
	id, _ := claims.All["repository_id"].(string)
	if issuer != gitHubIssuer || !digits.MatchString(id) {
		return ""
	}
	return id
}

// namesRepository: subjects follow a template that organisations can change, down to one that all their repositories share.
var namesRepository = regexp.MustCompile(`(?:^|:)(?:repo|repository|repository_id):[^:]+`)

// buildkiteIssuer lets a job choose its subject: that of a whole cluster or organisation, even.
const buildkiteIssuer = "agent.buildkite.com"

var buildkitePipeline = regexp.MustCompile(`^organization:[^:]+:pipeline:[^:]+:ref:`)

// isWholeOrganisation tells whether a policy for the subject would admit more than one repository.
func isWholeOrganisation(issuer string, claims *webidentity.Claims) bool {
	return isGitHub(issuer) && repositoryID(issuer, claims) == "" && !namesRepository.MatchString(claims.Subject)
}
