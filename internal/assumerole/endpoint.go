package assumerole

import (
	"cmp"
	"context"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// The environment variables that can name an endpoint.
const (
	EndpointVariable        = "AWS_ENDPOINT_URL_STS"
	GeneralEndpointVariable = "AWS_ENDPOINT_URL"
)

// endpoint is an STS that somebody named instead of AWS's endpoint in the Region.
type endpoint struct {
	url    *url.URL
	origin origin.Origin
	aws    bool // reports whether it is AWS's own, such as a Region's or a VPC endpoint
}

// findEndpoint takes the first of: the provider's argument, the environment's and the profile's endpoint for STS, and
// their endpoint for every service if it is on loopback. It is nil if nobody named one.
func findEndpoint(ctx context.Context, argument string, sources []any) (*endpoint, error) {
	if argument != "" {
		return parseEndpoint(argument, origin.Of(origin.ProviderBlock))
	}
	if ignore, ok, err := config.GetIgnoreConfiguredEndpoints(ctx, sources); err == nil && ok && ignore {
		return nil, nil
	}
	environment, profile := loaded(sources)
	if value := os.Getenv(EndpointVariable); value != "" {
		return parseEndpoint(value, origin.OfVariable(EndpointVariable))
	}
	if value, ok, err := profile.GetServiceBaseEndpoint(ctx, "STS"); err == nil && ok && value != "" {
		return parseEndpoint(value, origin.OfProfile(profile.Profile, "services section"))
	}
	if environment.BaseEndpoint != "" {
		return generalEndpoint(environment.BaseEndpoint, origin.OfVariable(GeneralEndpointVariable))
	}
	if profile.BaseEndpoint != "" {
		return generalEndpoint(profile.BaseEndpoint, origin.OfProfile(profile.Profile, "endpoint_url"))
	}
	return nil, nil
}

// generalEndpoint takes an endpoint that wasn't named for STS. It is usually meant for S3, which must not receive a
// token. A local server for all of AWS's services is the exception.
func generalEndpoint(value string, from origin.Origin) (*endpoint, error) {
	found, err := parseEndpoint(value, from)
	if err != nil {
		return nil, err
	}
	if !transport.IsLoopback(found.url) {
		return nil, &ValueError{
			Parameter: ParameterEndpoint, Origin: from, Problem: ProblemNotForSTS, Part: found.url.Host,
		}
	}
	return found, nil
}

// CheckEndpoint checks a value of the provider's argument for the endpoint. Its error is a *ValueError.
func CheckEndpoint(value string) error {
	_, err := parseEndpoint(value, origin.Of(origin.ProviderBlock))
	return err
}

// IsPlainRemote reports whether an endpoint would receive the token, and send secrets, unencrypted over a network.
func IsPlainRemote(value string) bool {
	parsed, err := url.Parse(value)
	return err == nil && strings.EqualFold(parsed.Scheme, "http") && !transport.IsLoopback(parsed)
}

// parseEndpoint checks an endpoint that somebody named. Only the provider block can name one that sends secrets
// unencrypted over a network, because a review of the configuration sees it there.
func parseEndpoint(value string, from origin.Origin) (*endpoint, error) {
	parsed, err := url.Parse(value)
	var problem Problem
	switch {
	case err != nil || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' }):
		problem = ProblemNotURL
	case parsed.User != nil:
		problem = ProblemUser
	case parsed.Scheme != "http" && parsed.Scheme != "https", parsed.Hostname() == "":
		problem = ProblemNotServerURL
	case strings.ContainsFunc(parsed.Host, func(r rune) bool { return r > unicode.MaxASCII }):
		// Programs convert letters of other scripts to ASCII by different rules. It must be clear whose host it is.
		problem = ProblemHostLetters
	case parsed.RawQuery != "" || parsed.Fragment != "":
		problem = ProblemQuery
	case IsPlainRemote(strings.ToLower(value)) && from.Kind != origin.ProviderBlock:
		problem = ProblemNotEncrypted
	default:
		// Go's rule for what isn't sent through a proxy knows "localhost" only in lower case.
		parsed.Host = strings.ToLower(parsed.Host)
		return &endpoint{url: parsed, origin: from, aws: isAWS(parsed)}, nil
	}
	failure := &ValueError{
		Parameter: ParameterEndpoint, Origin: from, Problem: problem, Secret: strings.Contains(value, "@"),
	}
	if problem == ProblemNotEncrypted {
		failure.Part = parsed.Host
	}
	return nil, failure
}

// stsHost is what AWS calls its STS: in a Region (with or without FIPS), globally, or behind a VPC endpoint. Nothing
// less strict will do: under amazonaws.com anybody can have a host of their own, in S3, EC2 or API Gateway.
var stsHost = regexp.MustCompile(
	`^(?:sts(?:-fips)?(?:\.([a-z]+(?:-[a-z]+)+-\d+))?|(?:[a-z0-9-]+\.)+sts(?:-fips)?\.([a-z]+(?:-[a-z]+)+-\d+)\.vpce)\.([a-z0-9.-]+)$`,
)

func isAWS(u *url.URL) bool {
	if u.Scheme != "https" {
		return false
	}
	match := stsHost.FindStringSubmatch(strings.ToLower(u.Hostname()))
	if match == nil {
		return false
	}
	for _, candidate := range partitions {
		if slices.Contains(candidate.dnsSuffixes, match[3]) {
			return true
		}
	}
	return false
}

// regionOf is the Region in the name of an endpoint of AWS. It is empty for other endpoints. A name without a Region is
// that of the partition's home Region.
func regionOf(u *url.URL) string {
	if !isAWS(u) {
		return ""
	}
	match := stsHost.FindStringSubmatch(strings.ToLower(u.Hostname()))
	home := "us-east-1"
	for _, candidate := range partitions {
		if candidate.id != "aws-us-gov" && slices.Contains(candidate.dnsSuffixes, match[3]) {
			home = candidate.homeRegion
		}
	}
	return cmp.Or(match[1], match[2], home)
}

// loaded finds what the SDK read of the environment and of the shared configuration.
func loaded(sources []any) (environment config.EnvConfig, profile config.SharedConfig) {
	for _, source := range sources {
		switch source := source.(type) {
		case config.EnvConfig:
			environment = source
		case config.SharedConfig:
			profile = source
		}
	}
	return environment, profile
}
