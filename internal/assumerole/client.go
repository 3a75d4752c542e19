// Package assumerole makes the exchange: a web identity token for temporary credentials, by STS
// AssumeRoleWithWebIdentity, and for those of further roles, by AssumeRole. It knows the AWS SDK and the rules of the
// API, and nothing of Terraform.
package assumerole

import (
	"context"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// Settings say how STS is reached. What isn't set follows the SDK's environment variables and shared configuration.
type Settings struct {
	Region               string
	Endpoint             string
	UseFIPSEndpoint      *bool
	UseDualStackEndpoint *bool
	CustomCABundle       string // path of a file of certificates in PEM form
	HTTPProxy            string // URL
	HTTPSProxy           string // URL
	NoProxy              string // hosts that aren't reached through a proxy, separated by commas
	MaxRetries           *int   // how often a temporary failure is retried; throttling doesn't count
	AllowedAccountIDs    []string
	AllowedAudiences     []string // of tokens; empty: all
	Version              string   // of this provider, for the user agent
	OnlyTokens           bool     // the client gets only tokens, so what concerns STS isn't checked
}

// Client makes exchanges. It is safe for concurrent use.
type Client struct {
	config     aws.Config
	client     *http.Client
	region     region
	endpoint   *endpoint
	proxies    *proxies
	caBundle   CABundle
	maxRetries int
	allowed    []string // accounts
	audiences  []string // that are allowed
	version    string

	services sync.Map // *sts.Client by Region

	tokens   shared[secret.Text]
	sessions shared[*Result]
	callers  callers
}

// NewClient reads the environment and the shared configuration. It looks up no AWS credentials, because the call is
// anonymous. Errors: *ValueError and *SharedConfigError.
func NewClient(ctx context.Context, settings Settings) (*Client, error) {
	loaded, err := load(ctx, settings)
	if err != nil {
		return nil, err
	}
	client := &Client{
		config:    loaded,
		caBundle:  findCABundle(settings, loaded.ConfigSources),
		allowed:   settings.AllowedAccountIDs,
		audiences: settings.AllowedAudiences,
		version:   settings.Version,
	}
	if client.proxies, err = newProxies(settings); err != nil {
		return nil, err
	}
	client.client = httpClient(loaded, client.proxies)
	if settings.OnlyTokens {
		return client, nil
	}
	client.config.HTTPClient = client.client // the SDK would copy its own transport for each call
	if client.region, err = findRegion(settings.Region, loaded.ConfigSources); err != nil {
		return nil, err
	}
	if client.endpoint, err = findEndpoint(ctx, settings.Endpoint, loaded.ConfigSources); err != nil {
		return nil, err
	}
	if client.endpoint != nil && settings.UseFIPSEndpoint != nil && *settings.UseFIPSEndpoint {
		return nil, &ValueError{
			Parameter: ParameterUseFIPSEndpoint,
			Origin:    origin.Of(origin.ProviderBlock),
			Problem:   ProblemWithEndpoint,
			Other:     client.endpoint.origin,
		}
	}
	client.maxRetries, err = maxRetries(settings, loaded)
	return client, err
}

// HTTPClient is the client for STS, with its CA bundle and its proxies. Requests for tokens use it, too.
func (c *Client) HTTPClient() *http.Client { return c.client }

// service is the SDK's client for a Region, which is empty with an endpoint that somebody named.
func (c *Client) service(region string) *sts.Client {
	stored, ok := c.services.Load(region)
	if !ok {
		stored, _ = c.services.LoadOrStore(
			region,
			sts.NewFromConfig(c.config, func(o *sts.Options) { c.configure(o, region) }),
		)
	}
	service, _ := stored.(*sts.Client)
	return service
}

// configure sets the SDK's client up. The endpoint is set in either case: the SDK would find one for itself, by other
// rules.
func (c *Client) configure(o *sts.Options, region string) {
	o.Region = region
	o.BaseEndpoint = nil
	if c.endpoint != nil {
		o.BaseEndpoint = aws.String(c.endpoint.url.String())
	}
	o.APIOptions = append(o.APIOptions, middleware.AddUserAgentKeyValue("terraform-provider-sts", c.version))
}
