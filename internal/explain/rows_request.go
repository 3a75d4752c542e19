package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

func invalidRoleARN(r refusal) advice {
	return advice{
		argument: RoleARNArgument,
		summary:  "The role's ARN isn't valid",
		causes: []string{
			fmt.Sprintf("%s, from %s, has a slip in the role's name or path: a character that IAM doesn't take "+
				"(letters, digits and + = , . @ _ - alone), or white space at its end. Copy the ARN from the role's "+
				"page in IAM.",
				quoted(r.Request.ShownRoleARN()), r.roleOrigin()),
			"The path isn't the role's: it stands between role/ and the name, arn:aws:iam::ACCOUNT:role/PATH/NAME, " +
				"and belongs to the ARN.",
			"It is of another partition than the endpoint: arn:aws-cn in China, arn:aws-us-gov in GovCloud.",
		},
	}
}

func durationTooLong(r refusal) advice {
	duration := fmt.Sprintf("%d seconds", r.Request.DurationSeconds)
	if r.Request.DurationSeconds == 0 {
		duration = "the default, 3600 seconds"
	}
	return advice{
		argument: DurationArgument,
		summary:  "The session would be longer than the role allows",
		causes: []string{
			fmt.Sprintf("duration_seconds asks for %s, and the role's maximum session duration is shorter. Lower "+
				"duration_seconds: every role allows 3600.", duration),
			"The role's maximum is too low for the job: raise it in IAM (MaxSessionDuration, 1 to 12 hours).",
		},
	}
}

// field is the one that a ValidationError names: at 'policyArns.1.member.arn'.
var field = regexp.MustCompile(`at '([A-Za-z]{1,40})(?:\.[^']*)?' failed to satisfy`)

// argumentOf is the block's argument for a field of the API.
func (r refusal) argumentOf(field string) string {
	switch strings.ToLower(field) {
	case "rolearn":
		return RoleARNArgument
	case "rolesessionname":
		return RoleSessionNameArgument
	case "webidentitytoken":
		return r.tokenArgument()
	case "providerid":
		return ProviderIDArgument
	case "policyarns":
		return PolicyARNsArgument
	case "policy":
		return PolicyArgument
	case "durationseconds":
		return DurationArgument
	case "minimumsessiontokensize":
		return MinimumTokenSizeArgument
	}
	return ""
}

// rules are what the API demands of each argument.
var rules = map[string]string{
	RoleARNArgument:         "It must be the ARN of an IAM role, 20 to 2048 characters long",
	RoleSessionNameArgument: "It must be 2 to 64 letters, digits and characters of _ + = , . @ -",
	ProviderIDArgument: "It must be 4 to 2048 characters: www.amazon.com or graph.facebook.com, and " +
		"nothing for an ID token",
	PolicyARNsArgument: "There may be at most 10, each the ARN of a managed policy of AWS or of the " +
		"role's account",
	PolicyArgument:           "It must be JSON of 1 to 2048 characters, none beyond U+00FF",
	DurationArgument:         "It must be 900 to 43200 seconds, and no more than the role allows",
	MinimumTokenSizeArgument: "It must be 0 to 4096 bytes",
}

func invalidField(r refusal) advice {
	match := field.FindStringSubmatch(r.service.Message)
	if match == nil &&
		slices.ContainsFunc(
			r.Request.PolicyARNs,
			func(policy string) bool { return strings.Contains(r.service.Message, policy) },
		) {
		match = []string{"", "policyArns"}
	}
	if match == nil {
		return advice{summary: "A value isn't valid", causes: []string{
			"The message above names the value and the rule that it breaks: correct the argument of that name, in " +
				"snake case here (roleSessionName is role_session_name).",
			fmt.Sprintf("The value comes from a variable or an expression that yields something else than was meant: "+
				"see what was asked for, below, and what %s gives.", r.tokenFrom()),
		}}
	}
	argument := r.argumentOf(match[1])
	if argument == "" {
		return advice{summary: "The value of " + match[1] + " isn't valid", causes: []string{
			fmt.Sprintf("%s breaks the constraint that the message above names: correct it where it is set. The "+
				"token comes from %s.", match[1], r.tokenFrom()),
		}}
	}
	rule, known := rules[argument]
	switch {
	case !r.Destination.AWS:
		rule = "Other servers have constraints of their own: see this server's documentation"
	case !known:
		rule = "It must be a whole token, 4 to 20000 characters long"
	}
	return advice{argument: argument, summary: "The value of " + argument + " isn't valid", causes: []string{
		fmt.Sprintf("%s breaks the constraint that the message above names. %s; correct it.", argument, rule),
		"It comes from a variable or an expression that yields something else than was meant: an empty string, a " +
			"list's text, white space. Look at its value.",
	}}
}

func malformedPolicy(r refusal) advice {
	given := advice{
		argument: PolicyArgument,
		summary:  "The session policy isn't valid",
		causes: []string{
			"policy is JSON, but not a policy that this server takes: an element is misspelled or missing, or names " +
				"an action or a resource that the server doesn't know. Correct it by the server's documentation.",
		},
	}
	if !r.Destination.AWS {
		return given
	}
	given = advice{
		argument: PolicyArgument,
		summary:  "The session policy isn't valid",
		causes: []string{
			"policy isn't a valid IAM policy, though it is JSON: an element is misspelled or missing (Version, " +
				"Statement, Effect, Action, Resource), or has a Principal, which a session policy can't. IAM's " +
				"policy validation names the place.",
			"An action, an ARN or a condition's operator in it doesn't exist: check their spelling. " +
				"aws_iam_policy_document and jsonencode avoid slips of form.",
		},
	}
	if r.Request.Policy == "" && len(r.Request.PolicyARNs) > 0 {
		given.argument = PolicyARNsArgument
		given.causes = []string{"policy_arns names a managed policy that doesn't exist or can't be used as a session " +
			"policy: it must be one of AWS or of the role's account. Check each ARN."}
	}
	return given
}

func packedPolicyTooLarge(r refusal) advice {
	given := advice{
		summary: "Session policies and session tags are too large together",
		causes: []string{
			"The token carries many or long session tags (claims below https://aws.amazon.com/tags), which count " +
				"too: have the identity provider leave out those that no policy uses.",
			"The session policies are too long: write Action and Resource with wildcards where that is safe, or put " +
				"the permissions into one managed policy and name it in policy_arns.",
		},
	}
	switch {
	case r.Request.Policy != "":
		given.argument = PolicyArgument
	case len(r.Request.PolicyARNs) > 0:
		given.argument = PolicyARNsArgument
	}
	if strings.Contains(strings.ToLower(r.service.Message), "session tags") {
		given.argument = "" // the token's, on which no argument has a say
	}
	if given.argument != "" {
		given.causes[0], given.causes[1] = given.causes[1], given.causes[0]
	}
	return given
}

func regionDisabled(r refusal) advice {
	return advice{
		summary: "STS isn't active in this Region for the role's account",
		causes: []string{
			fmt.Sprintf("STS is deactivated at %s for account %s. Set the provider's argument region to another "+
				"Region: the credentials hold in all that the account has enabled.", DestinationText(r.Destination),
				r.account()),
			"The Region is an opt-in one that the account hasn't enabled: enable it, or use another.",
			"It should be active: an administrator of the account activates it in IAM, under Account settings, " +
				"Security Token Service.",
		},
	}
}

func throttled(r refusal) advice {
	return advice{
		summary: "Too many calls at once",
		causes: []string{
			fmt.Sprintf("The server at %s got more calls than it takes at a time, and went on saying so until the "+
				"retries ended: run again later, or set timeout higher.", DestinationText(r.Destination)),
			manyCalls,
		},
	}
}
