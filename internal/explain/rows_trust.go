package explain

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// assumeDenied: STS doesn't tell a role that doesn't exist from one that doesn't trust the token.
func assumeDenied(r refusal) advice {
	causes := []string{
		fmt.Sprintf("The condition on the subject doesn't hold: %s must be %s, letter by letter, and case counts. StringEquals takes * for an ordinary character and so never matches with it: a wildcard needs StringLike.",
			r.conditionKey("sub"), r.subject()),
	}
	causes = append(causes, r.gitHubSubject()...)
	causes = append(causes,
		fmt.Sprintf("The condition on the audience doesn't hold: %s must be what the token claims, below.", r.conditionKey("aud")),
		"The trust policy names another Federated principal, the IAM OIDC provider of another issuer or account. It must be that of exactly this issuer, in the role's account.",
		fmt.Sprintf("The role doesn't exist, which STS doesn't tell: check name, path and account in %s, from %s.", quoted(r.Request.RoleARN), r.roleOrigin()),
		"The role or its trust policy was created or changed seconds ago, and IAM hasn't spread it yet: run again in a minute.",
		"Another policy forbids the call: a resource control policy of the organisation, or the policy of a VPC endpoint. "+r.inCloudTrail(),
	)
	return advice{
		summary: "The role's trust policy doesn't admit the web identity token",
		ofToken: true,
		causes:  causes,
		actions: r.actions(),
	}
}

func tagSessionDenied(r refusal) advice {
	return advice{
		summary: "The role's trust policy doesn't allow the token's session tags",
		causes: []string{
			"The token carries session tags (claims below https://aws.amazon.com/tags), and the trust policy allows sts:AssumeRoleWithWebIdentity but not sts:TagSession for this token. Add the action to the statement.",
			"The statement for sts:TagSession has conditions of its own, such as aws:RequestTag or aws:TagKeys, which the tags don't meet: correct them, or the tags at the identity provider.",
			"The tags aren't wanted: have the identity provider leave them out of the token. " + r.inCloudTrail(),
		},
		actions: r.actions(tagAction),
	}
}

func sourceIdentityDenied(r refusal) advice {
	return advice{
		summary: "The role's trust policy doesn't allow the token's source identity",
		causes: []string{
			"The token carries a source identity (the claim https://aws.amazon.com/source_identity), and the trust policy allows sts:AssumeRoleWithWebIdentity but not sts:SetSourceIdentity for this token. Add the action to the statement.",
			"The statement for sts:SetSourceIdentity has a condition on sts:SourceIdentity that the token's doesn't meet: correct it, or the claim at the identity provider.",
			"The source identity isn't wanted: have the identity provider leave it out of the token. " + r.inCloudTrail(),
		},
		actions: r.actions(sourceIdentityAction),
	}
}

func wrongAudience(r refusal) advice {
	given := advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token is for another audience",
		ofToken:  true,
		causes: []string{
			fmt.Sprintf("The token was asked for with another audience than the IAM OIDC provider has among its client IDs. Ask the identity provider for a token with one of those, %q as a rule%s.", awsAudience, r.whereAudience()),
			fmt.Sprintf("The IAM OIDC provider of this issuer in account %s lacks the audience. If the audience is right, add it to the provider's client IDs.", r.account()),
		},
		actions: r.actions(),
	}
	if r.Claims != nil && r.Claims.AuthorizedParty != "" {
		given.causes = append(given.causes, fmt.Sprintf("The token has an authorised party (azp), %s, and IAM may hold the client IDs against that instead of the audience: add it to them, too, if that party should be trusted.",
			quoted(r.Claims.AuthorizedParty)))
	}
	if slipOf(r.Claims) != "" {
		given.actions = nil // a statement would only fix the slip in place
	}
	return given
}

func noOIDCProvider(r refusal) advice {
	causes := []string{
		fmt.Sprintf("Account %s has no IAM OIDC provider for this issuer. Create one with the URL %s, letter by letter (a slash at the end counts), and the token's audience as client ID.", r.account(), r.issuer()),
		fmt.Sprintf("The role is in another account than was meant: check %s, from %s.", quoted(r.Request.RoleARN), r.roleOrigin()),
		fmt.Sprintf("The token is another issuer's than was meant: check what %s gives.", r.tokenFrom()),
		"The IAM OIDC provider was created seconds ago, and IAM hasn't spread it yet: run again in a minute.",
	}
	if r.Claims != nil && r.Claims.Issuer != "" && !strings.HasPrefix(r.Claims.Issuer, "https://") {
		causes = append([]string{"The token's issuer isn't an https URL, and IAM takes no other. Have the identity provider be named by a public https URL."}, causes...)
	}
	return advice{
		summary: "The role's account doesn't know the token's issuer",
		ofToken: true,
		causes:  causes,
		actions: r.actions(),
	}
}

// actions are those that the token needs: its tags and its source identity take actions of their own.
func (r refusal) actions(needed ...string) []string {
	all := []string{assumeAction}
	wants := map[string]bool{}
	for _, action := range needed {
		wants[action] = true
	}
	if r.Claims != nil {
		for claim := range r.Claims.All {
			wants[tagAction] = wants[tagAction] || claim == "https://aws.amazon.com/tags" || strings.HasPrefix(claim, "https://aws.amazon.com/tags/principal_tags/")
			wants[sourceIdentityAction] = wants[sourceIdentityAction] || claim == "https://aws.amazon.com/source_identity"
		}
	}
	for _, action := range []string{tagAction, sourceIdentityAction} {
		if wants[action] {
			all = append(all, action)
		}
	}
	return all
}

// gitHubSubject is what GitHub's subjects surprise people with.
func (r refusal) gitHubSubject() []string {
	if r.Claims == nil {
		return nil
	}
	if issuer, _ := withoutScheme(r.Claims.Issuer); !isGitHub(issuer) {
		return nil
	}
	causes := []string{
		"The job's environment changes the subject to repo:ORG/REPO:environment:NAME, and without one it ends in ref:refs/heads/BRANCH: give the job the environment that the trust policy names, or correct the policy.",
		"Repositories created, renamed or transferred since 15 July 2026, and those that opted in, have numbers in the subject (repo:ORG@ID/REPO@ID:...): a trust policy in the old form doesn't admit them.",
	}
	if isUnreviewed(r.Claims) {
		return append([]string{"The job runs for a pull request, which the trust policy probably keeps out on purpose: that is code which nobody has reviewed. Use a role that can only read, or run the job after the merge."}, causes...)
	}
	return causes
}

// conditionKey is IAM's key of a claim, as far as it can be told.
func (r refusal) conditionKey(claim string) string {
	if r.Claims != nil {
		if issuer, usable := withoutScheme(r.Claims.Issuer); usable {
			return fmt.Sprintf("%q", issuer+":"+claim)
		}
	}
	return "the issuer's :" + claim
}

func (r refusal) subject() string {
	if r.Claims == nil {
		return "the token's subject"
	}
	return quoted(r.Claims.Subject)
}

func (r refusal) issuer() string {
	if r.Claims == nil {
		return "of its issuer"
	}
	return quoted(r.Claims.Issuer)
}

// account is the role's.
func (r refusal) account() string {
	role, err := arn.Parse(r.Request.RoleARN)
	if err != nil || role.AccountID == "" {
		return "(unknown)"
	}
	return secret.Scrub(role.AccountID)
}

// inCloudTrail says where the refused call can be found.
func (r refusal) inCloudTrail() string {
	text := fmt.Sprintf("CloudTrail in account %s has the refused call", r.account())
	if r.service.RequestID != "" {
		text += " under the request ID above"
	}
	return text + "."
}
