package explain

import (
	"errors"
	"fmt"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
)

// beforehand explains an error that was found before anything was sent. It reports whether the error is one.
func beforehand(err error) (Explanation, bool) {
	if value, ok := errors.AsType[*assumerole.ValueError](err); ok {
		explanation := valueText(value)
		if value.Hop > 0 {
			explanation = explanation.In(hopArgument(value.Hop, arguments[value.Parameter]))
		}
		return explanation, true
	}
	if partition, ok := errors.AsType[*assumerole.PartitionError](err); ok {
		return partitionText(partition), true
	}
	if account, ok := errors.AsType[*assumerole.AccountError](err); ok {
		argument := RoleARNArgument
		if account.Hop > 0 {
			argument = hopArgument(account.Hop, RoleARNArgument)
		}
		return Explanation{
			Argument:  topArgument(argument),
			Misplaced: account.Secret,
			Summary:   "The role's account isn't allowed",
			Detail: fmt.Sprintf("The role ARN %q isn't in an account that the provider's argument allowed_account_ids "+
				"lists: %s. Correct %s, or add the account to the list. Nothing was sent.",
				account.RoleARN, strings.Join(account.Allowed, ", "), argument) + ofChain(account),
		}, true
	}
	if ambient, ok := errors.AsType[*assumerole.AmbientTokenError](err); ok {
		return Explanation{
			Summary: "The environment's web identity token isn't sent to this endpoint",
			Detail: fmt.Sprintf(
				"The token of AWS_WEB_IDENTITY_TOKEN_FILE is meant for AWS. The endpoint %s isn't AWS's, and "+
					"that server could use the token there. If the token is meant for this endpoint, set %s to its "+
					"path.",
				DestinationText(ambient.Destination),
				FileArgument,
			),
		}, true
	}
	if rules, ok := errors.AsType[*assumerole.EndpointRulesError](err); ok {
		return Explanation{
			Summary: "No STS endpoint fits the settings",
			Detail: fmt.Sprintf(
				"%s. FIPS and dual stack come from AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, or "+
					"the profile's use_fips_endpoint and use_dualstack_endpoint. You can't combine them with another "+
					"endpoint.",
				sentence(rules.Reason),
			),
		}, true
	}
	if shared, ok := errors.AsType[*assumerole.SharedConfigError](err); ok {
		return sharedConfigText(shared), true
	}
	return Explanation{}, false
}

// at puts an explanation at the argument that a value comes from, if it comes from one.
func (e Explanation) at(value *assumerole.ValueError) Explanation {
	e.Misplaced = value.Secret
	switch value.Origin.Kind {
	case origin.Block:
		e.Argument = arguments[value.Parameter]
	case origin.ProviderBlock:
		e.ProviderArgument = arguments[value.Parameter]
	case origin.Default, origin.Variable, origin.Profile:
	}
	return e
}

// ofChain reminds of the first account of a chain, which has the role that calls the others.
func ofChain(account *assumerole.AccountError) string {
	if !account.HasHops {
		return ""
	}
	return " The list must have the accounts of all roles, also that of role_arn."
}

// In is the explanation of an error in a part of an argument, such as assume_role[0].role_arn.
func (e Explanation) In(part string) Explanation {
	e.Argument = topArgument(part)
	e.Detail = fmt.Sprintf("Correct %s. %s", part, e.Detail)
	return e
}

// topArgument is the argument that has a part.
func topArgument(part string) string {
	argument, _, _ := strings.Cut(part, "[")
	return argument
}

func valueText(value *assumerole.ValueError) Explanation {
	switch value.Parameter {
	case assumerole.ParameterRoleARN:
		explanation := roleARNText(value).at(value)
		explanation.Argument = RoleARNArgument // set it to override the environment's role
		return explanation
	case assumerole.ParameterRoleSessionName:
		return sessionNameText(value)
	case assumerole.ParameterPolicyARNs:
		return Explanation{
			Summary: "Invalid policy ARN",
			Detail: fmt.Sprintf(
				"%q isn't the ARN of a managed policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess. It has "+
					"%d characters. An ARN has %d to %d characters.",
				value.Value,
				value.Length,
				assumerole.MinARNLength,
				assumerole.MaxARNLength,
			),
		}.at(value)
	case assumerole.ParameterPolicy:
		return policyText(value).at(value)
	case assumerole.ParameterExternalID,
		assumerole.ParameterTags,
		assumerole.ParameterTransitiveTagKeys,
		assumerole.ParameterSourceIdentity:
		return hopValueText(value).at(value)
	case assumerole.ParameterDurationSeconds:
		return durationText(value).at(value)
	case assumerole.ParameterRegion:
		return regionText(value).at(value)
	case assumerole.ParameterEndpoint:
		return endpointText(value).at(value)
	case assumerole.ParameterUseFIPSEndpoint:
		return Explanation{
			Summary: "FIPS and an endpoint exclude each other",
			Detail: fmt.Sprintf(
				"%s selects the Region's FIPS endpoint, but %s names another endpoint. Name the FIPS endpoint "+
					"there, or remove one of the two.",
				UseFIPSEndpointArgument,
				originText(value.Other, EndpointArgument),
			),
		}.at(value)
	case assumerole.ParameterCustomCABundle:
		return caBundleText(value).at(value)
	case assumerole.ParameterHTTPProxy, assumerole.ParameterHTTPSProxy:
		return proxyText(value).at(value)
	case assumerole.ParameterMaxRetries:
	}
	return Explanation{
		Summary: "Invalid number of attempts",
		Detail: fmt.Sprintf(
			"The environment variable AWS_MAX_ATTEMPTS, or max_attempts of the profile, is %d. It must be 1 "+
				"or more.",
			value.Number,
		),
	}
}

func durationText(value *assumerole.ValueError) Explanation {
	if value.Hop > 0 {
		return hopValueText(value)
	}
	return Explanation{
		Summary: "Duration out of range",
		Detail: fmt.Sprintf(
			"The duration is %d seconds. AWS allows %d to %d seconds (12 hours), and no more than the role's own "+
				"maximum session duration.",
			value.Number,
			assumerole.MinDurationSeconds,
			assumerole.MaxDurationSeconds,
		),
	}
}

func roleARNText(value *assumerole.ValueError) Explanation {
	var problem string
	switch value.Problem {
	case assumerole.ProblemEmpty:
		problem = "is empty"
	case assumerole.ProblemNotARN:
		problem = "isn't an ARN"
	case assumerole.ProblemSessionARN:
		problem = "is the ARN of a session, not of a role"
	case assumerole.ProblemNotRoleARN:
		problem = "isn't that of an IAM role"
	case assumerole.ProblemOtherPartition:
		problem = fmt.Sprintf("is in another partition than the block's role, which is in %s. AWS's partitions have "+
			"separate accounts and credentials", value.Part)
	case assumerole.ProblemRegionInARN:
		problem = "has a Region, but the ARN of a role has none"
	case assumerole.ProblemAccountLetters:
		problem = fmt.Sprintf(
			"has letters in its account ID, %q. An account ID has 12 digits. Perhaps an O is in place "+
				"of a 0, or an l in place of a 1",
			value.Part,
		)
	case assumerole.ProblemAccountID:
		problem = "has no account ID of 12 digits"
	default:
		problem = fmt.Sprintf("has %d characters", value.Length)
	}
	from := ""
	if value.Origin.Kind == origin.Variable {
		from = ", from " + originText(value.Origin, RoleARNArgument) + ","
	}
	return Explanation{
		Summary: "Invalid role ARN",
		Detail: fmt.Sprintf(
			"The role ARN %q%s %s. It must be the ARN of an IAM role, %d to %d characters long, such as "+
				"arn:aws:iam::123456789012:role/deploy.",
			value.Value,
			from,
			problem,
			assumerole.MinARNLength,
			assumerole.MaxARNLength,
		),
	}
}

func sessionNameText(value *assumerole.ValueError) Explanation {
	explanation := Explanation{
		Argument: RoleSessionNameArgument, // also for another origin, which the argument overrides
		Summary:  "Invalid role session name",
		Detail: fmt.Sprintf(
			"The role session name %q %s. It must be %d to %d characters long, of letters, digits and the "+
				"characters _ + = , . @ -.",
			value.Value,
			lengthOrCharacter(value),
			assumerole.MinRoleSessionName,
			assumerole.MaxRoleSessionName,
		),
	}
	if value.Origin.Kind == origin.Variable {
		explanation.Summary = "Invalid role session name in the environment"
		explanation.Detail = fmt.Sprintf("It comes from %s. %s",
			originText(value.Origin, RoleSessionNameArgument), explanation.Detail)
	}
	return explanation
}

func policyText(value *assumerole.ValueError) Explanation {
	explanation := Explanation{Summary: "Invalid session policy"}
	switch value.Problem {
	case assumerole.ProblemNotJSON:
		explanation.Detail = fmt.Sprintf(
			"The policy isn't valid JSON: %s. It must be a policy document, such as jsonencode({ "+
				"Version = \"2012-10-17\", Statement = [...] }).",
			value.Cause,
		)
	case assumerole.ProblemPath:
		explanation.Detail = fmt.Sprintf(
			"The policy is the path of a file, not its content. Write file(%s).",
			value.Part,
		)
	case assumerole.ProblemCharacter:
		explanation.Detail = fmt.Sprintf(
			"The policy has the character %U at position %d of its compacted form. STS allows "+
				"U+0009, U+000A, U+000D and U+0020 to U+00FF. In JSON, write others as \\u escapes.",
			value.Character,
			value.Position,
		)
	default:
		explanation.Detail = fmt.Sprintf(
			"The policy has %d characters without whitespace between its parts. STS allows %d.",
			value.Length,
			assumerole.MaxPolicyLength,
		)
	}
	return explanation
}

func regionText(value *assumerole.ValueError) Explanation {
	problem := "isn't the name of a Region"
	if value.Problem == assumerole.ProblemGlobalRegion {
		problem = "stands for the global endpoint, which this provider doesn't use"
	}
	if value.Problem == assumerole.ProblemZone {
		problem = "is an Availability Zone, not a Region. Remove the letter at its end"
	}
	return Explanation{
		Summary: "Invalid AWS Region",
		Detail: fmt.Sprintf(
			"%q, from %s, %s. Name a Region such as us-east-1 or eu-central-1. Without a Region, the provider "+
				"uses the home Region of the role's partition.",
			value.Value,
			originText(value.Origin, RegionArgument),
			problem,
		),
	}
}

func partitionText(partition *assumerole.PartitionError) Explanation {
	if partition.Region == "" {
		return Explanation{
			Argument: RoleARNArgument,
			Summary:  "No AWS Region for the role's partition",
			Detail: fmt.Sprintf(
				"No Region is set. The partition of the role's ARN, %q, isn't one whose home Region is known. "+
					"Correct the ARN, or set the provider's argument region.",
				partition.Partition,
			),
		}
	}
	return Explanation{
		Argument: RoleARNArgument,
		Summary:  "The role and the AWS Region are in different partitions",
		Detail: fmt.Sprintf(
			"The role is in the partition %s, but the Region %s, from %s, is in %s. STS there doesn't know the "+
				"role. Set the provider's argument region to a Region of %[1]s, such as %[5]s, or correct the role's "+
				"ARN.",
			partition.Partition,
			partition.Region,
			originText(partition.RegionOrigin, RegionArgument),
			partition.RegionPartition,
			partition.HomeRegion,
		),
	}
}

func endpointText(value *assumerole.ValueError) Explanation {
	from := sentence(originText(value.Origin, EndpointArgument))
	var problem string
	switch value.Problem {
	case assumerole.ProblemNotForSTS:
		return Explanation{
			Summary: "The endpoint might not be meant for STS",
			Detail: fmt.Sprintf(
				"%s names %s for every AWS service. That is usually meant for S3, so the token isn't sent "+
					"there. If it is meant for STS, set the provider's argument endpoint or the environment variable "+
					"%s to it. "+
					"If not, set AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true.",
				from,
				value.Part,
				assumerole.EndpointVariable,
			),
		}
	case assumerole.ProblemNotEncrypted:
		return Explanation{
			Summary: "The STS endpoint isn't encrypted",
			Detail: fmt.Sprintf(
				"%s is plain http to %s. The token and the credentials would cross the network in plaintext. "+
					"Use https. If you do want plain http, set the provider's argument endpoint.",
				from,
				value.Part,
			),
		}
	case assumerole.ProblemUser:
		problem = "has a user or a password, which the provider never sends"
	case assumerole.ProblemNotServerURL:
		problem = "isn't a URL of a server"
	case assumerole.ProblemHostLetters:
		problem = "has a host with letters beyond ASCII. Write it as DNS has it, with xn--"
	case assumerole.ProblemQuery:
		problem = "has a query or a fragment"
	default:
		problem = "isn't a URL"
	}
	return Explanation{
		Summary: "Invalid STS endpoint",
		Detail: fmt.Sprintf(
			"%s %s. It must be an absolute URL with http or https and a host, such as https://sts.example.com "+
				"or http://localhost:4566.",
			from,
			problem,
		),
	}
}

func caBundleText(value *assumerole.ValueError) Explanation {
	from := "The environment variable AWS_CA_BUNDLE, or ca_bundle of the profile,"
	if value.Origin.Kind == origin.ProviderBlock {
		from = "The provider's argument " + CustomCABundleArgument
	}
	var problem string
	switch value.Problem {
	case assumerole.ProblemNotFound:
		problem = fmt.Sprintf("the file %s doesn't exist", value.Part)
	case assumerole.ProblemNotPermitted:
		problem = fmt.Sprintf("the file %s may not be read by the user that runs Terraform", value.Part)
	case assumerole.ProblemNotPEM:
		problem = "the file has no certificate in PEM form"
	default:
		problem = fmt.Sprintf("the file %s can't be read", value.Part)
	}
	return Explanation{
		Summary: "The CA bundle can't be used",
		Detail:  fmt.Sprintf("%s names a bundle of certificates, but %s.", from, problem),
	}
}

func proxyText(value *assumerole.ValueError) Explanation {
	argument := arguments[value.Parameter]
	if value.Origin.Kind == origin.Variable {
		return Explanation{
			Summary: "Invalid proxy in the environment",
			Detail: fmt.Sprintf(
				"%s isn't the URL of a proxy. Set it to a URL such as http://proxy.example.com:3128. The scheme "+
					"must be http, https, socks5, or socks5h. The provider's argument %s overrides the variable.",
				sentence(originText(value.Origin, argument)),
				argument,
			),
		}
	}
	return Explanation{
		Summary: "Invalid proxy",
		Detail: fmt.Sprintf(
			"The value of %s isn't the URL of a proxy. Set it to a URL such as http://proxy.example.com:3128. "+
				"The scheme must be http, https, or socks5.",
			argument,
		),
	}
}

// sharedConfigText explains what is wrong with the SDK's variables and files. The SDK insists on them, although this
// provider takes no credentials from them.
func sharedConfigText(shared *assumerole.SharedConfigError) Explanation {
	hint := ""
	if shared.Variable != "" {
		hint = fmt.Sprintf(" Correct it, or unset %s, because this provider needs no profile.", shared.Variable)
	}
	const unreadable = "The AWS shared configuration can't be read"
	switch shared.Problem {
	case assumerole.SharedConfigTooSlow:
		return Explanation{
			Summary: unreadable,
			Detail: "Reading the shared configuration files and the CA bundle took too long. Check whether one of " +
				"them is a pipe, or on a file system that doesn't respond.",
		}
	case assumerole.SharedConfigInterrupted:
		return Explanation{Summary: unreadable, Detail: "The run was interrupted while the provider read it."}
	case assumerole.SharedConfigUnreadable:
		return Explanation{
			Summary: unreadable,
			Detail:  fmt.Sprintf("The file %s can't be read: %s.", shared.Path, shared.Reason),
		}
	case assumerole.SharedConfigNoProfile:
		return Explanation{
			Summary: "The AWS profile doesn't exist",
			Detail: fmt.Sprintf(
				"The environment variable %s names the profile %q, which none of the shared configuration "+
					"files has.%s",
				shared.Variable,
				shared.Missing,
				hint,
			),
		}
	case assumerole.SharedConfigNoReferredProfile:
		return Explanation{
			Summary: "The AWS profile refers to one that doesn't exist",
			Detail: fmt.Sprintf(
				"The profile %q refers to the profile %q, which none of the shared configuration files has.%s",
				shared.Profile,
				shared.Missing,
				hint,
			),
		}
	case assumerole.SharedConfigOther:
	}
	return Explanation{
		Summary: "The AWS environment or shared configuration can't be used",
		Detail:  fmt.Sprintf("The AWS SDK doesn't accept it: %s.%s", shared.Reason, hint),
	}
}

// sentence makes a phrase begin as a sentence does.
func sentence(phrase string) string { return strings.ToUpper(phrase[:1]) + phrase[1:] }
