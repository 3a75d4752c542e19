package explain

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// trust gives the statement of a trust policy that would admit the token, with what to think of before pasting it, or says
// why there is none.
func (r refusal) trust(actions []string) string {
	if len(actions) == 0 || !r.Destination.AWS {
		return ""
	}
	if r.Claims == nil || r.Request.ProviderID != "" {
		return r.trustWithoutClaims()
	}
	role, err := arn.Parse(r.Request.RoleARN)
	claims := knownTo(role.Partition, r.Claims)
	if problem := untrustworthy(claims); problem != "" {
		return "No trust policy can be proposed for this token: " + problem
	}
	if err != nil || !ordinaryRole.MatchString(role.Partition+":"+role.AccountID) {
		return "No trust policy can be proposed: the role's ARN doesn't tell its partition and account."
	}
	issuer, _ := withoutScheme(claims.Issuer)
	subject := subjectOf(issuer, claims)
	proposed := newStatement(role, issuer, claims, subject, actions)
	text := proposed.text()
	if text == "" {
		return "No trust policy can be proposed for this token: its claims hold text that isn't fit to be shown."
	}
	remarks := slices.Concat(subject.remarks, remarks(issuer, claims), remarksOnActions(actions))
	if proposed.isEscaped() {
		remarks = append(remarks, `The characters * and ? and ${ of the token's claims are escaped as ${*}, ${?} and ${$}{, which takes a policy of "Version": "2012-10-17". `+
			`In a string of Terraform's own language write $${ for each ${, and in aws_iam_policy_document &{.`)
	}
	return paragraphs("Only if this workload should have this role, add this statement to the role's trust policy, in place of the one that should have admitted it. "+
		"A refusal may also be a control that works as it should.", text, bulleted(remarks))
}

// knownTo leaves out what IAM has no condition key for in a partition: GitHub's repository_id came to AWS's commercial one.
func knownTo(partition string, claims *webidentity.Claims) *webidentity.Claims {
	if partition == "aws" {
		return claims
	}
	known := *claims
	known.All = maps.Clone(claims.All)
	delete(known.All, "repository_id")
	return &known
}

// remarksOnActions are about those that let the issuer say more than who it is.
func remarksOnActions(actions []string) []string {
	var all []string
	if slices.Contains(actions, tagAction) {
		all = append(all, "sts:TagSession lets the issuer set any tag, and policies may decide by tags: bound them with conditions on aws:RequestTag/KEY and aws:TagKeys.")
	}
	if slices.Contains(actions, sourceIdentityAction) {
		all = append(all, "sts:SetSourceIdentity lets the issuer name anyone: bound it with a condition on sts:SourceIdentity.")
	}
	return all
}

var ordinaryRole = regexp.MustCompile(`^aws[a-z-]*:\d{12}$`)

// trustWithoutClaims is for OAuth 2.0 access tokens, of which nothing can be read.
func (r refusal) trustWithoutClaims() string {
	if r.Request.ProviderID != amazonProvider && r.Request.ProviderID != facebookProvider {
		return ""
	}
	user := userKey(r.Request.ProviderID)
	return fmt.Sprintf("No trust policy can be proposed: an access token doesn't show whose it is. Only if this workload should have this role: the statement's Federated principal is "+
		"%[1]q, and its conditions hold %[1]s:app_id to the application's ID and %[1]s:%[2]s to the user's, by StringEquals. Don't leave out either.", r.Request.ProviderID, user)
}

// untrustworthy tells why a policy for the claims would be unsafe, or never match.
func untrustworthy(claims *webidentity.Claims) string {
	issuer, issuerIsUsable := withoutScheme(claims.Issuer)
	switch {
	case claims.Subject == "":
		return "it has no subject (sub), and a policy that held the audience alone would admit everyone who can get a token with it from this issuer."
	case len(claims.Audience) == 0:
		return "it has no audience (aud), and AWS takes no token without one."
	case len(claims.Audience) > maxAudiences:
		return fmt.Sprintf("it has %d audiences. Ask for a token with one of its own.", len(claims.Audience))
	case slipOf(claims) != "":
		return "its audience looks like a slip. Correct that first."
	case issuer == amazonProvider || issuer == facebookProvider:
		return "its issuer is one that IAM knows by access tokens alone, with provider_id."
	case issuer == buildkiteIssuer && !buildkitePipeline.MatchString(claims.Subject):
		return "its subject doesn't name a pipeline and a ref: it may stand for a whole cluster or organisation. Ask for the token without a subject claim of its own."
	case !issuerIsUsable:
		return "its issuer isn't one that IAM can name safely: an https URL of a public host, without port, query, wildcard or odd characters."
	case !usable(claims.Subject):
		return "its subject holds control characters, letters beyond ASCII (which can look like others) or other text that can't be copied safely, or is too long."
	case isWholeOrganisation(issuer, claims):
		return "its subject doesn't name a repository, so that a policy for it would admit others of the organisation. Have the template of the subject include repo."
	}
	for _, audience := range audiences(issuer, claims) {
		if !usable(audience) {
			return "its audience or azp holds control characters or other text that can't be copied safely, is empty or is too long."
		}
	}
	for _, audience := range claims.Audience { // which audiences leaves out at Google
		if !usable(audience) {
			return "its audience holds control characters or other text that can't be copied safely, is empty or is too long."
		}
	}
	return ""
}

// remarks are what to think of before this workload is trusted.
func remarks(issuer string, claims *webidentity.Claims) []string {
	var all []string
	if isUnreviewed(claims) {
		all = append(all, "This token is that of a pull request or merge request: code that nobody has reviewed. Don't admit it to a role that can change anything.")
	}
	switch {
	case issuer == googleIssuer && claims.AuthorizedParty != "":
		all = append(all, "At Google, :aud is the token's azp and :oaud its aud. Every customer of Google's can get a token for any audience: never leave :sub out.")
	case issuer == googleIssuer:
		all = append(all, "Every customer of Google's can get a token for any audience: never leave :sub out.")
	case issuer == cognitoIssuer && amr(claims) == "unauthenticated":
		all = append(all, "This token is that of a guest of the identity pool, which everyone on the Internet can be.")
	case issuer == cognitoIssuer:
		all = append(all, ":aud is the identity pool's ID: never leave it out.")
	case claims.AuthorizedParty != "" && !onlyAudience(claims, claims.AuthorizedParty):
		all = append(all, "The token has an authorised party (azp), and IAM may hold :aud against that instead of aud. So both are listed, and may both have to be client IDs of the IAM OIDC provider.")
	case len(claims.Audience) > 1:
		all = append(all, "The token has several audiences. Keep those that are client IDs of the IAM OIDC provider.")
	}
	return append(all, takeovers(issuer, claims)...)
}

func onlyAudience(claims *webidentity.Claims, audience string) bool {
	return len(claims.Audience) == 1 && claims.Audience[0] == audience
}

// unreviewed are ends and parts of subjects that only the runs of pull requests have.
var unreviewed = regexp.MustCompile(`:pull_request(?:$|:)|[:/-]refs?[:/](?:refs/)?(?:pull|merge-requests)/|:run_type:PROPOSED(?:$|:)`)

func isUnreviewed(claims *webidentity.Claims) bool {
	if unreviewed.MatchString(claims.Subject) {
		return true
	}
	for claim, values := range map[string]string{"event_name": "pull_request pull_request_target", "pipeline_source": "merge_request_event external_pull_request_event"} {
		if value, _ := claims.All[claim].(string); value != "" && strings.Contains(" "+values+" ", " "+value+" ") {
			return true
		}
	}
	return false
}

// numbered subjects have GitHub's numbers beside the names.
var (
	numbered          = regexp.MustCompile(`(?:^|:)(?:repo:[^:/]+@\d+/[^:/]+@\d+|repository_id:\d+)(?:$|:)`)
	repositoryOnly    = regexp.MustCompile(`^(?:repo|repository|repository_id):[^:]+$`)
	gitHubEnvironment = regexp.MustCompile(`:environment:`)
	branch            = regexp.MustCompile(`:ref:refs/heads/|:ref_type:branch:`)
	subjectOfNames    = regexp.MustCompile(`^(?:project_path|organization|space|system:serviceaccount|project|repo|repository):|^p://|^sc://`)
)

// takeovers warns of names that somebody else can come to have.
func takeovers(issuer string, claims *webidentity.Claims) []string {
	const taken = "Whoever takes over a name after a rename or a deletion has the role."
	var all []string
	switch id := repositoryID(issuer, claims); {
	case isGitHub(issuer) && repositoryOnly.MatchString(claims.Subject):
		all = append(all, "The subject names the repository alone: every branch and every pull request of it has the role. A job's environment in the subject, with rules of its own, narrows it.")
	case id != "":
		all = append(all, "repository_id is the repository's number: it survives a rename, and a stranger who takes over an abandoned name doesn't have it. Keep it.")
	}
	switch {
	case isGitHub(issuer) && gitHubEnvironment.MatchString(claims.Subject):
		all = append(all, "Whoever may push to the repository can name this environment, unless the environment's own rules (reviewers, allowed branches) forbid it.")
	case branch.MatchString(claims.Subject):
		all = append(all, "Whoever may push to this branch has the role: have it protected.")
	}
	switch {
	case numbered.MatchString(claims.Subject), repositoryID(issuer, claims) != "":
	case isGitHub(issuer):
		all = append(all, "The subject names the repository, and names can be taken over. "+taken+" Where the token has repository_id and IAM knows it for this issuer, hold that, too.")
	case strings.HasPrefix(claims.Subject, "system:serviceaccount:"):
		all = append(all, "Whoever may create a pod with this service account, or the account anew under its name, has the role.")
	case subjectOfNames.MatchString(claims.Subject):
		all = append(all, "The subject consists of names, and names can be taken over. "+taken+" After a rename of your own, correct the policy.")
	}
	return all
}

func bulleted(all []string) string {
	lines := make([]string, 0, len(all))
	for _, text := range all {
		lines = append(lines, "- "+text)
	}
	return strings.Join(lines, "\n")
}
