package explain

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// trust gives the statement of a trust policy that would admit the token, with what to think of before pasting it, or
// says why there is none.
func (r refusal) trust(actions []string) string {
	if len(actions) == 0 || !r.Destination.AWS {
		return ""
	}
	if r.Claims == nil || r.Request.ProviderID != "" {
		return r.trustWithoutClaims()
	}
	proposal, problem := trustpolicy.Propose(*r.Claims, r.role(), actions)
	if problem != "" {
		return r.noProposal(problem)
	}
	notes := make([]string, 0, len(proposal.Notes))
	for _, note := range proposal.Notes {
		notes = append(notes, "- "+noteSentences[note])
	}
	return paragraphs("Only if this workload should have this role, add this statement to the role's trust policy, in "+
		"place of the one that should have admitted it. A refusal may also be a control that works as it should.",
		indented(proposal.JSON), strings.Join(notes, "\n"))
}

// role is what the ARN tells of the role; empty if the ARN can't be read.
func (r refusal) role() trustpolicy.Role {
	role, err := arn.Parse(r.Request.RoleARN)
	if err != nil {
		return trustpolicy.Role{}
	}
	return trustpolicy.Role{Partition: role.Partition, AccountID: role.AccountID}
}

// indented is a text that Terraform doesn't wrap.
func indented(text string) string {
	const indent = "  "
	return indent + strings.ReplaceAll(text, "\n", "\n"+indent)
}

// trustWithoutClaims is for OAuth 2.0 access tokens, of which nothing can be read.
func (r refusal) trustWithoutClaims() string {
	issuer := trustpolicy.Issuer(r.Request.ProviderID)
	if !issuer.TakesAccessTokens() {
		return ""
	}
	application, user := issuer.AccessTokenKeys()
	return fmt.Sprintf("No trust policy can be proposed: an access token doesn't show whose it is. Only if this "+
		"workload should have this role: the statement's Federated principal is %q, and its conditions hold %s to the "+
		"application's ID and %s to the user's, by StringEquals. Don't leave out either.", issuer, application, user)
}

// noProposal says why there is no statement.
func (r refusal) noProposal(problem trustpolicy.Problem) string {
	sentence := problemSentences[problem]
	if problem == trustpolicy.UnknownRole {
		return "No trust policy can be proposed: " + sentence
	}
	if problem == trustpolicy.TooManyAudiences {
		sentence = fmt.Sprintf(sentence, len(r.Claims.Audience))
	}
	return "No trust policy can be proposed for this token: " + sentence
}

// problemSentences complete noProposal's "No trust policy can be proposed: ".
var problemSentences = map[trustpolicy.Problem]string{
	trustpolicy.NoSubject: "it has no subject (sub), and a policy that held the audience alone would admit everyone " +
		"who can get a token with it from this issuer.",
	trustpolicy.NoAudience:         "it has no audience (aud), and AWS takes no token without one.",
	trustpolicy.TooManyAudiences:   "it has %d audiences. Ask for a token with one of its own.",
	trustpolicy.AudienceIsMistyped: "its audience looks like a slip. Correct that first.",
	trustpolicy.AccessTokenIssuer:  "its issuer is one that IAM knows by access tokens alone, with provider_id.",
	trustpolicy.BuildkiteSubject: "its subject doesn't name a pipeline and a ref: it may stand for a whole cluster " +
		"or organisation. Ask for the token without a subject claim of its own.",
	trustpolicy.UnusableIssuer: "its issuer isn't one that IAM can name safely: an https URL of a public host, " +
		"without port, query, wildcard or odd characters.",
	trustpolicy.UnusableSubject: "its subject holds control characters, letters beyond ASCII (which can look like " +
		"others) or other text that can't be copied safely, or is too long.",
	trustpolicy.WholeOrganization: "its subject doesn't name a repository, so that a policy for it would admit " +
		"others of the organisation. Have the template of the subject include repo.",
	trustpolicy.UnusableParty: "its audience or azp holds control characters or other text that can't be copied " +
		"safely, is empty or is too long.",
	trustpolicy.UnusableAudience: "its audience holds control characters or other text that can't be copied safely, " +
		"is empty or is too long.",
	trustpolicy.UnknownRole:     "the role's ARN doesn't tell its partition and account.",
	trustpolicy.UnprintableText: "its claims hold text that isn't fit to be shown.",
}
