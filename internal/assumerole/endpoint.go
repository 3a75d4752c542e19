package assumerole

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// Arguments of the provider block, as errors name them.
const (
	RegionArgument   = "region"
	EndpointArgument = "endpoint"
)

// The environment variables that can name an endpoint.
const (
	stsEndpointVariable     = "AWS_ENDPOINT_URL_STS"
	generalEndpointVariable = "AWS_ENDPOINT_URL"
)

// endpoint is an STS that somebody named, in place of the one that AWS has in the Region.
type endpoint struct {
	url    *url.URL
	origin string // who named it, for an error to say
	aws    bool   // it is AWS's own all the same: a Region's, or a VPC endpoint
}

// findEndpoint takes the first of: the provider's argument; what is meant for STS in the environment, then in the
// profile; what is meant for every service, but that on loopback alone. Nil when nobody named one.
func findEndpoint(ctx context.Context, argument string, sources []any) (*endpoint, error) {
	if argument != "" {
		return parseEndpoint(argument, "the provider's argument endpoint", EndpointArgument)
	}
	if ignore, found, err := config.GetIgnoreConfiguredEndpoints(ctx, sources); err == nil && found && ignore {
		return nil, nil
	}
	environment, profile := loaded(sources)
	inProfile := fmt.Sprintf("the profile %q", profile.Profile)
	if value := os.Getenv(stsEndpointVariable); value != "" {
		return parseEndpoint(value, "the environment variable "+stsEndpointVariable, "")
	}
	if value, found, err := profile.GetServiceBaseEndpoint(ctx, "STS"); err == nil && found && value != "" {
		return parseEndpoint(value, inProfile+" (services section)", "")
	}
	if environment.BaseEndpoint != "" {
		return generalEndpoint(environment.BaseEndpoint, "the environment variable "+generalEndpointVariable)
	}
	if profile.BaseEndpoint != "" {
		return generalEndpoint(profile.BaseEndpoint, inProfile+" (endpoint_url)")
	}
	return nil, nil
}

// generalEndpoint takes an endpoint that wasn't named for STS. It is usually meant for S3, and a token has no business
// there; a local stand-in for all of AWS is the exception.
func generalEndpoint(value, origin string) (*endpoint, error) {
	found, err := parseEndpoint(value, origin, "")
	if err != nil {
		return nil, err
	}
	if !transport.IsLoopback(found.url) {
		return nil, &SettingError{
			Summary: "Unclear whether the endpoint is meant for STS",
			Detail: fmt.Sprintf("%s names %s for every AWS service. That is usually meant for S3, so the token isn't "+
				"sent there. If it is meant for "+
				"STS, set the provider's argument endpoint or the environment variable %s to it; if not, set "+
				"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true.",
				sentence(origin), found.url.Host, stsEndpointVariable),
		}
	}
	return found, nil
}

// CheckEndpoint tells whether a value of the provider's argument endpoint can be used. Its error is a *SettingError.
func CheckEndpoint(value string) error {
	_, err := parseEndpoint(value, "the provider's argument endpoint", EndpointArgument)
	return err
}

// IsPlainRemote tells whether an endpoint would get the token, and answer with secrets, unencrypted over a network.
func IsPlainRemote(value string) bool {
	parsed, err := url.Parse(value)
	return err == nil && strings.EqualFold(parsed.Scheme, "http") && !transport.IsLoopback(parsed)
}

// parseEndpoint checks what somebody named. Plain http over a network is for the argument alone: there it stands in the
// configuration, where a review sees it.
func parseEndpoint(value, origin, argument string) (*endpoint, error) {
	fail := func(problem string) error {
		return &SettingError{
			Argument: argument,
			Secret:   strings.Contains(value, "@"),
			Summary:  "Invalid STS endpoint",
			Detail: fmt.Sprintf("%s %s. It must be an absolute URL with http or https and a host, such as "+
				"https://sts.example.com or "+
				"http://localhost:4566.", sentence(origin), problem),
		}
	}
	parsed, err := url.Parse(value)
	switch {
	case err != nil || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' }):
		return nil, fail("isn't a URL")
	case parsed.User != nil:
		return nil, fail("holds a user or a password, which are never sent")
	case parsed.Scheme != "http" && parsed.Scheme != "https", parsed.Hostname() == "":
		return nil, fail("isn't a URL of a server")
	case strings.ContainsFunc(parsed.Host, func(r rune) bool { return r > unicode.MaxASCII }):
		// Letters of other scripts are turned into ASCII by different rules here and there: it must be clear whose host
		// it is.
		return nil, fail("has a host with letters beyond ASCII; write it as DNS has it, with xn--")
	case parsed.RawQuery != "" || parsed.Fragment != "":
		return nil, fail("has a query or a fragment")
	case argument == "" && IsPlainRemote(strings.ToLower(value)):
		return nil, &SettingError{
			Summary: "The STS endpoint isn't encrypted",
			Detail: fmt.Sprintf("%s is plain http to %s, so the token and the credentials would cross the network in "+
				"the clear. Use https; "+
				"or, if that is really meant, set the provider's argument endpoint to it.", sentence(origin),
				parsed.Host),
		}
	}
	// Go's rule for what isn't sent through a proxy knows "localhost" in this form only
	parsed.Host = strings.ToLower(parsed.Host)
	return &endpoint{url: parsed, origin: origin, aws: isAWS(parsed)}, nil
}

// stsHost is what AWS calls its STS: in a Region (with or without FIPS), globally, or behind a VPC endpoint. Nothing
// less strict will do: under amazonaws.com anybody can have a host of their own, in S3, EC2 or API Gateway.
var stsHost = regexp.MustCompile(
	`^(?:sts(?:-fips)?(?:\.[a-z]+(?:-[a-z]+)+-\d+)?|(?:[a-z0-9-]+\.)+sts(?:-fips)?\.[a-z]+(?:-[a-z]+)+-\d+\.vpce)\.([a-z0-9.-]+)$`,
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
		if slices.Contains(candidate.dnsSuffixes, match[1]) {
			return true
		}
	}
	return false
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

// sentence makes a phrase begin as a sentence does.
func sentence(phrase string) string { return strings.ToUpper(phrase[:1]) + phrase[1:] }
