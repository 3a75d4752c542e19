package explain

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// trust gives the statement of a trust policy that would allow the token, with notes on it, or says why there is none.
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
	invitation := "Only if this workload should have this role, add this statement to the role's trust policy."
	if r.service.Code == "AccessDenied" {
		invitation += " The denial might be intended."
	}
	return paragraphs(
		invitation,
		indented(proposal.JSON),
		strings.Join(notes, "\n"),
	)
}

// role is what the ARN tells of the role; empty if the ARN can't be read.
func (r refusal) role() trustpolicy.Role {
	role, err := arn.Parse(r.RoleARN())
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
	return "The provider can't propose a statement, because an access token doesn't show its user."
}

// noProposal says why there is no statement.
func (r refusal) noProposal(problem trustpolicy.Problem) string {
	sentence := problemSentences[problem]
	if problem == trustpolicy.TooManyAudiences {
		sentence = fmt.Sprintf(sentence, len(r.Claims.Audience))
	}
	return "The provider proposes no statement for the trust policy. " + sentence
}

// problemSentences say why there is no statement, and what to do instead.
var problemSentences = map[trustpolicy.Problem]string{
	trustpolicy.NoSubject: "The token has no subject (sub). A policy with only the audience would allow everyone who " +
		"can get a token for it from this issuer.",
	trustpolicy.NoAudience:         "The token has no audience (aud), and AWS accepts no token without one.",
	trustpolicy.TooManyAudiences:   "The token has %d audiences. Request a token with one audience.",
	trustpolicy.AudienceIsMistyped: "The token's audience looks like a typo. Correct it first.",
	trustpolicy.AccessTokenIssuer:  "IAM knows this issuer only by access tokens, with provider_id.",
	trustpolicy.CircleCISubject: "The token's subject has no branch, so a statement would allow every branch. Use " +
		"the " +
		"token of CIRCLE_OIDC_TOKEN_V2.",
	trustpolicy.BuildkiteSubject: "The token's subject names no pipeline and no ref, and might be the subject of a " +
		"whole cluster or organization. Request the token without a subject claim of its own.",
	trustpolicy.UnusableIssuer: "The token's issuer isn't one that a policy can name safely. It must be an https URL " +
		"without a port, a query, or a wildcard.",
	trustpolicy.PrivateIssuer: "AWS can't reach the token's issuer, because it isn't a public https URL. Use an " +
		"issuer with a public " +
		"URL. Amazon EKS has one for each cluster. For other clusters, publish the issuer's discovery document and " +
		"keys, for example in a public bucket.",
	trustpolicy.Guest: "The token is that of a guest of a Cognito identity pool, which everyone on the internet can " +
		"be. Use an identity that has logged in.",
	trustpolicy.UnusableSubject: "The token's subject has control characters, letters beyond ASCII, or other text " +
		"that can't be copied safely, or is too long.",
	trustpolicy.WholeOrganization: "The token's subject names no repository. A policy for it would allow other " +
		"repositories of the organization. Include repo in the template of the subject.",
	trustpolicy.UnusableParty: "The token's audience or azp has text that can't be copied safely, is empty, or is " +
		"too long.",
	trustpolicy.UnusableAudience: "The token's audience has text that can't be copied safely, is empty, or is too " +
		"long.",
	trustpolicy.UnknownRole:     "The role's ARN doesn't show its partition and account.",
	trustpolicy.UnprintableText: "The token's claims have text that can't be shown.",
}
