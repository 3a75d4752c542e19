package explain

import (
	"fmt"
	"strings"
)

// hopDenied: the message doesn't say which side denies. STS returns the same error for a role that doesn't exist.
func hopDenied(r refusal) advice {
	return advice{
		summary: "STS denied the role chaining",
		causes: r.withPropagation([]string{
			"The role's trust policy might not allow the calling role. Compare it with the statement below. The " +
				"principal is a role's ARN with its path.",
			r.conditionCause(),
			fmt.Sprintf("The role might not exist. Or the calling role might lack the permission, or a session policy "+
				"might take it away. Check %s, and compare the policies with the first statement.", r.roleOrigin()),
		}, "A change of a policy"),
		facts: hopFacts, inCloudTrail: true, sides: callerSide | roleSide,
	}
}

func hopPermission(r refusal) advice {
	return advice{
		summary: "The calling role lacks the permission sts:AssumeRole",
		causes: r.withPropagation([]string{
			"No permissions policy of the calling role allows sts:AssumeRole on this role. Add the statement below.",
			fmt.Sprintf("The role's ARN might have a typo, or lack the role's path. Check %s.", r.roleOrigin()),
		}, "The permission"),
		facts: hopFacts, inCloudTrail: true, sides: callerSide,
	}
}

func hopTrust(r refusal) advice {
	return advice{
		summary: "The role's trust policy doesn't allow the calling role",
		causes: r.withPropagation([]string{
			"The trust policy might not name the calling role. Compare it with the statement below. The principal is " +
				"a role's ARN with its path, not a session's ARN.",
			r.conditionCause(),
			"The calling role might have been deleted and created again. A trust policy refers to a role's unique " +
				"ID. Save the trust policy again.",
		}, "The trust policy"),
		facts: hopFacts, inCloudTrail: true, sides: roleSide,
	}
}

// conditionCause is the cause that a condition of the trust policy doesn't hold.
func (r refusal) conditionCause() string {
	if r.hop().ExternalID == "" {
		return fmt.Sprintf(
			"The trust policy might require an external ID, and the request has none. Set %s to the value "+
				"that the account's owner gave you.",
			r.named(ExternalIDArgument),
		)
	}
	return fmt.Sprintf("The trust policy might require another external ID. Case matters. Check %s.",
		r.named(ExternalIDArgument))
}

func hopSessionPolicy(r refusal) advice {
	argument := AssumeRoleArgument
	switch {
	case r.Hop > 1:
	case r.Request.Policy != "":
		argument = PolicyArgument
	case len(r.Request.PolicyARNs) > 0:
		argument = PolicyARNsArgument
	}
	return advice{
		argument: argument,
		ofBlock:  true,
		summary:  "A session policy doesn't allow the role chaining",
		causes: []string{
			fmt.Sprintf(
				"The session policy of the call before doesn't allow %s. Add the statement below to %s, or set "+
					"session policies only for the last role.",
				r.action(),
				r.namedBefore(PolicyArgument),
			),
			fmt.Sprintf("The managed policies in %s restrict that session, too. Name one that allows %s.",
				r.namedBefore(PolicyARNsArgument), r.action()),
		},
		facts: hopFacts, inCloudTrail: true, sides: sessionSide,
	}
}

func hopBoundary(r refusal) advice {
	return advice{
		summary: "A permissions boundary doesn't allow the role chaining",
		causes: []string{
			fmt.Sprintf(
				"The permissions boundary of the calling role doesn't allow %s on this role. Ask the team that "+
					"maintains it. A permissions policy can't override it.",
				r.action(),
			),
		},
		facts: factsOfRoles, inCloudTrail: true,
	}
}

func hopExplicitDeny(r refusal) advice {
	where := map[side]string{
		callerSide:  "a permissions policy or the permissions boundary of the calling role",
		sessionSide: "a session policy of the calling session",
		roleSide:    "the trust policy of this role",
	}[r.sideOf()]
	if where == "" {
		where = "a policy of one of the two roles or of an organization"
	}
	return advice{
		summary: "An explicit deny blocks the role chaining",
		causes: []string{
			fmt.Sprintf(
				"A Deny statement in %s denies the call. A further Allow statement can't override it. Change the "+
					"Deny statement only if the calling role should assume this role.",
				where,
			),
		},
		facts: factsOfRoles, inCloudTrail: true,
	}
}

func hopOtherPolicy(r refusal) advice {
	advice := advice{
		summary: "A policy outside the roles denies the role chaining",
		causes: []string{
			"The policy that the message names denies the call. Ask the team that maintains it. The policies of the " +
				"two roles aren't the cause.",
		},
		facts: factsOfRoles, inCloudTrail: true,
	}
	if strings.Contains(r.service.Message, "VPC endpoint") {
		advice.causes = append(advice.causes,
			"The call might use a VPC endpoint that isn't meant for it. Check its private DNS and the route.")
	}
	return advice
}

// whose names the policy that the message says is missing an action.
func (r refusal) whose() string {
	switch r.sideOf() {
	case callerSide:
		return "no permissions policy of the calling role allows"
	case roleSide:
		return "the role's trust policy doesn't allow"
	case sessionSide: // has an answer of its own
	}
	return "one of the roles' policies doesn't allow"
}

func hopTagSessionDenied(r refusal) advice {
	cause := fmt.Sprintf("The hop sets session tags, and %s sts:TagSession for it. Add the statement below, or remove "+
		"%s.", r.whose(), r.named(TagsArgument))
	if len(r.hop().Tags) == 0 {
		cause = fmt.Sprintf(
			"The session inherits transitive session tags from the calls before, and %s sts:TagSession "+
				"for it. Add the statement below.",
			r.whose(),
		)
	}
	return advice{
		summary: "A policy doesn't allow the session tags",
		causes: []string{
			cause,
			"A condition might not match, such as aws:TagKeys, sts:TransitiveTagKeys, or aws:RequestTag. Compare it " +
				"with the keys below and with the values of the tags.",
		},
		facts: hopFacts, inCloudTrail: true, sides: r.sideOf(),
	}
}

func hopSourceIdentityDenied(r refusal) advice {
	cause := fmt.Sprintf(
		"The hop sets a source identity, and %s sts:SetSourceIdentity for it. Add the statement below, "+
			"or remove %s.",
		r.whose(),
		r.named(SourceIdentityArgument),
	)
	if r.hop().SourceIdentity == "" {
		cause = fmt.Sprintf(
			"The session inherits a source identity from the calls before, and %s sts:SetSourceIdentity "+
				"for it. Add the statement below.",
			r.whose(),
		)
	}
	return advice{
		summary: "A policy doesn't allow the source identity",
		causes: []string{
			cause,
			"A condition on sts:SourceIdentity might not match. Compare it with the value below.",
		},
		facts: hopFacts, inCloudTrail: true, sides: r.sideOf(),
	}
}

func hopDuration(r refusal) advice {
	return advice{
		argument: DurationArgument,
		summary:  "The session would be longer than role chaining allows",
		causes: []string{
			fmt.Sprintf("AWS limits a session by role chaining to one hour, whatever the role allows. Remove %s, or "+
				"lower it to 3600.", r.named(DurationArgument)),
			"If the run takes longer, use the ephemeral resource with refreshable = true.",
		},
		facts: []fact{factRole, factCaller},
	}
}

func hopCallerExpired(refusal) advice {
	return advice{
		summary: "The session that calls the role has expired",
		causes: []string{
			"This machine's clock might be wrong. Synchronize it.",
			"The session before might be too short. Set a longer duration for it, or remove its duration_seconds.",
		},
		facts: factsOfRoles,
	}
}

func hopCallerInvalid(refusal) advice {
	return advice{
		summary: "The server doesn't know the session that calls the role",
		causes: []string{
			"The role of that session might have been deleted and created again during the run. Run again.",
			"The server might have lost its sessions, for example in a restart. Run again.",
		},
		facts: factsOfRoles,
	}
}

func hopSignature(r refusal) advice {
	causes := []string{
		"This machine's clock might be wrong. A signature is valid for 15 minutes. Synchronize the clock.",
	}
	if r.Destination.EndpointOrigin.IsSet() {
		causes = append(causes, "The endpoint might be that of another Region than the one of the signature. Set the "+
			"provider's argument region to the endpoint's Region.")
	}
	causes = append(causes, "A proxy might change the request. Exclude the host from it (no_proxy).")
	return advice{summary: "The signature of the call isn't valid", causes: causes, facts: factsOfRoles}
}

func hopOtherSourceIdentity(r refusal) advice {
	return advice{
		argument: SourceIdentityArgument,
		summary:  "The source identity is already set",
		causes: []string{
			fmt.Sprintf(
				"A call before has set another source identity, which can't change. Remove %s, or set it to the "+
					"same value.",
				r.named(SourceIdentityArgument),
			),
		},
		facts: hopFacts,
	}
}

func hopInheritedTag(r refusal) advice {
	return advice{
		argument: TagsArgument,
		summary:  "A session tag is already set as transitive",
		causes: []string{
			fmt.Sprintf("A call before has set a tag with the same key as transitive, so it can't change. Remove the "+
				"key from %s.", r.named(TagsArgument)),
			"Case doesn't matter in the keys of tags.",
		},
		facts: hopFacts,
	}
}

// hopOfTemporary is MinIO's answer to every AssumeRole that temporary credentials sign.
func hopOfTemporary(r refusal) advice {
	return advice{
		summary: "The server denied AssumeRole with temporary credentials",
		causes: []string{
			"The server might be MinIO, which answers this if temporary credentials sign AssumeRole. The credentials " +
				"of an exchange are temporary, so MinIO has no role chaining. Remove assume_role. To restrict the " +
				"session, set policy in the block.",
			"Another server might deny the call by its policies. See its documentation and log.",
			r.missingHopElsewhere(),
		},
		facts: factsOfRoles,
	}
}

func hopDeniedElsewhere(r refusal) advice {
	return advice{
		summary: "The server denied the role chaining",
		causes: []string{
			"The server might not support role chaining. Some servers accept only permanent credentials for " +
				"AssumeRole. Remove assume_role if it doesn't.",
			"The server's policies might deny the call. Compare them with the values below, such as the external ID.",
			r.missingHopElsewhere(),
		},
		facts: hopFacts,
	}
}

// missingHopElsewhere is the cause that the server doesn't have the role.
func (r refusal) missingHopElsewhere() string {
	return fmt.Sprintf("The server might not have the role. ARNs have another form on other servers. Check %s.",
		r.roleOrigin())
}
