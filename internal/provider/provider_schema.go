package provider

import (
	"fmt"
	"regexp"

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
	all := transportAttributes()
	for name, attribute := range tokenArguments() {
		all[name] = attribute
	}
	all[explain.RoleSessionNameArgument] = sessionNameArgument(false)
	all[allowedAccountIDsArgument] = schema.SetAttribute{
		Optional:    true,
		ElementType: types.StringType,
		MarkdownDescription: "IDs of the accounts whose roles may be assumed, of 12 digits each. A role of another " +
			"account is an error before anything is sent. Set it where a module " +
			"is handed this provider: it could otherwise assume every role that trusts the token.",
		Validators: []validator.Set{
			setvalidator.NoNullValues(),
			setvalidator.SizeAtLeast(1),
			eachCheckedBy("the ID of an AWS account, 12 digits", checkAccountID),
		},
	}
	return all
}

func transportAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		explain.RegionArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The AWS Region whose STS is called, such as `eu-central-1`. Default: `AWS_REGION`, " +
				"then `AWS_DEFAULT_REGION`, then the profile's " +
				"`region`, then the home Region of the role's partition (`us-east-1` for `aws`, `cn-north-1` for " +
				"`aws-cn`, `us-gov-west-1` for `aws-us-gov`).",
			Validators: []validator.String{checkedBy("the name of an AWS Region", assumerole.CheckRegion)},
		},
		explain.EndpointArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The URL of the STS to call in place of the Region's own: a VPC endpoint, MinIO, " +
				"Ceph, an emulator. Default: `AWS_ENDPOINT_URL_STS`, " +
				"then the profile's `services` section for `sts`. A general `AWS_ENDPOINT_URL`, or `endpoint_url` of " +
				"the profile, is usually meant for S3: it is followed on " +
				"loopback, and an error elsewhere. The token of `AWS_WEB_IDENTITY_TOKEN_FILE` is never sent to a " +
				"server that isn't AWS's.",
			Validators: []validator.String{checkedBy("an absolute http or https URL", assumerole.CheckEndpoint)},
		},
		explain.UseFIPSEndpointArgument: schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to call the Region's FIPS endpoint. It excludes `endpoint`. Default: " +
				"`AWS_USE_FIPS_ENDPOINT`, then the profile's `use_fips_endpoint`.",
		},
		explain.UseDualStackEndpointArgument: schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether to call the Region's endpoint for IPv4 and IPv6. Default: " +
				"`AWS_USE_DUALSTACK_ENDPOINT`, then the profile's " +
				"`use_dualstack_endpoint`.",
		},
		explain.CustomCABundleArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Path of a file with the certificates to trust, in PEM form, in place of the " +
				"system's. Default: `AWS_CA_BUNDLE`, then the profile's " +
				"`ca_bundle`.",
			Validators: notEmpty(),
		},
		explain.HTTPProxyArgument: schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "URL of the proxy for `http` endpoints. Default: `HTTP_PROXY`. Loopback, and the " +
				"metadata services of platforms, are never reached through a proxy.",
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
			MarkdownDescription: "Hosts that aren't reached through a proxy, separated by commas. Default: `NO_PROXY`.",
		},
		explain.MaxRetriesArgument: schema.NumberAttribute{
			Optional: true,
			MarkdownDescription: "How often a call is made again whose failure may pass: a connection that fails, an " +
				"error of the server's. Throttling doesn't count, and `timeout` bounds all " +
				"of it. Default: one less than `AWS_MAX_ATTEMPTS` or the profile's `max_attempts`, else 2.",
			Validators: []validator.Number{wholeNumber{0, maxRetries}},
		},
	}
}

func checkProxy(parameter assumerole.Parameter) func(string) error {
	return func(value string) error { return assumerole.CheckProxy(parameter, value) }
}

var accountID = regexp.MustCompile(`^\d{12}$`)

// checkAccountID doesn't repeat the value, as the framework's own validator does.
func checkAccountID(value string) error {
	if accountID.MatchString(value) {
		return nil
	}
	return &argumentError{
		summary: "Invalid account ID",
		detail:  fmt.Sprintf("%q must be the ID of an AWS account, 12 digits.", secret.Shown(value)),
	}
}
