package explain

import (
	"fmt"
	"strings"
)

// rolesOfMinIO says where MinIO shows the value for role_arn.
const rolesOfMinIO = "Set role_arn to an ARN that MinIO lists in its log when it starts."

// aboutRole is advice on an answer about the role or its policies. The token isn't at fault there, whatever its claims
// show.
func aboutRole(summary string, causes ...string) advice {
	return advice{
		argument: RoleARNArgument, summary: summary, causes: causes,
		facts: []fact{factRole, factIssuer, factAudience},
	}
}

// otherServer is the cause that the role is fine, but not on this server.
func (r refusal) otherServer() string {
	return fmt.Sprintf("The call might have gone to the wrong server. It went to %s.", DestinationText(r.Destination))
}

func undefinedRole(r refusal) advice {
	return aboutRole(
		"The server doesn't know the role's ARN",
		fmt.Sprintf(
			"role_arn is %s, and MinIO has no role with that ARN. %s",
			quoted(r.ShownRoleARN()),
			rolesOfMinIO,
		),
		"MinIO might have no role for this identity provider yet. Configure an OpenID provider with a role policy "+
			"(role_policy).",
		"The ARN might have changed. MinIO derives it from the client ID and the server's Region.",
		r.otherServer(),
	)
}

func foreignRole(r refusal) advice {
	return aboutRole("The role's ARN isn't valid on this server",
		fmt.Sprintf("role_arn is %s, which isn't an ARN of MinIO. An ARN of MinIO has the form "+
			"arn:minio:iam:REGION::role/ID, and REGION can be empty. %s", quoted(r.ShownRoleARN()),
			rolesOfMinIO),
		r.otherServer(),
	)
}

func roleNotFound(r refusal) advice {
	return aboutRole("The server has no role with this name",
		fmt.Sprintf("role_arn is %s, and SeaweedFS has no role with that name. The name is the text after role/. "+
			"Correct role_arn.", quoted(r.ShownRoleARN())),
		"SeaweedFS might not be able to read the ARN. Use the form arn:aws:iam::ACCOUNT:role/NAME or "+
			"arn:aws:iam::role/NAME.",
		"The role might not exist yet. Create it on the server.",
		r.otherServer(),
	)
}

func missingRole(r refusal) advice {
	const summary, fix = "The server needs a role", "Set role_arn to the ARN of a role on this server."
	if strings.Contains(r.service.Message, "claim-based") {
		return aboutRole(summary,
			"role_arn is empty, and SeaweedFS found no policies in the token. "+fix,
			"If the policies should come from a claim of the token, set policyClaim on the server. Configure the "+
				"token's issuer to add the claim with that name.",
		)
	}
	return aboutRole(
		summary,
		"role_arn is empty, and MinIO has no OpenID provider that takes the policies from a claim of the token. "+
			fix+" MinIO lists these ARNs in its log when it starts.",
		"If the policies should come from a claim, configure an OpenID provider with claim_name and without "+
			"role_policy.",
	)
}

func roleInOtherAccount(r refusal) advice {
	return aboutRole("The role and the identity provider are in different accounts",
		fmt.Sprintf("role_arn is %s. The message names the account that has the token's issuer. Set role_arn to a "+
			"role in that account.", quoted(r.ShownRoleARN())),
		"If the role is the right one, register the issuer in the role's account, or without an account.",
	)
}

// missingPolicyClaim: MinIO looks for the claim only if it knows no role with the ARN.
func missingPolicyClaim(r refusal) advice {
	const summary = "The server found no policies for the session"
	if r.RoleARN() == "" {
		return aboutRole(summary,
			"role_arn is empty, so MinIO takes the policies from a claim of the token. The token doesn't have that "+
				"claim. Configure the token's issuer to add the claim that the message names.",
			"The policies might come from a role instead. "+rolesOfMinIO,
		)
	}
	return aboutRole(summary,
		fmt.Sprintf("role_arn is %s, and MinIO has no role with that ARN. It looked for the policies in a claim of "+
			"the token instead. %s", quoted(r.ShownRoleARN()), rolesOfMinIO),
		"If the policies should come from the claim, configure the token's issuer to add the claim that the message "+
			"names. Set role_arn to an empty string.",
	)
}

func emptyPolicyClaim(refusal) advice {
	return aboutRole("The token doesn't name the session's policies",
		"role_arn asks SeaweedFS to take the policies from a claim of the token. Set role_arn to the ARN of a role "+
			"on this server instead.",
		"If the policies should come from the claim, set policyClaim on the server. Configure the token's issuer to "+
			"add the claim with that name.",
	)
}

func undefinedPolicies(r refusal) advice {
	names := "role_arn is empty, so the names come from a claim of the token. Configure the token's issuer to name " +
		"MinIO's policies there."
	if r.RoleARN() != "" {
		names = fmt.Sprintf("role_arn is %s. If MinIO has a role with that ARN, the names come from its role policy "+
			"(role_policy). Otherwise, they come from a claim of the token. %s",
			quoted(r.ShownRoleARN()), rolesOfMinIO)
	}
	return aboutRole("The server doesn't have the session's policies",
		"MinIO has none of the policies that the message lists. Create them on the server, or correct their names.",
		names,
	)
}

// otherClientID: MinIO chooses the OpenID provider by the role. It ignores an ARN that it doesn't know if a provider
// takes the policies from a claim, and then compares the token with that provider.
func otherClientID(r refusal) advice {
	const summary = "The server rejected the token's client ID"
	const audience = "The token might be for another client ID. Compare its audience with the provider's."
	if r.RoleARN() == "" {
		return aboutRole(summary,
			"The role might be the cause. role_arn is empty, so MinIO chose the OpenID provider that takes policies "+
				"from a claim. For a provider with a role policy, set role_arn to its role.",
			"If the policies should come from the claim, check claim_name and the client ID of that provider.",
			audience,
		)
	}
	return aboutRole(summary,
		"The role might be the cause. If MinIO has no role with this ARN, it chooses the OpenID provider that takes "+
			"policies from a claim. "+rolesOfMinIO,
		"The role might belong to another OpenID provider. Choose the role of the token's provider.",
		audience,
	)
}

func policyDenied(refusal) advice {
	return aboutRole("A policy on the server denies the exchange",
		"A policy of the role, or a policy that the token's claim names, denies sts:AssumeRoleWithWebIdentity. It "+
			"might have a condition on sts:DurationSeconds. Set duration_seconds to a value that the policy allows.",
		"The policy might deny the exchange without a condition. Set role_arn to another role, or change the policy "+
			"on the server.",
	)
}

func trustPolicyDenied(r refusal) advice {
	return aboutRole("The role's trust policy denies the exchange",
		"A condition of the trust policy might not match. SeaweedFS's condition keys are oidc:sub, oidc:aud, and so "+
			"on. Compare them with the claims. Change the policy only if this workload should have the role.",
		fmt.Sprintf("The trust policy might name another Federated principal. It must be the issuer, %s, or the "+
			"server's name for its identity provider.", r.issuer()),
		"role_arn might name the wrong role. Check it.",
	)
}

func missingTrustPolicy(r refusal) advice {
	return aboutRole("The role has no trust policy",
		fmt.Sprintf("No token can assume %s. Add a trust policy that allows sts:AssumeRoleWithWebIdentity. Allow "+
			"only the subjects that should have the role.", quoted(r.ShownRoleARN())),
		"role_arn might name the wrong role. Set role_arn to a role with a trust policy.",
	)
}
