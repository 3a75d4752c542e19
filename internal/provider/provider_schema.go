package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

const allowedAccountIDsArgument = "allowed_account_ids"

// maxRetries is more than any deadline leaves room for.
const maxRetries = 1000

// providerAttributes are the defaults for the blocks, and how STS is reached. The former are the blocks' own
// attributes.
func providerAttributes() map[string]schema.Attribute {
	merged := transportAttributes()
	for name, attribute := range tokenArguments() {
		merged[name] = attribute
	}
	merged[explain.RoleSessionNameArgument] = sessionNameArgument(false)
	merged[allowedAccountIDsArgument] = schema.SetAttribute{
		Optional:    true,
		ElementType: types.StringType,
		MarkdownDescription: "IDs of the accounts whose roles the provider may assume, with 12 digits each. A role " +
			"in another account is an error before the provider sends anything. Default: all accounts. Set it if " +
			"you pass this provider to a module. Without it, the module can assume every role that trusts the token.",
		Validators: []validator.Set{
			setvalidator.NoNullValues(),
			setvalidator.SizeAtLeast(1),
			eachCheckedBy("the ID of an AWS account, 12 digits", checkAccountID),
		},
	}
	merged[explain.AllowedAudiencesArgument] = schema.SetAttribute{
		Optional:    true,
		ElementType: types.StringType,
		MarkdownDescription: "Audiences of the tokens that blocks may use. A request for a token with another " +
			"audience is an error before the provider makes it. A token with another audience in its `aud` claim, or without " +
			"an audience, is an error before the provider sends or returns it. Default: all audiences. Set it if " +
			"you pass this provider to a module. Without it, the module can request a token for every receiver that " +
			"trusts your platform.",
		Validators: []validator.Set{
			setvalidator.NoNullValues(),
			setvalidator.SizeAtLeast(1),
			eachCheckedBy("an audience", checkAllowedAudience),
		},
	}
	return merged
}

func transportAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		explain.RegionArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "AWS Region of the STS endpoint, such as `eu-central-1`. Default: `AWS_REGION`, " +
				"then `AWS_DEFAULT_REGION`, then the profile's `region`, then the home Region of the role's " +
				"partition. The home Regions are `us-east-1` for `aws`, `cn-north-1` for `aws-cn`, and " +
				"`us-gov-west-1` for `aws-us-gov`.",
			Validators: []validator.String{checkedBy("the name of an AWS Region", assumerole.CheckRegion)},
		},
		explain.EndpointArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "URL of the STS to call instead of the Region's, for example a VPC endpoint, " +
				"MinIO, Ceph, or an emulator. Default: `AWS_ENDPOINT_URL_STS`, then the profile's `services` " +
				"section for `sts`. A general `AWS_ENDPOINT_URL` or the profile's `endpoint_url` is usually meant " +
				"for S3. The provider uses such a URL on loopback and reports an error elsewhere. The provider " +
				"never sends the token of `AWS_WEB_IDENTITY_TOKEN_FILE` to a server that isn't AWS's.",
			Validators: []validator.String{checkedBy("an absolute http or https URL", assumerole.CheckEndpoint)},
		},
		explain.UseFIPSEndpointArgument: schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to call the FIPS endpoint of the Region. You can't combine it with " +
				"`endpoint`. Default: `AWS_USE_FIPS_ENDPOINT`, then the profile's `use_fips_endpoint`.",
		},
		explain.UseDualStackEndpointArgument: schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to call the dual-stack endpoint of the Region, for IPv4 and IPv6. You " +
				"can't combine it with `endpoint`. Default: `AWS_USE_DUALSTACK_ENDPOINT`, then the profile's " +
				"`use_dualstack_endpoint`.",
		},
		explain.CustomCABundleArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Path of a file with the certificates to trust instead of the system's, in PEM " +
				"format. Default: `AWS_CA_BUNDLE`, then the profile's `ca_bundle`.",
			Validators: notEmpty(),
		},
		explain.HTTPProxyArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "URL of the proxy for `http` endpoints. Default: `HTTP_PROXY`. The provider never " +
				"uses a proxy for loopback and for the metadata services of platforms.",
			Validators: []validator.String{checkedBy("the URL of a proxy", checkProxy(assumerole.ParameterHTTPProxy))},
		},
		explain.HTTPSProxyArgument: schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "URL of the proxy for `https` endpoints. Default: `HTTPS_PROXY`.",
			Validators: []validator.String{
				checkedBy("the URL of a proxy", checkProxy(assumerole.ParameterHTTPSProxy)),
			},
		},
		explain.NoProxyArgument: schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Hosts to call without a proxy, separated by commas. Default: `NO_PROXY`.",
		},
		explain.MaxRetriesArgument: schema.NumberAttribute{
			Optional: true,
			MarkdownDescription: "Maximum number of retries after a failure that might be temporary, such as a " +
				"failed connection or a server error. 0 to 1000. Default: one less than `AWS_MAX_ATTEMPTS` or the " +
				"profile's `max_attempts`, or else 2. Throttling doesn't count. `timeout` limits the time for all " +
				"retries.",
			Validators: []validator.Number{wholeNumber{0, maxRetries}},
		},
	}
}

func checkProxy(parameter assumerole.Parameter) func(string) error {
	return func(value string) error { return assumerole.CheckProxy(parameter, value) }
}

// checkAllowedAudience rejects what no token's audience is.
func checkAllowedAudience(value string) error {
	if strings.TrimSpace(value) != "" {
		return nil
	}
	return &argumentError{
		summary: "Invalid audience",
		detail:  "An audience is empty. Set it to the audience of a token, or remove it.",
	}
}

// checkAccountID doesn't repeat the value, as the framework's own validator does.
func checkAccountID(value string) error {
	if assumerole.IsAccountID(value) {
		return nil
	}
	return &argumentError{
		summary: "Invalid account ID",
		detail:  fmt.Sprintf("%q must be the ID of an AWS account, 12 digits.", secret.Shown(value)),
	}
}
