package command

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// option is a flag. Its name is that of the argument in a configuration, with dashes.
type option struct {
	name  string // without the dashes at the beginning
	value string // what the usage calls its value; empty for a flag without a value
	text  string // for people
	set   func(*settings, string) error
}

// hopOption is the flag that begins a further role.
const hopOption = "assume-role-arn"

// repeatable are the flags that can be set more than once. Each of the others would replace its first value.
var repeatable = []string{
	hopOption, "policy-arns", "assume-role-policy-arns", "tags", "transitive-tag-keys", "allowed-account-ids",
	"allowed-audiences", "claims", "aws-session-tags",
}

// group is a group of options with a heading.
type group struct {
	title   string
	options []option
}

func roleOptions() group {
	return group{
		"Role",
		[]option{
			{
				"role-arn", "ARN", "ARN of the role to assume. Default: AWS_ROLE_ARN, only if the token comes from " +
					"AWS_WEB_IDENTITY_TOKEN_FILE.",
				func(s *settings, value string) error { s.roleARN = &value; return nil },
			},
			{
				"role-session-name", "NAME", "Name of the session. Default: AWS_ROLE_SESSION_NAME, then terraform.",
				func(s *settings, value string) error {
					s.sessionName = &value
					return assumerole.CheckRoleSessionName(value, origin.Of(origin.Block))
				},
			},
			{
				"duration-seconds",
				"N",
				"Duration of the session. At least 900. Default: the default of the service, 3600.",
				func(s *settings, value string) error {
					return number(value, assumerole.MinDurationSeconds, math.MaxInt32, &s.request.DurationSeconds)
				},
			},
			{
				"policy", "JSON", "Session policy, which restricts the session further.",
				func(s *settings, value string) error { s.request.Policy = value; return checkPolicy(value) },
			},
			{
				"policy-arns",
				"ARN",
				"ARN of a managed policy that restricts the session. Repeat the flag for more, up to 10.",
				func(s *settings, value string) error { return addPolicyARN(&s.request.PolicyARNs, value) },
			},
			{
				"provider-id",
				"HOST",
				"Identity provider of an OAuth 2.0 access token: www.amazon.com or graph.facebook.com.",
				func(s *settings, value string) error { s.request.ProviderID = value; return checkProviderID(value) },
			},
			{
				"minimum-session-token-size", "N", "Minimum size of the session token, in bytes. 0 to 4096.",
				func(s *settings, value string) error {
					return number(value, 0, assumerole.MaxSessionTokenSize, &s.request.MinimumSessionTokenSize)
				},
			},
		},
	}
}

// tokenOptions have the flags of the platforms, which the package of the platforms lists. The text says which file is
// the default.
func tokenOptions(defaultText string) group {
	return group{"Token (set one source)", append([]option{
		{
			"web-identity-token-file", "PATH", "File that contains the token. " + defaultText,
			func(s *settings, value string) error { s.file = &value; return notEmpty(value) },
		},
		{
			"web-identity-token-env", "NAME", "Name of an environment variable that contains the token.",
			func(s *settings, value string) error {
				s.variable = &value
				return webidentity.Environment{Name: value}.Check()
			},
		},
	}, platformOptions()...)}
}

func hopOptions() group {
	return group{"Further roles (role chaining)", append([]option{
		{
			hopOption, "ARN", "ARN of a role to assume with the credentials of the role before. Repeat the " +
				"flag for more roles. The flags below apply to the last one before them.",
			func(s *settings, value string) error {
				s.request.Hops = append(s.request.Hops, assumerole.Hop{RoleARN: value})
				return nil
			},
		},
		{
			"external-id", "ID", "External ID that the role's trust policy requires.",
			ofHop(func(hop *assumerole.Hop, value string) error {
				hop.ExternalID = value
				return assumerole.CheckExternalID(value)
			}),
		},
		{
			"assume-role-session-name", "NAME", "Name of the session. Default: that of --role-session-name.",
			ofHop(func(hop *assumerole.Hop, value string) error {
				hop.RoleSessionName = value
				return assumerole.CheckRoleSessionName(value, origin.Of(origin.Block))
			}),
		},
		{
			"assume-role-duration-seconds", "N", "Duration of the session. 900 to 3600 at AWS. Default: the default " +
				"of the service, 3600.",
			ofHop(func(hop *assumerole.Hop, value string) error {
				return number(value, assumerole.MinDurationSeconds, math.MaxInt32, &hop.DurationSeconds)
			}),
		},
		{
			"assume-role-policy", "JSON", "Session policy.",
			ofHop(func(hop *assumerole.Hop, value string) error { hop.Policy = value; return checkPolicy(value) }),
		},
		{
			"assume-role-policy-arns", "ARN", "ARN of a managed policy. Repeat the flag for more, up to 10.",
			ofHop(func(hop *assumerole.Hop, value string) error { return addPolicyARN(&hop.PolicyARNs, value) }),
		},
	}, passedOnOptions()...)}
}

// passedOnOptions are those of a further role that can pass on to the next sessions.
func passedOnOptions() []option {
	return []option{
		{
			"tags", "KEY=VALUE", "Session tag. Repeat the flag for more, up to 50.",
			ofHop(func(hop *assumerole.Hop, value string) error {
				key, text, ok := strings.Cut(value, "=")
				if !ok {
					return wrong("must have the form KEY=VALUE")
				}
				if hop.Tags == nil {
					hop.Tags = map[string]string{}
				}
				if _, again := hop.Tags[key]; again {
					return wrong("has two values for the same key")
				}
				hop.Tags[key] = text
				return assumerole.CheckTags(hop.Tags)
			}),
		},
		{
			"transitive-tag-keys", "KEY", "Key of a tag that passes on to the next sessions. Repeat the flag for more.",
			ofHop(func(hop *assumerole.Hop, value string) error {
				if !slices.Contains(hop.TransitiveTagKeys, value) {
					hop.TransitiveTagKeys = append(hop.TransitiveTagKeys, value)
				}
				return notEmpty(value)
			}),
		},
		{
			"source-identity", "NAME", "Source identity of the session.",
			ofHop(func(hop *assumerole.Hop, value string) error {
				hop.SourceIdentity = value
				return assumerole.CheckSourceIdentity(value)
			}),
		},
	}
}

func timeoutOption() option {
	return option{
		"timeout", "DURATION", "Maximum time for everything, such as 30s. Default: 50s, because some AWS SDKs stop a " +
			"credential_process after a minute.",
		func(s *settings, value string) error { return duration(value, &s.request.Timeout) },
	}
}

func audiencesOption() option {
	return option{
		"allowed-audiences", "TEXT", "Audience that the token may have. Repeat the flag for more. Default: all.",
		func(s *settings, value string) error {
			s.core.AllowedAudiences = append(s.core.AllowedAudiences, value)
			return notEmpty(value)
		},
	}
}

// limitOptions bound what the command does.
func limitOptions() group {
	return group{
		"Limits",
		[]option{
			timeoutOption(),
			{
				"iam-propagation-timeout", "DURATION", "Additional time for retries if STS doesn't know the role yet.",
				func(s *settings, value string) error { return duration(value, &s.request.PropagationTimeout) },
			},
			{
				"allowed-account-ids",
				"ID",
				"Account whose roles the command may assume. Repeat the flag for more. Default: all.",
				func(s *settings, value string) error {
					s.core.AllowedAccountIDs = append(s.core.AllowedAccountIDs, value)
					if !assumerole.IsAccountID(value) {
						return wrong("must be the ID of an AWS account, 12 digits")
					}
					return nil
				},
			},
			audiencesOption(),
		},
	}
}

// tokenLimitOptions are limitOptions for the token.
func tokenLimitOptions() group {
	return group{"Limits", []option{timeoutOption(), audiencesOption()}}
}

// transportOptions say how STS and the platform are reached.
func transportOptions() group {
	return group{"Connection", append([]option{
		{
			"region", "REGION", "AWS Region of the STS endpoint. Default: AWS_REGION, the profile's region, then the " +
				"home Region of the role's partition.",
			func(s *settings, value string) error { s.core.Region = value; return assumerole.CheckRegion(value) },
		},
		{
			"endpoint", "URL", "URL of the STS to call. Default: AWS_ENDPOINT_URL_STS, then the Region's endpoint.",
			func(s *settings, value string) error { s.core.Endpoint = value; return assumerole.CheckEndpoint(value) },
		},
		{
			"use-fips-endpoint", "", "Call the FIPS endpoint of the Region.",
			func(s *settings, value string) error { return boolean(value, &s.core.UseFIPSEndpoint) },
		},
		{
			"use-dualstack-endpoint", "", "Call the dual-stack endpoint of the Region.",
			func(s *settings, value string) error { return boolean(value, &s.core.UseDualStackEndpoint) },
		},
		{
			"max-retries", "N", "Maximum number of retries after a temporary failure. 0 to 1000. Default: 2.",
			func(s *settings, value string) error {
				var retries int32
				err := number(value, 0, maxRetries, &retries)
				asInt := int(retries)
				s.core.MaxRetries = &asInt
				return err
			},
		},
	}, proxyOptions()...)}
}

// tokenTransportOptions say how a platform is reached.
func tokenTransportOptions() group {
	return group{"Connection", proxyOptions()}
}

func proxyOptions() []option {
	return []option{
		{
			"custom-ca-bundle", "PATH", "File with the certificates to trust, in PEM format. Default: AWS_CA_BUNDLE.",
			func(s *settings, value string) error { s.core.CustomCABundle = value; return notEmpty(value) },
		},
		{
			"http-proxy", "URL", "Proxy for http endpoints, without a password. Default: HTTP_PROXY.",
			func(s *settings, value string) error {
				s.core.HTTPProxy = value
				return checkProxy(assumerole.ParameterHTTPProxy, value)
			},
		},
		{
			"https-proxy", "URL", "Proxy for https endpoints, without a password. Default: HTTPS_PROXY.",
			func(s *settings, value string) error {
				s.core.HTTPSProxy = value
				return checkProxy(assumerole.ParameterHTTPSProxy, value)
			},
		},
		{
			"no-proxy", "HOSTS", "Hosts to call without a proxy, separated by commas. Default: NO_PROXY.",
			func(s *settings, value string) error { s.core.NoProxy = value; return nil },
		},
	}
}

// maxRetries is more than any deadline leaves room for.
const maxRetries = 1000

// ofHop is for a flag of the last further role before it.
func ofHop(set func(*assumerole.Hop, string) error) func(*settings, string) error {
	return func(s *settings, value string) error {
		if len(s.request.Hops) == 0 {
			return wrong("must follow the --assume-role-arn that it is for")
		}
		return set(&s.request.Hops[len(s.request.Hops)-1], value)
	}
}

// wrong is what a flag must be or have.
func wrong(format string, arguments ...any) error { return fmt.Errorf(format, arguments...) }

func notEmpty(value string) error {
	if value == "" {
		return wrong("must not be empty")
	}
	return nil
}

func number(value string, least, most int64, into *int32) error {
	read, err := strconv.ParseInt(value, 10, 32)
	isValid := err == nil && read >= least && read <= most
	switch {
	case !isValid && most == math.MaxInt32:
		return wrong("must be a whole number, %d or more", least)
	case !isValid:
		return wrong("must be a whole number from %d to %d", least, most)
	}
	*into = int32(read)
	return nil
}

func boolean(value string, into **bool) error {
	read, err := strconv.ParseBool(value)
	if err != nil {
		return wrong("must be true or false, or have no value")
	}
	*into = &read
	return nil
}

func duration(value string, into *time.Duration) error {
	read, err := time.ParseDuration(value)
	if err != nil || read <= 0 || read > assumerole.MaxTimeout {
		return wrong("must be a duration with a unit, such as 30s, longer than zero and at most 24h")
	}
	*into = read
	return nil
}

func checkPolicy(value string) error {
	_, err := assumerole.CompactPolicy(value)
	return err
}

func addPolicyARN(into *[]string, value string) error {
	if !slices.Contains(*into, value) {
		*into = append(*into, value)
	}
	if len(*into) > assumerole.MaxPolicyARNs {
		return wrong("can be set at most %d times", assumerole.MaxPolicyARNs)
	}
	return assumerole.CheckPolicyARN(value)
}

func checkProviderID(value string) error {
	length := len([]rune(value))
	if length < assumerole.MinProviderIDLength || length > assumerole.MaxProviderIDLength ||
		!assumerole.IsBareHost(value) {
		return wrong("must be a bare host name, such as www.amazon.com")
	}
	return nil
}

// checkProxy doesn't accept a password. Other users of the machine can read arguments.
func checkProxy(parameter assumerole.Parameter, value string) error {
	if strings.Contains(value, "@") {
		return wrong("must not have a user or a password, because other users can see the arguments of a process. " +
			"Set the variable HTTPS_PROXY or HTTP_PROXY instead")
	}
	return assumerole.CheckProxy(parameter, value)
}
