package explain

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// assumeDenied: STS returns the same error for a role that doesn't exist and for one that doesn't allow the token.
func assumeDenied(r refusal) advice {
	var causes []string
	slip := r.slip()
	if slip != "" {
		causes = append(causes, slip)
	}
	unsafe, subjectCauses := r.subjectCauses()
	comparison := r.comparison()
	if len(unsafe) > 0 {
		comparison = strings.Replace(
			comparison,
			trustPolicyMust,
			"If this token should have the role anyway, its trust "+
				"policy must allow these values.",
			1,
		)
	}
	causes = slices.Concat(causes, unsafe, []string{comparison})
	for _, found := range r.findings() {
		isTaken := r.isInLeeway() && slices.Contains(r.expiry(), found) // STS still accepts such a token
		if found != slip && !isTaken {
			causes = append(causes, found)
		}
	}
	if cause := r.throughEndpoint(); cause != "" {
		causes = append(causes, cause)
	}
	causes = append(causes, subjectCauses...)
	causes = append(causes, r.missingRole(),
		"A resource control policy of the organization, or the policy of a VPC endpoint, might deny the call. "+
			"CloudTrail names it.")
	return advice{
		summary: "STS denied the exchange",
		causes:  causes,
		facts:   []fact{factRole, factSource, factEndpoint, factAttempts, factExpires},
		actions: r.actions(),
		command: r.showPolicy(),

		inCloudTrail: true,
	}
}

// missingRole is the cause that the role doesn't exist, or not yet.
func (r refusal) missingRole() string {
	if waited := r.Request.PropagationTimeout; waited > 0 {
		return fmt.Sprintf(
			"The role might not exist. STS returns the same error for a missing role. Check %s. The provider already "+
				"retried, with an iam_propagation_timeout of %s.",
			r.roleOrigin(),
			inShort(waited),
		)
	}
	return fmt.Sprintf(
		"The role might not exist, or a change might not have propagated yet. STS returns the same error. Check %s. "+
			"For a new role, set iam_propagation_timeout.",
		r.roleOrigin(),
	)
}

// withPropagation adds the cause that a change of IAM hasn't propagated yet, unless the provider has waited for it.
func (r refusal) withPropagation(causes []string, change string) []string {
	if waited := r.Request.PropagationTimeout; waited > 0 {
		return causes
	}
	return append(
		causes,
		change+" might not have propagated yet. Run again in a minute, or set iam_propagation_timeout.",
	)
}

// trustPolicyMust is the beginning of a comparison.
const trustPolicyMust = "The role's trust policy must allow these values."

// comparison is what the trust policy must have, as lines to compare with.
func (r refusal) comparison() string {
	if r.Request.ProviderID != "" {
		return r.accessTokenComparison()
	}
	if r.Claims == nil {
		return "The role's trust policy might not allow this token. The token isn't a JWT, so its claims can't be " +
			"shown."
	}
	principal := "the IAM OIDC provider of this issuer, in the role's account"
	issuer, usable := trustpolicy.IssuerOf(r.Claims.Issuer)
	if _, err := arn.Parse(r.RoleARN()); err == nil && usable {
		principal = issuer.Principal(r.role())
	}
	lines := []string{
		trustPolicyMust + " Case matters. A wildcard needs StringLike.",
		"     Federated  " + principal,
	}
	lines = append(lines, r.audienceLines(issuer)...)
	return strings.Join(append(lines, r.subjectLines(issuer)...), "\n")
}

// audienceLines have azp first, which IAM compares at Google and might compare elsewhere.
func (r refusal) audienceLines(issuer trustpolicy.Issuer) []string {
	party := quoted(r.Claims.AuthorizedParty)
	switch {
	case issuer == trustpolicy.Google && r.Claims.AuthorizedParty != "":
		return []string{
			"     :aud       " + party + " (the token's azp)",
			"     :oaud      " + audience(r.Claims.Audience),
		}
	case trustpolicy.HasOtherParty(*r.Claims):
		return []string{
			"     :aud       " + party + " (azp, which IAM might compare)",
			"                or " + audience(r.Claims.Audience),
		}
	}
	return []string{"     :aud       " + audience(r.Claims.Audience)}
}

// subjectLines have the subject, and its pattern if the subject changes with every run. A pattern that would allow
// every branch isn't shown.
func (r refusal) subjectLines(issuer trustpolicy.Issuer) []string {
	lines := []string{"     :sub       " + quoted(r.Claims.Subject)}
	if subject := trustpolicy.SubjectOf(issuer, *r.Claims); subject.Pattern != "" && !subject.IsWide {
		lines = append(lines, "     as         "+quoted(subject.Pattern)+" (StringLike)")
	}
	return lines
}

// roleName is what IAM allows in the name of a role.
var roleName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

// showPolicy is the command that shows the role's trust policy. It is empty if the role's ARN can't be in a command.
func (r refusal) showPolicy() string {
	role, err := arn.Parse(r.RoleARN())
	if err != nil || !roleName.MatchString(path.Base(role.Resource)) || r.ShownRoleARN() != r.RoleARN() {
		return ""
	}
	return "Show the role's trust policy:\n  aws iam get-role --role-name " + path.Base(role.Resource) +
		" --query Role.AssumeRolePolicyDocument"
}

// accessTokenComparison is comparison for an OAuth 2.0 access token.
func (r refusal) accessTokenComparison() string {
	provider := trustpolicy.Issuer(r.Request.ProviderID)
	application, user := provider.AccessTokenKeys()
	lines := []string{
		"The role's trust policy must allow these values.",
		"     Federated  " + quoted(string(provider)),
		fmt.Sprintf("     %q: the ID of the application that the token was issued to", application),
		fmt.Sprintf("     %q: the user's ID", user),
	}
	return strings.Join(lines, "\n")
}

func explicitDeny(refusal) advice {
	return advice{
		summary: "An explicit deny blocks the exchange",
		causes: []string{
			"A statement with the effect Deny in the role's trust policy denies this token. A further Allow " +
				"statement " +
				"can't override it. Change the Deny statement only if this workload should have the role.",
		},
		facts: factsOfTrust, inCloudTrail: true,
	}
}

func otherPolicyDenied(refusal) advice {
	return advice{
		summary: "A policy outside the role denies the exchange",
		causes: []string{
			"The policy that the message names denies the call. Ask the team that maintains it. The role's trust " +
				"policy isn't the cause.",
			"The call might use a VPC endpoint that isn't meant for it. Check the endpoint's private DNS and the " +
				"route.",
		},
		facts: factsOfTrust, inCloudTrail: true,
	}
}

func tagSessionDenied(r refusal) advice {
	return advice{
		summary: "The trust policy doesn't allow the token's session tags",
		causes: []string{
			"The token has session tags, and the role's trust policy doesn't allow sts:TagSession for it. Add the " +
				"action to a statement that allows this token.",
			"A condition on the tags might not match, such as aws:RequestTag or aws:TagKeys. Compare it with the " +
				"token's claims whose names start with https://aws.amazon.com/tags.",
			"If you don't need the tags, configure the identity provider to omit them.",
		},
		facts: factsOfTrust, actions: r.actions(trustpolicy.TagSession), inCloudTrail: true,
	}
}

func sourceIdentityDenied(r refusal) advice {
	return advice{
		summary: "The trust policy doesn't allow the token's source identity",
		causes: []string{
			"The token sets a source identity, and the role's trust policy doesn't allow sts:SetSourceIdentity for " +
				"it. Add the action to a statement that allows this token.",
			"A condition on sts:SourceIdentity might not match. Compare it with the token's claim " +
				"https://aws.amazon.com/source_identity.",
			"If you don't need the source identity, configure the identity provider to omit it.",
		},
		facts: factsOfTrust, actions: r.actions(trustpolicy.SetSourceIdentity), inCloudTrail: true,
	}
}

func wrongAudience(r refusal) advice {
	advice := advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token is for another audience",
		ofToken:  true,
		facts:    []fact{factRole, factSource, factIssuer, factAudience, factParty},
	}
	hasParty := r.Claims != nil && r.Claims.AuthorizedParty != ""
	if hasParty {
		advice.causes = append(
			advice.causes,
			fmt.Sprintf("The token has an authorized party (azp), %s. IAM might compare it instead of the audience. "+
				"If you trust that party, add it to the client IDs of the IAM OIDC provider.",
				quoted(r.Claims.AuthorizedParty)),
		)
	}
	switch {
	case r.Claims != nil && slices.ContainsFunc(r.Claims.Audience, isGitHubDefault):
		advice.causes = append(
			advice.causes,
			fmt.Sprintf("The token has GitHub's default audience. Request a token for %q, with "+
				"web_identity_token_request = { github_actions = {} }.", awsAudience),
		)
	case r.Claims == nil || !slices.Contains(r.Claims.Audience, awsAudience):
		advice.causes = append(advice.causes, r.otherAudience()...)
	}
	if r.Claims == nil || !slices.ContainsFunc(r.Claims.Audience, isForeignAudience) {
		advice.causes = append(
			advice.causes,
			fmt.Sprintf("The IAM OIDC provider in account %s might lack this audience. If the audience is the one "+
				"that you want, add it to the client IDs.", r.account()),
		)
	}
	advice.causes = r.withPropagation(advice.causes, "A new client ID")
	return advice
}

// otherAudience is the cause that the token is for the wrong audience. There is none if the issuer's audience is fixed.
func (r refusal) otherAudience() []string {
	audiences := []string{}
	if r.Claims != nil {
		audiences = r.Claims.Audience
	}
	const project = "Project a service account token with the audience \"sts.amazonaws.com\"."
	switch known, ok := r.audienceOf(); {
	case slices.Contains(audiences, podIdentityAudience):
		return []string{"The token is that of EKS Pod Identity, which STS doesn't accept. " + project}
	case slices.ContainsFunc(audiences, isClusterAudience):
		return []string{"The token is for the cluster's own API server. " + project}
	case ok && known.isFixed:
		return nil
	case ok:
		return []string{fmt.Sprintf("Request a token for an audience that the IAM OIDC provider has among its client "+
			"IDs. For this issuer, it is usually %s%s.", known.usual, r.whereAudience())}
	}
	return []string{fmt.Sprintf("Request a token for an audience that the IAM OIDC provider has among its client IDs. "+
		"It is usually %q%s.", awsAudience, r.whereAudience())}
}

// podIdentityAudience is the audience of the tokens of EKS Pod Identity.
const podIdentityAudience = "pods.eks.amazonaws.com"

// isForeignAudience reports whether an audience is that of another service, so that it must not be a client ID.
func isForeignAudience(audience string) bool {
	return audience == podIdentityAudience || isClusterAudience(audience) ||
		strings.HasPrefix(audience, "https://management.")
}

// isClusterAudience reports whether an audience is that of the default tokens of Kubernetes.
func isClusterAudience(audience string) bool {
	return strings.HasPrefix(audience, "https://kubernetes.default.svc")
}

// isGitHubDefault reports whether an audience is the one of a GitHub token for which the job requested none.
func isGitHubDefault(audience string) bool { return strings.HasPrefix(audience, "https://github.com/") }

func noOIDCProvider(r refusal) advice {
	advice := advice{
		summary: "The role's account has no provider for the token's issuer",
		ofToken: true,
		facts:   factsOfTrust,
		actions: r.actions(),
	}
	if r.Claims != nil && r.Claims.Issuer != "" && trustpolicy.IsPrivate(r.Claims.Issuer) {
		advice.causes = append(advice.causes, problemSentences[trustpolicy.PrivateIssuer])
	} else {
		advice.causes = append(advice.causes, r.createProvider())
	}
	advice.causes = append(advice.causes,
		fmt.Sprintf("The role might be in the wrong account. Check %s.", r.roleOrigin()),
		fmt.Sprintf("The token might come from the wrong issuer. Check %s.", r.tokenFrom()))
	advice.causes = r.withPropagation(advice.causes, "A new IAM OIDC provider")
	return advice
}

// createProvider is the command that creates the IAM OIDC provider. The audience is the token's.
func (r refusal) createProvider() string {
	text := fmt.Sprintf(
		"Account %s has no IAM OIDC provider for exactly this issuer. If you trust the issuer, create the provider "+
			"in that account:",
		r.account(),
	)
	if r.Claims == nil || !isShellSafe(r.Claims.Issuer) || len(r.Claims.Audience) == 0 ||
		!isShellSafe(r.Claims.Audience[0]) {
		return text + " use the issuer as the URL, and the token's audience as the client ID."
	}
	if strings.HasSuffix(r.Claims.Issuer, "/") {
		text = strings.TrimSuffix(text, ":") + ". The slash at the end is a part of its URL:"
	}
	return text + "\n     aws iam create-open-id-connect-provider \\\n       --url " + r.Claims.Issuer +
		" \\\n       --client-id-list " + r.Claims.Audience[0]
}

var shellSafe = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.:/_@-]{0,254}$`)

// isShellSafe reports whether a claim can be in a command as it is.
func isShellSafe(value string) bool {
	return shellSafe.MatchString(value) && secret.Scrub(value) == value
}

// actions are those that a trust policy must allow for the token.
func (r refusal) actions(needed ...string) []string {
	var claims webidentity.Claims
	if r.Claims != nil {
		claims = *r.Claims
	}
	return trustpolicy.ActionsFor(claims, needed...)
}

func (r refusal) issuer() string {
	if r.Claims == nil {
		return "(unknown)"
	}
	return quoted(r.Claims.Issuer)
}

// account is the role's.
func (r refusal) account() string {
	role, err := arn.Parse(r.RoleARN())
	if err != nil || role.AccountID == "" {
		return "(unknown)"
	}
	return secret.Scrub(role.AccountID)
}
