package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

func invalidRoleARN(r refusal) advice {
	return advice{
		argument: RoleARNArgument,
		summary:  "STS doesn't accept the role's ARN",
		causes: []string{
			fmt.Sprintf("The role's name or path might have a typo, or a character that IAM doesn't allow. Copy the "+
				"ARN from the role's page in IAM to %s.", r.roleOrigin()),
			"The path might be missing. It is between role/ and the name, as in arn:aws:iam::ACCOUNT:role/PATH/NAME.",
			"The ARN might be of another partition than the endpoint. It is arn:aws-cn in China and arn:aws-us-gov " +
				"in GovCloud.",
		},
		facts: []fact{factRole, factEndpoint},
	}
}

func durationTooLong(r refusal) advice {
	asked := r.Request.DurationSeconds
	if r.Hop > 0 {
		asked = r.hop().DurationSeconds
	}
	duration := fmt.Sprintf("%d seconds", asked)
	if asked == 0 {
		duration = "the default, 3600 seconds"
	}
	return advice{
		argument: DurationArgument,
		summary:  "The session would be longer than the role allows",
		causes: []string{
			fmt.Sprintf("%s is %s, and the role's maximum session duration is shorter. Lower it. Every role allows "+
				"3600.", r.named(DurationArgument), duration),
			"If the job needs more time, raise the role's maximum in IAM (MaxSessionDuration, 1 to 12 hours).",
		},
		facts: []fact{factRole},
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
	case "externalid":
		return ExternalIDArgument
	case "tags":
		return TagsArgument
	case "transitivetagkeys":
		return TransitiveTagKeysArgument
	case "sourceidentity":
		return SourceIdentityArgument
	}
	return ""
}

// rules are what the API requires of each argument.
var rules = map[string]string{
	RoleARNArgument:          "It must be the ARN of an IAM role, 20 to 2048 characters long",
	RoleSessionNameArgument:  "It must have 2 to 64 letters, digits, and characters of _ + = , . @ -",
	ProviderIDArgument:       "It must be www.amazon.com or graph.facebook.com, and it must not be set for an ID token",
	PolicyARNsArgument:       "It can have at most 10 ARNs of managed policies of AWS or of the role's account",
	PolicyArgument:           "It must be JSON with 1 to 2048 characters, up to U+00FF",
	DurationArgument:         "It must be 900 to 43200 seconds, and no more than the role allows",
	MinimumTokenSizeArgument: "It must be 0 to 4096 bytes",

	ExternalIDArgument:        "It must have 2 to 1224 letters, digits, and characters of _ + = , . @ : / -",
	TagsArgument:              "It can have at most 50 tags, with keys of up to 128 and values of up to 256 characters",
	TransitiveTagKeysArgument: "It can have only keys of tags",
	SourceIdentityArgument:    "It must have 2 to 64 letters, digits, and characters of _ + = , . @ -",
}

// sessionPolicies are those of the call.
func (r refusal) sessionPolicies() (policy string, arns []string) {
	if r.Hop > 0 {
		return r.hop().Policy, r.hop().PolicyARNs
	}
	return r.Request.Policy, r.Request.PolicyARNs
}

func invalidField(r refusal) advice {
	match := field.FindStringSubmatch(r.service.Message)
	_, policyARNs := r.sessionPolicies()
	if match == nil &&
		slices.ContainsFunc(
			policyARNs,
			func(policy string) bool { return strings.Contains(r.service.Message, policy) },
		) {
		match = []string{"", "policyArns"}
	}
	if match == nil {
		return advice{summary: "A value isn't valid", causes: []string{
			"The message names the value and the rule. Correct the argument of that name, which is in snake case " +
				"here (roleSessionName is role_session_name).",
			"A variable or an expression might have another result than you expect. Check its value.",
		}, facts: factsOfRequest}
	}
	argument := r.argumentOf(match[1])
	if argument == "" {
		return advice{summary: "The value of " + match[1] + " isn't valid", causes: []string{
			fmt.Sprintf("%s violates the constraint in the message. Correct it where it is set.", match[1]),
		}, facts: factsOfRequest}
	}
	rule, ok := rules[argument]
	if r.Hop > 0 && argument == DurationArgument {
		rule = "It must be 900 to 3600 seconds"
	}
	switch {
	case !r.Destination.AWS:
		rule = "Other servers have their own constraints. See this server's documentation"
	case !ok:
		rule = "It must be a whole token with 4 to 20000 characters"
	}
	named := r.named(argument)
	return advice{argument: argument, summary: "The value of " + named + " isn't valid", causes: []string{
		fmt.Sprintf("%s violates the constraint in the message. %s. Correct it.", named, rule),
		"A variable or an expression might have another result than you expect. Check its value.",
	}, facts: factsOfRequest}
}

func malformedPolicy(r refusal) advice {
	advice := advice{
		argument: PolicyArgument,
		summary:  "The session policy isn't valid",
		facts:    []fact{factRole, factEndpoint},
	}
	policy, policyARNs := r.sessionPolicies()
	switch {
	case policy == "" && len(policyARNs) > 0:
		advice.argument = PolicyARNsArgument
		advice.causes = []string{
			r.named(PolicyARNsArgument) + " might name a managed policy that doesn't exist. Each policy must be " +
				"one of AWS or of the role's account. Check each ARN.",
		}
	case !r.Destination.AWS:
		advice.causes = []string{
			"An element of " + r.named(
				PolicyArgument,
			) + " might have a typo, might be missing, or might be unknown to " +
				"this server. See the server's documentation.",
		}
	default:
		advice.causes = []string{
			"An element of " + r.named(
				PolicyArgument,
			) + " might have a typo or be missing (Version, Statement, Effect, Action, Resource). A " +
				"session policy can't have a Principal. Check it with IAM's policy validation.",
			"An action, an ARN, or an operator of a condition might not exist. Write the policy with " +
				"aws_iam_policy_document or jsonencode.",
		}
	}
	return advice
}

func packedPolicyTooLarge(r refusal) advice {
	advice := advice{
		summary: "Session policies and session tags are too large together",
		facts:   []fact{factRole, factSource, factIssuer},
	}
	tags := "The token has many or long session tags (claims whose names start with https://aws.amazon.com/tags). " +
		"Configure the " +
		"identity provider to omit the tags that no policy uses."
	policies := "The session policies are too long. Shorten policy, or name fewer policies in policy_arns."
	policy, policyARNs := r.sessionPolicies()
	if r.Hop > 0 {
		return r.packedHopTooLarge(policy, policyARNs)
	}
	hasTags := r.Claims == nil || slices.Contains(trustpolicy.ActionsFor(*r.Claims), trustpolicy.TagSession)
	switch {
	case policy != "":
		advice.argument = PolicyArgument
	case len(policyARNs) > 0:
		advice.argument = PolicyARNsArgument
	}
	if strings.Contains(strings.ToLower(r.service.Message), "session tags") {
		advice.argument = "" // no argument sets the token's tags
	}
	switch {
	case advice.argument == "":
		advice.causes = []string{tags, policies}
	case hasTags:
		advice.causes = []string{policies, tags}
	default:
		advice.causes = []string{policies}
	}
	return advice
}

// packedHopTooLarge is packedPolicyTooLarge for a hop, whose tags are arguments.
func (r refusal) packedHopTooLarge(policy string, policyARNs []string) advice {
	advice := advice{
		argument: TagsArgument,
		summary:  "Session policies and session tags are too large together",
		facts:    hopFacts,
	}
	if policy != "" || len(policyARNs) > 0 {
		advice.causes = append(
			advice.causes,
			fmt.Sprintf("The session policies are too long. Shorten %s, or name fewer "+
				"policies in %s.", r.named(PolicyArgument), r.named(PolicyARNsArgument)),
		)
	}
	if len(r.tagKeys()) > 0 {
		advice.causes = append(advice.causes, fmt.Sprintf("The session has many or long session tags. Remove from %s "+
			"what no policy uses. Inherited tags count, too.", r.named(TagsArgument)))
	}
	return advice
}

func regionDisabled(r refusal) advice {
	return advice{
		summary: "STS isn't active in this Region for the role's account",
		causes: []string{
			fmt.Sprintf("STS isn't active in this Region for account %s. Set the provider's argument region to "+
				"another Region. The credentials are valid in all enabled Regions.", r.account()),
			"If STS should be active here, enable the Region, or activate STS in IAM under Account settings.",
		},
		facts: []fact{factRole, factEndpoint},
	}
}

func throttled(refusal) advice {
	return advice{
		summary: "STS throttled the calls",
		causes: []string{
			"STS rejected too many calls. Run again later, or set timeout to a longer time.",
			manyCalls,
		},
		facts: factsOfCall,
	}
}
