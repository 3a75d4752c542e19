package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// assumeDenied: STS doesn't tell a role that doesn't exist from one that doesn't trust the token. It looks at the trust
// policy last, so that what else the token's claims show is less likely to be the cause.
func assumeDenied(r refusal) advice {
	var causes []string
	slip := r.slip()
	if slip != "" {
		causes = append(causes, slip)
	}
	if r.Request.ProviderID != "" {
		causes = append(causes, r.accessTokenDenied()...)
	} else {
		causes = append(causes, r.idTokenDenied()...)
	}
	causes = append(
		causes,
		fmt.Sprintf(
			"The role doesn't exist, which STS doesn't tell: check name, path and account in %s, from %s.",
			quoted(r.Request.ShownRoleARN()),
			r.roleOrigin(),
		),
		"Another policy forbids the call: a resource control policy of the organisation, or the policy of a VPC "+
			"endpoint.",
	)
	causes = r.withPropagation(causes, 1, "The role or its trust policy was created or changed seconds ago")
	for _, found := range r.findings() {
		isTaken := r.isInLeeway() && slices.Contains(r.expiry(), found) // STS still takes such a token
		if found != slip && !isTaken {
			causes = append(causes, found)
		}
	}
	return advice{
		summary: "The role's trust policy doesn't admit the web identity token",
		causes:  causes,
		actions: r.actions(),
	}
}

// withPropagation adds the cause that IAM hasn't spread something yet, before the last so many; or, when that was
// waited for, after them all.
func (r refusal) withPropagation(causes []string, last int, created string) []string {
	if waited := r.Request.PropagationTimeout; waited > 0 {
		return append(causes, fmt.Sprintf("%s, and IAM still hasn't spread it. That is unlikely: it was waited for "+
			"(iam_propagation_timeout, %s).", created, inShort(waited)))
	}
	return slices.Insert(causes, len(causes)-last, created+", and IAM hasn't spread it yet: run again in a minute, "+
		"or set iam_propagation_timeout.")
}

// idTokenDenied are the ways in which a trust policy misses an ID token.
func (r refusal) idTokenDenied() []string {
	causes := append(r.subjectDenied(), r.audienceDenied())
	if _, err := arn.Parse(r.Request.RoleARN); err == nil && r.Claims != nil {
		if issuer, usable := trustpolicy.IssuerOf(r.Claims.Issuer); usable {
			return append(causes, fmt.Sprintf("The trust policy names another Federated principal: it must be %q.",
				issuer.Principal(r.role())))
		}
	}
	return append(causes, "The trust policy names another Federated principal, the IAM OIDC provider of another "+
		"issuer or account. It must be that of exactly this issuer, in the role's account.")
}

func (r refusal) subjectDenied() []string {
	const equals = "StringEquals takes * for an ordinary character and so never matches with it: a wildcard needs " +
		"StringLike."
	key := r.conditionKey("sub")
	if r.Claims != nil {
		issuer, _ := trustpolicy.IssuerOf(r.Claims.Issuer)
		switch stays := trustpolicy.SubjectOf(issuer, *r.Claims); {
		case stays.Prefix != "":
			return []string{fmt.Sprintf("The condition on the subject doesn't hold: %s must match %s with a wildcard "+
				"after it, by StringLike, since the rest changes with every run. Case counts. With StringEquals, * "+
				"is an ordinary character.",
				key, quoted(stays.Prefix))}
		case len(stays.Values) > 1:
			return []string{
				fmt.Sprintf("The trust policy names another phase than this run's: %s is %s now, and differs between "+
					"planning and applying. Name both, or give each a role of its own.", key, r.subject()),
				"The condition on the subject doesn't hold otherwise: every part of it must be as in the token, " +
					"letter by letter, and case counts. " + equals,
			}
		}
	}
	causes := []string{fmt.Sprintf("The condition on the subject doesn't hold: %s must be %s, letter by letter, and "+
		"case counts. %s", key, r.subject(), equals)}
	return append(causes, r.gitHubSubject()...)
}

func (r refusal) audienceDenied() string {
	key := r.conditionKey("aud")
	if r.Claims == nil || len(r.Claims.Audience) == 0 {
		return fmt.Sprintf("The condition on the audience doesn't hold: %s must be what the token claims, below.", key)
	}
	issuer, _ := trustpolicy.IssuerOf(r.Claims.Issuer)
	party := r.Claims.AuthorizedParty
	switch {
	case issuer == trustpolicy.Google && party != "":
		return fmt.Sprintf("The condition on the audience doesn't hold: at Google, %s must be the token's azp, %s, "+
			"and %s its audience, %s.", key, quoted(party), r.conditionKey("oaud"), audience(r.Claims.Audience))
	case trustpolicy.HasOtherParty(*r.Claims):
		return fmt.Sprintf("The condition on the audience doesn't hold: %s must be %s, or may have to be the token's "+
			"azp, %s.", key, audience(r.Claims.Audience), quoted(party))
	}
	return fmt.Sprintf("The condition on the audience doesn't hold: %s must be %s.", key, audience(r.Claims.Audience))
}

// accessTokenDenied are the ways in which a trust policy misses an OAuth 2.0 access token.
func (r refusal) accessTokenDenied() []string {
	provider := r.Request.ProviderID
	application, user := trustpolicy.Issuer(provider).AccessTokenKeys()
	return []string{
		fmt.Sprintf("The condition on the application doesn't hold: %s must be the ID of the application that the "+
			"token "+
			"was issued to.", quoted(application)),
		fmt.Sprintf("The condition on the user doesn't hold: %s must be the user's ID at %s.",
			quoted(user), quoted(provider)),
		fmt.Sprintf("The trust policy names another Federated principal: it must be %s.", quoted(provider)),
	}
}

func otherPolicyDenied(r refusal) advice {
	return advice{
		summary: "A policy above the role's forbids the call",
		causes: []string{
			"The policy that the message names, a resource control policy of the organisation or that of a VPC " +
				"endpoint, doesn't let this identity in. Ask those who keep it: the role's own trust policy isn't " +
				"the matter.",
			"The call goes by way of a VPC endpoint that isn't meant for it: the route, or the endpoint's private " +
				"DNS, brings it there.",
		},
	}
}

func tagSessionDenied(r refusal) advice {
	return advice{
		summary: "The role's trust policy doesn't allow the token's session tags",
		causes: []string{
			"The token carries session tags (claims below https://aws.amazon.com/tags), and the trust policy allows " +
				"sts:AssumeRoleWithWebIdentity but not sts:TagSession for this token. Add the action to the statement.",
			"The statement for sts:TagSession has conditions of its own, such as aws:RequestTag or aws:TagKeys, " +
				"which the tags don't meet: correct them, or the tags at the identity provider.",
			"The tags aren't wanted: have the identity provider leave them out of the token.",
		},
		actions: r.actions(trustpolicy.TagSession),
	}
}

func sourceIdentityDenied(r refusal) advice {
	return advice{
		summary: "The role's trust policy doesn't allow the token's source identity",
		causes: []string{
			"The token carries a source identity (the claim https://aws.amazon.com/source_identity), and the trust " +
				"policy allows sts:AssumeRoleWithWebIdentity but not sts:SetSourceIdentity for this token. Add the " +
				"action to the statement.",
			"The statement for sts:SetSourceIdentity has a condition on sts:SourceIdentity that the token's doesn't " +
				"meet: correct it, or the claim at the identity provider.",
			"The source identity isn't wanted: have the identity provider leave it out of the token. ",
		},
		actions: r.actions(trustpolicy.SetSourceIdentity),
	}
}

func wrongAudience(r refusal) advice {
	given := advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token is for another audience",
		ofToken:  true,
		causes: []string{
			fmt.Sprintf("The token was asked for with another audience than the IAM OIDC provider has among its "+
				"client IDs. Ask the identity provider for a token with one of those, %q as a rule%s.", awsAudience,
				r.whereAudience()),
			fmt.Sprintf("The IAM OIDC provider of this issuer in account %s lacks the audience. Only if the audience "+
				"is right and nobody else can misuse it, add it to the provider's client IDs: every role that trusts "+
				"this issuer without a condition on :aud then takes it, too.", r.account()),
		},
	}
	if r.Claims != nil &&
		slices.ContainsFunc(
			r.Claims.Audience,
			func(audience string) bool { return strings.HasPrefix(audience, "https://github.com/") },
		) {
		given.causes[0] = fmt.Sprintf("The audience is GitHub's default one, which nobody asked to change. Ask for a "+
			"token with %q: web_identity_token_request = { github_actions = {} } does, and so does &audience= in a "+
			"request of your own.", awsAudience)
	}
	if r.Claims != nil && slices.Contains(r.Claims.Audience, awsAudience) {
		given.causes = given.causes[1:] // it was asked for with the very audience that is to be advised
	}
	given.causes = r.withPropagation(given.causes, 0, "The client ID was added seconds ago")
	if r.Claims != nil && r.Claims.AuthorizedParty != "" {
		given.causes = append(given.causes, fmt.Sprintf("The token has an authorised party (azp), %s, and IAM may "+
			"hold the client IDs against that instead of the audience: add it to them, too, if that party should be "+
			"trusted.",
			quoted(r.Claims.AuthorizedParty)))
	}
	return given
}

func noOIDCProvider(r refusal) advice {
	causes := []string{
		fmt.Sprintf("Account %s has no IAM OIDC provider for the token's issuer, %s. First make sure that this is "+
			"the issuer you expect, to the last letter: STS hasn't verified the token, and such a provider is trust "+
			"in whatever its issuer signs. "+
			"If it is, create one with exactly that URL (a slash at the end counts) and the audience as client ID.",
			r.account(), r.issuer()),
		fmt.Sprintf(
			"The role is in another account than was meant: check %s, from %s.",
			quoted(r.Request.ShownRoleARN()),
			r.roleOrigin(),
		),
		fmt.Sprintf("The token is another issuer's than was meant: check what %s gives.", r.tokenFrom()),
	}
	causes = r.withPropagation(causes, 0, "The IAM OIDC provider was created seconds ago")
	if r.Claims != nil && r.Claims.Issuer != "" && !strings.HasPrefix(r.Claims.Issuer, "https://") {
		causes = append([]string{"The token's issuer isn't an https URL, and IAM takes no other. Have the identity " +
			"provider be named by a public https URL."}, causes...)
	}
	return advice{
		summary: "The role's account doesn't know the token's issuer",
		ofToken: true,
		causes:  causes,
		actions: r.actions(),
	}
}

// actions are those that a trust policy must allow for the token.
func (r refusal) actions(needed ...string) []string {
	var claims webidentity.Claims
	if r.Claims != nil {
		claims = *r.Claims
	}
	return trustpolicy.ActionsFor(claims, needed...)
}

// gitHubSubject is what GitHub's subjects surprise people with.
func (r refusal) gitHubSubject() []string {
	if r.Claims == nil {
		return nil
	}
	if issuer, _ := trustpolicy.IssuerOf(r.Claims.Issuer); !issuer.IsGitHub() {
		return nil
	}
	numbers := "A trust policy with GitHub's numbers (repo:ORG@ID/REPO@ID:...) doesn't admit this token, whose " +
		"subject has none: repositories get them when they are created, renamed or transferred since 15 July 2026, " +
		"or opt in."
	if trustpolicy.HasGitHubIDs(r.Claims.Subject) {
		numbers = "The subject has GitHub's numbers (repo:ORG@ID/REPO@ID:...), as of all repositories created, " +
			"renamed or transferred since 15 July 2026 and of those that opted in: a trust policy in the old form, " +
			"repo:ORG/REPO:..., doesn't admit it."
	}
	causes := []string{
		"The job's environment changes the subject to repo:ORG/REPO:environment:NAME, and without one it ends in " +
			"ref:refs/heads/BRANCH: give the job the environment that the trust policy names, or correct the policy.",
		numbers,
	}
	if trustpolicy.IsUnreviewed(*r.Claims) {
		return append([]string{"The job runs for a pull request, which the trust policy probably keeps out on " +
			"purpose: that is code which nobody has reviewed. Use a role that can only read, or run the job after " +
			"the merge."}, causes...)
	}
	return causes
}

// conditionKey is IAM's key of a claim, as far as it can be told.
func (r refusal) conditionKey(claim string) string {
	if r.Claims != nil {
		if issuer, usable := trustpolicy.IssuerOf(r.Claims.Issuer); usable {
			return fmt.Sprintf("%q", issuer.Key(claim))
		}
	}
	return "the issuer's :" + claim
}

func (r refusal) subject() string {
	if r.Claims == nil || r.Claims.Subject == "" {
		return "the token's subject"
	}
	return quoted(r.Claims.Subject)
}

func (r refusal) issuer() string {
	if r.Claims == nil {
		return "(unknown)"
	}
	return quoted(r.Claims.Issuer)
}

// audience is the token's.
func (r refusal) audience() string {
	if r.Claims == nil {
		return audience(nil)
	}
	return audience(r.Claims.Audience)
}

// account is the role's.
func (r refusal) account() string {
	role, err := arn.Parse(r.Request.RoleARN)
	if err != nil || role.AccountID == "" {
		return "(unknown)"
	}
	return secret.Scrub(role.AccountID)
}
