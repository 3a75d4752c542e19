package provider

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// typeSuffix ends the names of the data source and of its ephemeral twin.
const typeSuffix = "_assume_role_with_web_identity"

const apiReference = "[`AssumeRoleWithWebIdentity`](https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html)"

// attributes are the block's: the API's request, then its answer. Validators hold what is true of every server; what
// only AWS demands is checked when it is known where the call goes. They sit on attributes, and each pair that excludes
// itself is declared on one side only, so that it is reported once.
func attributes() map[string]schema.Attribute {
	merged := arguments()
	maps.Copy(merged, tokenArguments())
	merged[explain.RoleSessionNameArgument] = sessionNameArgument(true)
	merged[explain.AssumeRoleArgument] = hopsArgument()
	maps.Copy(merged, results())
	return merged
}

func arguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"role_arn": schema.StringAttribute{
			Optional: true,
			Computed: true,
			MarkdownDescription: "ARN of the role to assume. 20 to 2048 characters. With an `endpoint` that isn't " +
				"AWS's, the value can be any text. It can be empty for MinIO's claim-based policies. Default: the " +
				"environment variable `AWS_ROLE_ARN`, only if the token comes from `AWS_WEB_IDENTITY_TOKEN_FILE`. " +
				"(`RoleArn`)",
		},
		"provider_id": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Host name of the identity provider, `www.amazon.com` or `graph.facebook.com`. 4 " +
				"to 2048 characters, without a scheme or a port. Set it only for OAuth 2.0 access tokens, not for " +
				"OpenID Connect ID tokens. (`ProviderId`)",
			Validators: []validator.String{
				stringvalidator.UTF8LengthBetween(assumerole.MinProviderIDLength, assumerole.MaxProviderIDLength),
				checkedBy("a bare host name", checkProviderID),
			},
		},
		"policy_arns": schema.SetAttribute{
			Optional:    true,
			ElementType: types.StringType,
			MarkdownDescription: "ARNs of managed policies that restrict the session further. At most 10, with 20 " +
				"to 2048 characters each. `policy` and the managed policies together can have at most 2048 " +
				"characters. The session can do only what the role and these policies both allow. Servers that " +
				"aren't AWS's might ignore this argument. (`PolicyArns`)",
			Validators: []validator.Set{
				atArgument{setvalidator.NoNullValues()},
				atArgument{setvalidator.SizeAtMost(assumerole.MaxPolicyARNs)},
				eachCheckedBy("the ARN of a policy", assumerole.CheckPolicyARN),
			},
		},
		"policy": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Session policy in JSON, which restricts the session further. 1 to 2048 characters " +
				"of U+0009, U+000A, U+000D, and U+0020 to U+00FF. This policy and the managed policies in " +
				"`policy_arns` together can have at most 2048 characters. The provider removes the whitespace " +
				"between the parts of the JSON before it measures and sends the policy. (`Policy`)",
			Validators: []validator.String{checkedBy("a session policy in JSON", checkPolicy)},
		},
		"duration_seconds": schema.NumberAttribute{
			Optional: true,
			MarkdownDescription: "Duration of the session, in seconds. 900 (15 minutes) to 43200 (12 hours), and at " +
				"most the role's maximum session duration. Default: the default of the service, which is 3600 (1 " +
				"hour) at AWS. Servers that aren't AWS's might allow more. (`DurationSeconds`)",
			Validators: []validator.Number{wholeNumber{assumerole.MinDurationSeconds, math.MaxInt32}},
		},
		"minimum_session_token_size": schema.NumberAttribute{
			Optional: true,
			MarkdownDescription: "Minimum size of the session token, in bytes. 0 to 4096. Default: no minimum, " +
				"which is the same as 0. Set it to test whether the programs that use the token accept larger " +
				"tokens. (`MinimumSessionTokenSize`)",
			Validators: []validator.Number{wholeNumber{0, assumerole.MaxSessionTokenSize}},
		},
		"timeout": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Maximum time for the token, all calls, and all retries. A duration such as `30s` " +
				"or `2m`, longer than zero and at most `24h`. Default: `1m`.",
			Validators: []validator.String{checkedBy("a duration longer than zero and at most 24h", checkTimeout)},
		},
		"iam_propagation_timeout": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Additional time for retries, after `timeout`, if STS doesn't know the role, the " +
				"IAM OIDC provider, or its audience yet. A duration such as `30s`, longer than zero and at most " +
				"`24h`. Default: no additional time. Set it if the same run creates the role or the IAM OIDC " +
				"provider. Genuine denials are retried for the same time.",
			Validators: []validator.String{checkedBy("a duration longer than zero and at most 24h", checkTimeout)},
		},
	}
}

func results() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"credentials": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Temporary credentials, of the last role. (`Credentials`)",
			Attributes: map[string]schema.Attribute{
				"access_key_id": schema.StringAttribute{
					Computed:            true,
					Sensitive:           true,
					MarkdownDescription: "Access key ID. (`AccessKeyId`)",
				},
				"secret_access_key": schema.StringAttribute{
					Computed: true, Sensitive: true, MarkdownDescription: "Secret access key. (`SecretAccessKey`)",
				},
				"session_token": schema.StringAttribute{
					Computed: true, Sensitive: true, MarkdownDescription: "Session token. The keys aren't valid " +
						"without it. (`SessionToken`)",
				},
				"expiration": schema.StringAttribute{
					Computed: true, MarkdownDescription: "Time when the credentials expire, in UTC and in RFC 3339 " +
						"format, such as `2026-01-02T15:04:05Z`. This value isn't sensitive. (`Expiration`)",
				},
			},
		},
		"assumed_role_user": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Assumed-role principal, of the last role. (`AssumedRoleUser`)",
			Attributes: map[string]schema.Attribute{
				"arn": schema.StringAttribute{
					Computed: true, MarkdownDescription: "ARN of the session, " +
						"`arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. It doesn't include the role's path. (`Arn`)",
				},
				"assumed_role_id": schema.StringAttribute{
					Computed: true, MarkdownDescription: "Unique ID of the role and name of the session, " +
						"`AROA…:SESSION`. (`AssumedRoleId`)",
				},
			},
		},
		"subject_from_web_identity_token": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Subject of the token, from its `sub` claim. (`SubjectFromWebIdentityToken`)",
		},
		"audience": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Audience of the token, from its `azp` claim if it has one, or else from its `aud` " +
				"claim. (`Audience`)",
		},
		"identity_provider": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Issuer of the token. The value is the `iss` claim, the ARN of the IAM OIDC " +
				"provider, or the `provider_id` of an access token. Terraform reserves the API's name. (`Provider`)",
		},
		"source_identity": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Source identity of the session. The token sets it with its claim " +
				"`https://aws.amazon.com/source_identity`, or `assume_role` does. It stays with this session and " +
				"with the sessions that are chained to it. (`SourceIdentity`)",
		},
		"packed_policy_size": schema.Int32Attribute{
			Computed: true,
			MarkdownDescription: "Used part of the space for session policies and tags, in percent. The API " +
				"deprecates this value. Use `session_token_utilization` instead. (`PackedPolicySize`)",
		},
		"session_token_size": schema.Int32Attribute{
			Computed:            true,
			MarkdownDescription: "Size of the session token, in bytes. (`SessionTokenSize`)",
		},
		"session_token_utilization": schema.Int32Attribute{
			Computed: true,
			MarkdownDescription: "Used part of the maximum size of a session token, in percent. " +
				"(`SessionTokenUtilization`)",
		},
		"environment": schema.MapAttribute{
			Computed:    true,
			Sensitive:   true,
			ElementType: types.StringType,
			MarkdownDescription: "Environment variables that pass the session to a command, for `local-exec` or an " +
				"`exec` block. They contain the keys, and they prevent AWS SDKs from using other identities of the " +
				"runner. If the runner sets `AWS_PROFILE`, the AWS SDK for JavaScript v3 uses that profile instead " +
				"of the keys. Start such a command with `env -u AWS_PROFILE`, except in a refreshable session. The " +
				"guide \"Credentials for commands\" lists all variables and exceptions.",
		},
	}
}

func checkPolicy(value string) error {
	_, err := assumerole.CompactPolicy(value)
	return err
}

// isNumber finds a duration whose unit is missing.
var isNumber = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)

func checkProviderID(value string) error {
	if assumerole.IsBareHost(value) {
		return nil
	}
	return &argumentError{
		summary: "Invalid provider ID",
		detail: fmt.Sprintf("%q isn't a bare host name, without a scheme, a port or a path. It must be one such as "+
			"www.amazon.com.", secret.Shown(value)),
	}
}

// checkTimeout wants a duration that doesn't end before it begins. The upper bound keeps the sum of two durations from
// an overflow.
func checkTimeout(value string) error {
	duration, err := time.ParseDuration(value)
	var problem string
	switch {
	case isNumber.MatchString(value):
		problem = "has no unit. Write a number with its unit, such as \"30s\", \"2m\" or \"1m30s\""
	case err != nil || duration <= 0:
		problem = "isn't a duration longer than zero. Write a number with its unit, such as \"30s\", \"2m\" or " +
			"\"1m30s\""
	case duration > assumerole.MaxTimeout:
		problem = "is too long"
	default:
		return nil
	}
	return &argumentError{
		summary: "Invalid duration",
		detail: fmt.Sprintf(
			"%q %s. The duration must be at most %.0fh.",
			secret.Shown(value),
			problem,
			assumerole.MaxTimeout.Hours(),
		),
	}
}
