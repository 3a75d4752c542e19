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
	all := arguments()
	maps.Copy(all, tokenArguments())
	all[explain.RoleSessionNameArgument] = sessionNameArgument(true)
	maps.Copy(all, results())
	return all
}

func arguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"role_arn": schema.StringAttribute{
			Optional: true,
			Computed: true,
			MarkdownDescription: "ARN of the role to assume, 20 to 2048 characters (`RoleArn`). Default: the " +
				"environment variable `AWS_ROLE_ARN`, but only when the token " +
				"comes from the environment too, by `AWS_WEB_IDENTITY_TOKEN_FILE`. With an `endpoint` that isn't " +
				"AWS's, any text, even an empty one for MinIO's claim-based policies.",
		},
		"provider_id": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "For OAuth 2.0 access tokens only: the host name of the identity provider, " +
				"`www.amazon.com` or `graph.facebook.com`, without a scheme or a " +
				"port; 4 to 2048 characters (`ProviderId`). Leave it out for OpenID Connect ID tokens.",
			Validators: []validator.String{
				stringvalidator.UTF8LengthBetween(assumerole.MinProviderIDLength, assumerole.MaxProviderIDLength),
				checkedBy("a bare host name", checkProviderID),
			},
		},
		"policy_arns": schema.SetAttribute{
			Optional:    true,
			ElementType: types.StringType,
			MarkdownDescription: "ARNs of up to 10 managed policies that restrict the session further, 20 to 2048 " +
				"characters each (`PolicyArns`). The session may do what both " +
				"they and the role allow. Servers that aren't AWS's may ignore them.",
			Validators: []validator.Set{
				setvalidator.NoNullValues(),
				setvalidator.SizeAtMost(assumerole.MaxPolicyARNs),
				eachCheckedBy("the ARN of a policy", assumerole.CheckPolicyARN),
			},
		},
		"policy": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "A policy in JSON that restricts the session further (`Policy`). White space " +
				"between its parts is taken out before it is sent and measured: 1 to 2048 " +
				"characters may be left, of U+0009, U+000A, U+000D and U+0020 to U+00FF.",
			Validators: []validator.String{checkedBy("a session policy in JSON", checkPolicy)},
		},
		"duration_seconds": schema.NumberAttribute{
			Optional: true,
			MarkdownDescription: "How long the credentials live, in seconds: 900 (15 minutes) to 43200 (12 hours), " +
				"and no more than the role's own maximum session duration " +
				"(`DurationSeconds`). Default: the service's, 3600 (an hour). Servers that aren't AWS's may allow " +
				"more.",
			Validators: []validator.Number{wholeNumber{assumerole.MinDurationSeconds, math.MaxInt32}},
		},
		"minimum_session_token_size": schema.NumberAttribute{
			Optional: true,
			MarkdownDescription: "Smallest size of the session token, in bytes, 0 to 4096 " +
				"(`MinimumSessionTokenSize`): to find out whether what comes after can take larger ones. 0 is " +
				"the same as leaving it out.",
			Validators: []validator.Number{wholeNumber{0, assumerole.MaxSessionTokenSize}},
		},
		"timeout": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "How long it may take altogether: fetching the token, the call, and trying again. A " +
				"duration such as `30s` or `2m`, longer than zero and at most `24h`. " +
				"Default: `1m`.",
			Validators: []validator.String{checkedBy("a duration longer than zero and at most 24h", checkTimeout)},
		},
		"iam_propagation_timeout": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "How much longer to go on, beyond `timeout`, while STS answers that it doesn't know " +
				"the role, the OIDC provider or its audience: for what was created only " +
				"seconds ago, in the same run perhaps. A refusal that is meant takes so much longer, too. A duration " +
				"such as `30s`, at most `24h`. Default: not at all.",
			Validators: []validator.String{checkedBy("a duration longer than zero and at most 24h", checkTimeout)},
		},
	}
}

func results() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"credentials": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The temporary credentials (`Credentials`).",
			Attributes: map[string]schema.Attribute{
				"access_key_id": schema.StringAttribute{
					Computed:            true,
					Sensitive:           true,
					MarkdownDescription: "Access key ID (`AccessKeyId`).",
				},
				"secret_access_key": schema.StringAttribute{
					Computed: true, Sensitive: true, MarkdownDescription: "Secret access key (`SecretAccessKey`).",
				},
				"session_token": schema.StringAttribute{
					Computed: true, Sensitive: true, MarkdownDescription: "Session token, without which the keys " +
						"aren't valid (`SessionToken`).",
				},
				"expiration": schema.StringAttribute{
					Computed: true, MarkdownDescription: "When the credentials expire, in UTC as RFC 3339 writes it, " +
						"such as `2026-01-02T15:04:05Z` (`Expiration`). Not sensitive.",
				},
			},
		},
		"assumed_role_user": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "Who one is with these credentials (`AssumedRoleUser`).",
			Attributes: map[string]schema.Attribute{
				"arn": schema.StringAttribute{
					Computed: true, MarkdownDescription: "ARN of the session, " +
						"`arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`; the role's path isn't in it (`Arn`).",
				},
				"assumed_role_id": schema.StringAttribute{
					Computed: true, MarkdownDescription: "The role's unique ID and the session's name, " +
						"`AROA…:SESSION` (`AssumedRoleId`).",
				},
			},
		},
		"subject_from_web_identity_token": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Who the identity provider says one is: the token's `sub` claim " +
				"(`SubjectFromWebIdentityToken`).",
		},
		"audience": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Whom the token is meant for: its `aud` claim, or `azp` where it has one " +
				"(`Audience`).",
		},
		"identity_provider": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "Who issued the token: the issuer (`iss`), the ARN of the IAM OIDC provider, or the " +
				"`provider_id` of an access token (`Provider`; that name is taken in " +
				"Terraform).",
		},
		"source_identity": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The source identity that the token sets by its claim " +
				"`https://aws.amazon.com/source_identity`; it stays with the session, and with those chained to it " +
				"(`SourceIdentity`).",
		},
		"packed_policy_size": schema.Int32Attribute{
			Computed: true,
			MarkdownDescription: "How much of the space for session policies and tags is used, in percent " +
				"(`PackedPolicySize`). The API deprecates it: use " +
				"`session_token_utilization`.",
		},
		"session_token_size": schema.Int32Attribute{
			Computed:            true,
			MarkdownDescription: "Size of the session token, in bytes (`SessionTokenSize`).",
		},
		"session_token_utilization": schema.Int32Attribute{
			Computed: true,
			MarkdownDescription: "How much of a session token's greatest size is used, in percent " +
				"(`SessionTokenUtilization`).",
		},
		"environment": schema.MapAttribute{
			Computed:    true,
			Sensitive:   true,
			ElementType: types.StringType,
			MarkdownDescription: "Environment variables that pass the session to a command, for `local-exec` or an " +
				"`exec` block. They hold the keys, and they keep AWS SDKs " +
				"from other identities of the runner. Exception: if the runner sets `AWS_PROFILE`, the AWS SDK for " +
				"JavaScript v3 uses that profile instead of the keys. Start " +
				"such a command with `env -u AWS_PROFILE`, except in a refreshable session. The guide \"Credentials " +
				"for commands\" lists all variables and exceptions.",
		},
	}
}

func checkPolicy(value string) error {
	_, err := assumerole.CompactPolicy(value)
	return err
}

// isNumber finds a duration whose unit is missing.
var isNumber = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)

var bareHost = regexp.MustCompile(`^[^:/\s]*$`)

func checkProviderID(value string) error {
	if bareHost.MatchString(value) {
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
