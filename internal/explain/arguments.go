package explain

import (
	"fmt"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// The arguments of a block and of the provider block.
const (
	RoleARNArgument          = "role_arn"
	RoleSessionNameArgument  = "role_session_name"
	PolicyARNsArgument       = "policy_arns"
	PolicyArgument           = "policy"
	DurationArgument         = "duration_seconds"
	ProviderIDArgument       = "provider_id"
	MinimumTokenSizeArgument = "minimum_session_token_size"
	timeoutArgument          = "timeout"

	AssumeRoleArgument        = "assume_role"
	ExternalIDArgument        = "external_id"
	TagsArgument              = "tags"
	TransitiveTagKeysArgument = "transitive_tag_keys"
	SourceIdentityArgument    = "source_identity"

	InlineArgument      = "web_identity_token"
	FileArgument        = "web_identity_token_file"
	EnvironmentArgument = "web_identity_token_env"
	RequestArgument     = "web_identity_token_request"

	RegionArgument               = "region"
	EndpointArgument             = "endpoint"
	UseFIPSEndpointArgument      = "use_fips_endpoint"
	UseDualStackEndpointArgument = "use_dualstack_endpoint"
	CustomCABundleArgument       = "custom_ca_bundle"
	HTTPProxyArgument            = "http_proxy"
	HTTPSProxyArgument           = "https_proxy"
	NoProxyArgument              = "no_proxy"
	MaxRetriesArgument           = "max_retries"
)

// arguments are the names that users know the core's parameters by.
var arguments = map[assumerole.Parameter]string{
	assumerole.ParameterRoleARN:           RoleARNArgument,
	assumerole.ParameterRoleSessionName:   RoleSessionNameArgument,
	assumerole.ParameterPolicyARNs:        PolicyARNsArgument,
	assumerole.ParameterPolicy:            PolicyArgument,
	assumerole.ParameterDurationSeconds:   DurationArgument,
	assumerole.ParameterExternalID:        ExternalIDArgument,
	assumerole.ParameterTags:              TagsArgument,
	assumerole.ParameterTransitiveTagKeys: TransitiveTagKeysArgument,
	assumerole.ParameterSourceIdentity:    SourceIdentityArgument,
	assumerole.ParameterRegion:            RegionArgument,
	assumerole.ParameterEndpoint:          EndpointArgument,
	assumerole.ParameterUseFIPSEndpoint:   UseFIPSEndpointArgument,
	assumerole.ParameterCustomCABundle:    CustomCABundleArgument,
	assumerole.ParameterHTTPProxy:         HTTPProxyArgument,
	assumerole.ParameterHTTPSProxy:        HTTPSProxyArgument,
	assumerole.ParameterMaxRetries:        MaxRetriesArgument,
}

// originText describes where the value of an argument comes from, inside a sentence.
func originText(from origin.Origin, argument string) string {
	switch from.Kind {
	case origin.Block:
		return "the argument " + argument
	case origin.ProviderBlock:
		return "the provider's argument " + argument
	case origin.Variable:
		return "the environment variable " + from.Name
	case origin.Profile:
		text := fmt.Sprintf("the profile %q", from.Name)
		if from.Setting != "" {
			text += " (" + from.Setting + ")"
		}
		return text
	case origin.Default:
	}
	if from.Name != "" {
		return "the role's partition, " + from.Name
	}
	return "the default"
}

// DestinationText describes where a call goes, inside a sentence.
func DestinationText(destination assumerole.Destination) string {
	switch {
	case destination.Host == "":
		return "an unknown endpoint"
	case destination.EndpointOrigin.IsSet():
		return fmt.Sprintf("%s (named by %s)", destination.Host,
			originText(destination.EndpointOrigin, EndpointArgument))
	}
	return fmt.Sprintf("%s (Region from %s)", destination.Host, originText(destination.RegionOrigin, RegionArgument))
}

// SourceName is the name of a token's source, as users know it.
func SourceName(source webidentity.Source) string {
	switch source := source.(type) {
	case webidentity.Inline:
		return InlineArgument
	case webidentity.File:
		if source.Origin.Kind == origin.Variable {
			return source.Origin.Name
		}
		return FileArgument
	case webidentity.Environment:
		return EnvironmentArgument
	case webidentity.PlatformRequest:
		return RequestArgument + "." + source.Platform.Name
	}
	return "its source"
}

// sourceArgument is the argument of a token's source. It is empty for the environment's own token.
func sourceArgument(source webidentity.Source) string {
	switch source := source.(type) {
	case webidentity.Inline:
		return InlineArgument
	case webidentity.File:
		if source.Origin.Kind != origin.Variable {
			return FileArgument
		}
	case webidentity.Environment:
		return EnvironmentArgument
	case webidentity.PlatformRequest:
		return RequestArgument
	}
	return ""
}
