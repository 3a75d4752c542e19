package explain

import (
	"fmt"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
)

// hopValueText explains what is wrong with a value that only hops have.
func hopValueText(value *assumerole.ValueError) Explanation {
	switch value.Parameter {
	case assumerole.ParameterExternalID:
		return Explanation{
			Summary: "Invalid external ID",
			Detail: fmt.Sprintf("The external ID %q %s. It must have %d to %d letters, digits, and characters of "+
				"_ + = , . @ : / -.", value.Value, lengthOrCharacter(value), assumerole.MinExternalIDLength,
				assumerole.MaxExternalIDLength),
		}
	case assumerole.ParameterSourceIdentity:
		return sourceIdentityText(value)
	case assumerole.ParameterTransitiveTagKeys:
		return Explanation{
			Summary: "Invalid transitive tag key",
			Detail: fmt.Sprintf(
				"The key %q isn't the key of a session tag. Add the tag to tags, or remove the key. Case "+
					"matters here.",
				value.Value,
			),
		}
	case assumerole.ParameterTags:
		return tagsText(value)
	default:
	}
	return Explanation{
		Summary: "Duration out of range",
		Detail: fmt.Sprintf("The duration is %d seconds. AWS limits a session by role chaining to %d to %d seconds (1 "+
			"hour), whatever the role allows. If the run takes longer, use the ephemeral resource with refreshable = "+
			"true.", value.Number, assumerole.MinDurationSeconds, assumerole.MaxChainedDurationSeconds),
	}
}

func sourceIdentityText(value *assumerole.ValueError) Explanation {
	if value.Problem == assumerole.ProblemOtherSourceIdentity {
		return Explanation{
			Summary: "The source identity can't change",
			Detail: fmt.Sprintf("The source identity is %q, but %s has already set %q. A session passes its source "+
				"identity on, and it can't change. Remove the argument, or set it to the same value.",
				value.Value, setBy(value), value.Part),
		}
	}
	return Explanation{
		Summary: "Invalid source identity",
		Detail: fmt.Sprintf("The source identity %q %s. It must have %d to %d letters, digits, and characters of "+
			"_ + = , . @ -.", value.Value, lengthOrCharacter(value), assumerole.MinSourceIdentityLength,
			assumerole.MaxSourceIdentityLength),
	}
}

func tagsText(value *assumerole.ValueError) Explanation {
	explanation := Explanation{Summary: "Invalid session tags"}
	const characters = "letters, digits, spaces, and characters of _ . : / = + - @"
	switch value.Problem {
	case assumerole.ProblemTooMany:
		explanation.Detail = fmt.Sprintf("There are %d session tags. STS allows %d.", value.Number, assumerole.MaxTags)
	case assumerole.ProblemReservedTagKey:
		explanation.Detail = fmt.Sprintf("The key %q begins with aws:, which is reserved for AWS. Choose another key.",
			value.Value)
	case assumerole.ProblemTagValue:
		explanation.Detail = fmt.Sprintf("The value of the tag %q isn't valid. It can have up to %d %s.", value.Value,
			assumerole.MaxTagValueLength, characters)
	case assumerole.ProblemSameTagKey:
		explanation.Detail = fmt.Sprintf("The keys %q and %q differ only in case, so they are the same key for AWS. "+
			"Remove one of them.", value.Part, value.Value)
	case assumerole.ProblemInheritedTag:
		explanation.Summary = "A session tag can't change"
		explanation.Detail = fmt.Sprintf("The session inherits the tag %q, because %s has set it as transitive. It "+
			"can't change. Remove it here. Case doesn't matter in keys.", value.Value, setBy(value))
	default:
		explanation.Detail = fmt.Sprintf("The key %q isn't valid. It must have 1 to %d %s.", value.Value,
			assumerole.MaxTagKeyLength, characters)
	}
	return explanation
}

// setBy says what set the value that a value conflicts with.
func setBy(value *assumerole.ValueError) string {
	if value.OfToken {
		return "the web identity token"
	}
	return "an earlier element of " + AssumeRoleArgument
}

// lengthOrCharacter says which of the two constraints a value violates.
func lengthOrCharacter(value *assumerole.ValueError) string {
	if value.Problem == assumerole.ProblemLength {
		return fmt.Sprintf("has %d characters", value.Length)
	}
	return "has a character that isn't allowed"
}
