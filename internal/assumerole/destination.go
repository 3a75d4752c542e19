package assumerole

import (
	"context"
	"errors"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// Destination is where a call goes, and who set that.
type Destination struct {
	Host           string        // host, and port if it isn't the scheme's
	AWS            bool          // reports whether it is AWS's own STS
	Loopback       bool          // reports whether it is on this machine
	Region         string        // empty if EndpointOrigin is set
	RegionOrigin   origin.Origin // origin.Default if the Region follows from the role's partition
	EndpointOrigin origin.Origin // origin.Default for the endpoint of the Region

	// Of a failed exchange:
	Proxy    Proxy
	CABundle CABundle
}

// CABundle is the file of certificates that replaces the system's own, and who set it.
type CABundle struct {
	Path   string // quoted, or described if it might hold a secret; empty for the system's certificates
	Origin origin.Origin
}

// findCABundle takes the first of: the provider's argument, the environment, the profile.
func findCABundle(settings Settings, sources []any) CABundle {
	environment, profile := loaded(sources)
	switch {
	case settings.CustomCABundle != "":
		return CABundle{secret.ShownPath(settings.CustomCABundle), origin.Of(origin.ProviderBlock)}
	case environment.CustomCABundle != "":
		return CABundle{secret.ShownPath(environment.CustomCABundle), origin.OfVariable("AWS_CA_BUNDLE")}
	case profile.CustomCABundle != "":
		return CABundle{secret.ShownPath(profile.CustomCABundle), origin.OfProfile(profile.Profile, "ca_bundle")}
	}
	return CABundle{}
}

// withRoute adds what a failed call might have met on its way.
func (c *Client) withRoute(destination Destination) Destination {
	address := &url.URL{Scheme: "https", Host: destination.Host}
	if c.endpoint != nil {
		address = c.endpoint.url
	}
	destination.Proxy = c.proxies.of(address)
	if address.Scheme == "https" {
		destination.CABundle = c.caBundle
	}
	return destination
}

// region is a Region and where it comes from.
type region struct {
	name   string
	origin origin.Origin
}

// findRegion takes the first of: the provider's argument, the environment, the profile.
func findRegion(argument string, sources []any) (region, error) {
	environment, profile := loaded(sources)
	switch {
	case argument != "":
		return checkRegion(region{argument, origin.Of(origin.ProviderBlock)})
	case environment.Region != "":
		return checkRegion(region{environment.Region, origin.OfVariable(regionVariable())})
	case profile.Region != "":
		return checkRegion(region{profile.Region, origin.OfProfile(profile.Profile, "")})
	}
	return region{}, nil
}

// CheckRegion checks a value of the provider's argument for the Region. Its error is a *ValueError.
func CheckRegion(name string) error {
	_, err := checkRegion(region{name, origin.Of(origin.ProviderBlock)})
	return err
}

// regionName is what Regions are called, the old FIPS names included. Nothing looser will do: what is put into a host's
// name decides whose host it is, and sts.s3-us-west-2.amazonaws.com is a bucket.
var regionName = regexp.MustCompile(`^(fips-)?[a-z]{2,4}(-[a-z]+)+-\d{1,2}(-fips)?$`)

// checkRegion accepts only the name of a Region. It doesn't accept the pseudo Region of the global endpoint, because
// AWS advises against that endpoint, and its session tokens aren't valid in every Region.
func checkRegion(found region) (region, error) {
	problem := ProblemNotRegion
	switch {
	case strings.HasSuffix(found.name, "-global"):
		problem = ProblemGlobalRegion
	case zoneName.MatchString(found.name):
		problem = ProblemZone
	case len(found.name) <= 63 && regionName.MatchString(found.name):
		return found, nil
	}
	return region{}, &ValueError{
		Parameter: ParameterRegion, Origin: found.origin, Problem: problem, Value: shownRegion(found.name),
	}
}

// zoneName is what Availability Zones are called.
var zoneName = regexp.MustCompile(`^[a-z]{2}(-[a-z]{1,12}){1,3}-\d[a-z]$`)

// shownRegion is a value that isn't the name of a Region, as it can be shown.
func shownRegion(name string) string {
	if zoneName.MatchString(name) {
		return name
	}
	return secret.Shown(name)
}

// regionVariable tells which of two variables it was: the SDK doesn't.
func regionVariable() string {
	if os.Getenv("AWS_REGION") != "" {
		return "AWS_REGION"
	}
	return "AWS_DEFAULT_REGION"
}

// regionFor chooses the Region for a role. A Region of another partition can't succeed, and a partition that this
// provider doesn't know has no home Region.
func (c *Client) regionFor(role arn.ARN) (region, error) {
	home, known := partitionNamed(role.Partition)
	switch {
	case c.region.name == "" && known:
		return region{home.homeRegion, origin.Origin{Name: home.id}}, nil
	case c.region.name == "":
		return region{}, &PartitionError{Partition: role.Partition}
	case known && partitionOfRegion(c.region.name).id != home.id:
		return region{}, &PartitionError{
			Partition:       home.id,
			HomeRegion:      home.homeRegion,
			Region:          c.region.name,
			RegionOrigin:    c.region.origin,
			RegionPartition: partitionOfRegion(c.region.name).id,
		}
	}
	return c.region, nil
}

// locate finds where a request goes, after the checks that depend on it, and gives the SDK's client for there.
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
	if err := c.checkAccounts(request); err != nil {
		return destination, nil, err
	}
	if !destination.AWS && request.TokenOrigin.Kind == origin.Variable {
		// A platform provides this token for AWS, and a server that isn't AWS's could use it there.
		return destination, nil, &AmbientTokenError{destination}
	}
	if destination.AWS {
		role, err := request.checkForAWS()
		if err == nil {
			err = request.checkHopsForAWS(role)
		}
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

// signingRegion is the Region that a call to an endpoint is signed for, if somebody named the endpoint. An endpoint of
// AWS accepts only its own. Other servers might compare the Region with their own setting.
func (c *Client) signingRegion(roleARN string) string {
	if named := regionOf(c.endpoint.url); named != "" {
		return named
	}
	if c.region.name != "" {
		return withoutFIPS(c.region.name)
	}
	if role, err := arn.Parse(roleARN); err == nil {
		if home, known := partitionNamed(role.Partition); known {
			return home.homeRegion
		}
	}
	return defaultSigningRegion
}

// defaultSigningRegion is what servers that aren't AWS's have, unless somebody sets another.
const defaultSigningRegion = "us-east-1"

// checkAccounts holds all roles to the accounts that are allowed.
func (c *Client) checkAccounts(request Request) error {
	for hop := range len(request.Hops) + 1 {
		if err := c.checkAccount(request.roleARN(hop)); err != nil {
			if account, ok := errors.AsType[*AccountError](err); ok {
				account.HasHops = len(request.Hops) > 0
			}
			return ofHop(hop, err)
		}
	}
	return nil
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
	return &AccountError{RoleARN: shownARN(roleARN), Secret: shownARN(roleARN) != roleARN, Allowed: c.allowed}
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
		// The SDK's rules don't allow FIPS or dual stack together with an endpoint, or in partitions without them.
		reason := strings.TrimPrefix(err.Error(), "endpoint rule error, ")
		return "", &EndpointRulesError{secret.PlainWords(reason, nil)}
	}
	return resolved.URI.Host, nil
}
