package explain

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// subjectCauses are what often differs between a trust policy and the subjects of the token's platform, as far as this
// token's claims allow it. The likeliest comes first. The unsafe ones are those of tokens that a policy should rather
// not allow.
func (r refusal) subjectCauses() (unsafe, causes []string) {
	if r.Claims == nil {
		return nil, nil
	}
	issuer, _ := trustpolicy.IssuerOf(r.Claims.Issuer)
	if trustpolicy.IsUnreviewed(*r.Claims) {
		unsafe = append(
			unsafe,
			"The token belongs to a pull request or merge request, whose code nobody has reviewed. "+
				"Use a role that can only read.",
		)
	}
	if issuer.IsGitHub() {
		return unsafe, r.gitHubSubject()
	}
	for _, known := range subjects {
		match := known.pattern.FindStringSubmatch(r.Claims.Subject)
		if match == nil {
			continue
		}
		cause := known.cause
		if len(match) > 1 {
			cause = fmt.Sprintf(cause, quoted(match[1]))
		}
		if known.isUnsafe {
			return append(unsafe, cause), nil
		}
		return unsafe, []string{cause}
	}
	return unsafe, nil
}

// subjects are forms of subjects, each with what often differs from the policy. A group of the pattern is in the cause.
var subjects = []struct {
	pattern  *regexp.Regexp
	cause    string
	isUnsafe bool
}{
	{
		regexp.MustCompile(`^project_path:[^:]+(?:/[^:]+)*:ref_type:branch:ref:(.+)$`),
		"The job runs on the branch %s. If the policy expects another branch or a tag, run the job there. A merge " +
			"request has its own branch.",
		false,
	},
	{
		regexp.MustCompile(`^project_path:[^:]+(?:/[^:]+)*:ref_type:tag:ref:(.+)$`),
		"The job runs for the tag %s. If the policy expects a branch, run the job there, or protect the tag and " +
			"allow it.",
		false,
	},
	{
		regexp.MustCompile(`:(?:run_phase|operation):plan$`),
		"The token is from a plan, which runs code that nobody has reviewed. If the role is for applies, don't add " +
			"the " +
			"plan. Use a role that can only read.",
		true,
	},
	{
		regexp.MustCompile(`:(?:run_phase|operation):apply$`),
		"The token is from an apply. If the plan succeeded, the policy might allow only the plan's subject.",
		false,
	},
	{
		regexp.MustCompile(`:run_type:[A-Z_]+:scope:read$`),
		"The scope is read, as in a plan. If the role is for applies, use another role for plans.",
		true,
	},
	{
		regexp.MustCompile(`:run_type:[A-Z_]+:scope:write$`),
		"The scope is write, as in an apply. If the plan succeeded, the policy might allow only scope:read.",
		false,
	},
	{
		regexp.MustCompile(`^org/[^/]+/project/[^/]+/user/[^/]+$`),
		"The subject has no branch, because the token is that of CIRCLE_OIDC_TOKEN. If the policy expects a branch, " +
			"use CIRCLE_OIDC_TOKEN_V2.",
		true,
	},
	{
		regexp.MustCompile(`^\{[^}]+\}:\{[^}]+\}$`),
		"The step has no deployment, so the subject has no environment. If the policy expects one, set deployment on " +
			"the step.",
		true,
	},
	{
		regexp.MustCompile(`^\{[^}]+\}:\{[^}]+\}:\{[^}]+\}$`),
		"The last part of the subject changes with every step. The policy needs StringLike and a wildcard there.",
		false,
	},
	{
		regexp.MustCompile(`^organization:[^:]+:pipeline:[^:]+:ref:[^:]+:commit:`),
		"The subject has the commit, which changes with every build. The policy needs StringLike and a wildcard there.",
		false,
	},
	{
		regexp.MustCompile(`^p://`),
		"The subject is that of the whole pipeline, for every branch and pull request. Use a service connection " +
			"instead (service_connection_id).",
		true,
	},
	{
		regexp.MustCompile(`^system:serviceaccount:[^:]+:default$`),
		"The pod runs as the service account \"default\". Set serviceAccountName to a service account of the " +
			"workload's own.",
		true,
	},
}

// gitHubSubject is what often differs in GitHub's subjects.
func (r refusal) gitHubSubject() []string {
	var causes []string
	subject := r.Claims.Subject
	if gitHubIDs.MatchString(subject) {
		causes = append(causes, "The subject has numeric IDs (repo:ORG@ID/REPO@ID). A policy with only the names "+
			"(repo:ORG/REPO) denies it.")
	}
	_, environment, hasEnvironment := strings.Cut(subject, ":environment:")
	_, tag, isTag := strings.Cut(subject, ":ref:refs/tags/")
	switch {
	case trustpolicy.IsUnreviewed(*r.Claims):
	case hasEnvironment:
		causes = append(causes, fmt.Sprintf("The job has the environment %s, so the subject has no branch. If the "+
			"policy expects a branch, change the policy or remove the environment.", quoted(environment)))
	case isTag:
		causes = append(causes, fmt.Sprintf("The job runs for the tag %s. If the policy expects a branch or an "+
			"environment, run the job there.", quoted(tag)))
	case strings.Contains(subject, ":ref:"):
		causes = append(causes, "The job has no environment, so the subject has its ref. If the policy expects an "+
			"environment, set that environment on the job.")
	}
	return causes
}

// gitHubIDs matches subjects with the IDs that GitHub adds to the names.
var gitHubIDs = regexp.MustCompile(`^repo:[^:/]+@\d+/[^:/]+@\d+`)

// throughEndpoint is the cause that the policy of a VPC endpoint denies the call. It is empty if the call doesn't go to
// the name of a VPC endpoint.
func (r refusal) throughEndpoint() string {
	if !strings.Contains(r.Destination.Host, ".vpce.") {
		return ""
	}
	return "The policy of the VPC endpoint might deny the call. It must allow sts:AssumeRoleWithWebIdentity for this " +
		"role to every principal, because the call is anonymous."
}

// issuerAudience is what an issuer's audience is, if a job can't choose it or the issuer has a usual value of its own.
type issuerAudience struct {
	issuer  *regexp.Regexp
	isFixed bool
	usual   string // for a sentence; empty if there is none
}

var issuerAudiences = []issuerAudience{
	{regexp.MustCompile(`^https://oidc\.circleci\.com/`), true, "the organization's ID at CircleCI"},
	{regexp.MustCompile(`^https://api\.bitbucket\.org/`), true, "the audience on Bitbucket's page OpenID Connect"},
	{
		regexp.MustCompile(`^https://[^/]+\.app\.(?:[a-z]+\.)?spacelift\.(?:io|com)$`),
		true,
		"the host of the Spacelift account",
	},
	{regexp.MustCompile(`^https://vstoken\.dev\.azure\.com/`), true, "api://AzureADTokenExchange"},
	{
		regexp.MustCompile(`^https://(?:sts\.windows\.net|login\.microsoftonline\.com)/`),
		false,
		"the Application ID URI",
	},
	{regexp.MustCompile(`^https://app\.terraform\.io$`), false, "\"aws.workload.identity\""},
}

// audienceOf is what is known of the issuer's audiences. It reports whether there is anything.
func (r refusal) audienceOf() (issuerAudience, bool) {
	if r.Claims == nil {
		return issuerAudience{}, false
	}
	for _, known := range issuerAudiences {
		if known.issuer.MatchString(r.Claims.Issuer) {
			return known, true
		}
	}
	return issuerAudience{}, false
}
