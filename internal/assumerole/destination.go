package assumerole

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// Destination is where a call goes, and on whose word.
type Destination struct {
	Host           string // host, and port when it isn't the scheme's
	AWS            bool   // it is AWS's own STS
	Loopback       bool   // it is on this machine
	Region         string // empty with an endpoint that somebody named
	RegionOrigin   string // who named the Region
	EndpointOrigin string // who named the endpoint; empty for the one of the Region
}

// String describes it, to follow "at".
func (d Destination) String() string {
	switch {
	case d.Host == "":
		return "an unknown endpoint"
	case d.EndpointOrigin != "":
		return fmt.Sprintf("%s (named by %s)", d.Host, d.EndpointOrigin)
	}
	return fmt.Sprintf("%s (Region from %s)", d.Host, d.RegionOrigin)
}

// RegionIsNamed tells whether somebody named the Region, rather than that it follows from the role.
func (d Destination) RegionIsNamed() bool {
	return d.Region != "" && !strings.HasPrefix(d.RegionOrigin, ofThePartition)
}

// ofThePartition begins the origin of a Region that nobody named.
const ofThePartition = "the role's partition"

// region is a Region and who named it.
type region struct {
	name   string
	origin string
}

// findRegion takes the first of: the provider's argument, the environment, the profile.
func findRegion(argument string, sources []any) (region, error) {
	environment, profile := loaded(sources)
	switch {
	case argument != "":
		return checkRegion(region{argument, "the provider's argument region"}, RegionArgument)
	case environment.Region != "":
		return checkRegion(region{environment.Region, "the environment variable " + regionVariable()}, "")
	case profile.Region != "":
		return checkRegion(region{profile.Region, fmt.Sprintf("the profile %q", profile.Profile)}, "")
	}
	return region{}, nil
}

// CheckRegion tells whether a value of the provider's argument region can be used. Its error is a *SettingError.
func CheckRegion(name string) error {
	_, err := checkRegion(region{name, "the provider's argument region"}, RegionArgument)
	return err
}

// regionName is what Regions are called, the old FIPS names included. Nothing looser will do: what is put into a host's
// name decides whose host it is, and sts.s3-us-west-2.amazonaws.com is a bucket.
var regionName = regexp.MustCompile(`^(fips-)?[a-z]{2,4}(-[a-z]+)+-\d{1,2}(-fips)?$`)

// checkRegion refuses what isn't the name of a Region, and the pseudo Region that stands for the global endpoint: AWS
// advises against it, and its session tokens aren't valid in every Region.
func checkRegion(found region, argument string) (region, error) {
	var problem string
	switch {
	case strings.HasSuffix(found.name, "-global"):
		problem = "stands for the global endpoint, which this provider doesn't use"
	case len(found.name) > 63 || !regionName.MatchString(found.name):
		problem = "isn't the name of a Region"
	default:
		return found, nil
	}
	return region{}, &SettingError{
		Argument: argument,
		Summary:  "Invalid AWS Region",
		Detail: fmt.Sprintf("%q, from %s, %s. Name a Region such as us-east-1 or eu-central-1; without any, the home "+
			"Region of the role's partition is used.",
			secret.Shown(found.name), found.origin, problem),
	}
}

// regionVariable tells which of two variables it was: the SDK doesn't.
func regionVariable() string {
	if os.Getenv("AWS_REGION") != "" {
		return "AWS_REGION"
	}
	return "AWS_DEFAULT_REGION"
}

// regionFor settles the Region for a role. One of another partition can't succeed, and a partition that this provider
// has never heard of has no home.
func (c *Client) regionFor(role arn.ARN) (region, error) {
	home, known := partitionNamed(role.Partition)
	switch {
	case c.region.name == "" && known:
		return region{home.homeRegion, ofThePartition + ", " + home.id}, nil
	case c.region.name == "":
		return region{}, &ArgumentError{
			Argument: RoleARNArgument,
			Summary:  "No AWS Region for the role's partition",
			Detail: fmt.Sprintf("No Region is set, and the partition of the role's ARN, %q, isn't one whose home "+
				"Region is known. "+
				"Correct the ARN, or set the provider's argument region.", role.Partition),
		}
	case known && partitionOfRegion(c.region.name).id != home.id:
		return region{}, &ArgumentError{
			Argument: RoleARNArgument,
			Summary:  "The role and the AWS Region are in different partitions",
			Detail: fmt.Sprintf("The role is in the partition %s, but the Region %s, from %s, is in %s: STS there "+
				"doesn't know the role. Set the provider's argument region "+
				"to a Region of %[1]s, such as %[5]s, or correct the role's ARN.", home.id, c.region.name,
				c.region.origin, partitionOfRegion(c.region.name).id, home.homeRegion),
		}
	}
	return c.region, nil
}

// locate settles where a request goes, after the checks that depend on it, and gives the SDK's client for there.
func (c *Client) locate(ctx context.Context, request Request) (Destination, *sts.Client, error) {
	destination := Destination{AWS: true}
	if c.endpoint != nil {
		destination = Destination{
			Host:           c.endpoint.url.Host,
			AWS:            c.endpoint.aws,
			Loopback:       transport.IsLoopback(c.endpoint.url),
			EndpointOrigin: c.endpoint.origin,
		}
	}
	if err := c.checkAccount(request.RoleARN); err != nil {
		return destination, nil, err
	}
	if !destination.AWS && request.AmbientToken {
		return destination, nil, ambientTokenError(destination)
	}
	if destination.AWS {
		role, err := request.checkForAWS()
		if err != nil {
			return destination, nil, err
		}
		if c.endpoint == nil {
			chosen, err := c.regionFor(role)
			if err != nil {
				return destination, nil, err
			}
			destination.Region, destination.RegionOrigin = chosen.name, chosen.origin
		}
	}
	client := c.service(destination.Region)
	host, err := resolveHost(ctx, client.Options())
	if err != nil {
		return destination, nil, err
	}
	destination.Host = host
	return destination, client, nil
}

// checkAccount holds a role to the accounts that are allowed. One whose account can't be told isn't among them.
func (c *Client) checkAccount(roleARN string) error {
	if len(c.allowed) == 0 {
		return nil
	}
	role, err := arn.Parse(roleARN)
	if err == nil && slices.Contains(c.allowed, role.AccountID) {
		return nil
	}
	return &ArgumentError{
		Argument:  RoleARNArgument,
		Misplaced: shownARN(roleARN) != roleARN,
		Summary:   "The role's account isn't allowed",
		Detail: fmt.Sprintf("The role ARN %q isn't of one of the accounts that the provider's argument "+
			"allowed_account_ids names: %s. Nothing was sent.",
			shownARN(roleARN), strings.Join(c.allowed, ", ")),
	}
}

// ambientTokenError keeps the token that a platform put there for AWS from a server that somebody else named: that
// server could use it at AWS.
func ambientTokenError(destination Destination) error {
	return &SettingError{
		Summary: "The environment's web identity token isn't sent to this endpoint",
		Detail: fmt.Sprintf("The token of AWS_WEB_IDENTITY_TOKEN_FILE is meant for AWS, and the endpoint %s isn't "+
			"AWS's: that server could use the token there. "+
			"If it is meant for this endpoint, name it with web_identity_token_file.", destination),
	}
}

// resolveHost asks the SDK's own rules for the host, FIPS and dual stack included.
func resolveHost(ctx context.Context, options sts.Options) (string, error) {
	parameters := sts.EndpointParameters{
		UseFIPS: aws.Bool(
			options.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled ||
				withoutFIPS(options.Region) != options.Region,
		),
		UseDualStack: aws.Bool(options.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
		Endpoint:     options.BaseEndpoint,
	}
	if options.Region != "" {
		parameters.Region = aws.String(withoutFIPS(options.Region))
	}
	resolved, err := options.EndpointResolverV2.ResolveEndpoint(ctx, parameters.WithDefaults())
	if err != nil {
		// The SDK's rules refuse FIPS or dual stack together with an endpoint, or where a partition has none.
		return "", &SettingError{
			Summary: "No STS endpoint fits the settings",
			Detail: fmt.Sprintf("%s. FIPS and dual stack come from AWS_USE_FIPS_ENDPOINT and "+
				"AWS_USE_DUALSTACK_ENDPOINT, or the profile's use_fips_endpoint and "+
				"use_dualstack_endpoint; neither goes together with an endpoint of one's own.", sentence(
				secret.PlainWords(strings.TrimPrefix(err.Error(), "endpoint rule error, "), nil),
			)),
		}
	}
	return resolved.URI.Host, nil
}
