// Package assumerole makes the exchange: a web identity token for temporary credentials, by STS AssumeRoleWithWebIdentity.
// It knows the AWS SDK and the rules of the API, and nothing of Terraform.
package assumerole

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"github.com/webidentity/terraform-provider-sts/internal/transport"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Settings say how STS is reached. What is empty follows the SDK's environment variables and shared configuration.
type Settings struct {
	Region   string
	Endpoint string
	Version  string // of this provider, for the user agent
}

// Client makes exchanges. It is safe for concurrent use.
type Client struct {
	config   aws.Config
	client   *http.Client
	region   region
	endpoint *endpoint
	version  string
}

// NewClient reads the environment and the shared configuration. No AWS credentials are looked up: the call is anonymous. Its
// error is a *SettingError.
func NewClient(ctx context.Context, settings Settings) (*Client, error) {
	loaded, err := config.LoadDefaultConfig(ctx,
		// Without these credentials, half a set of web identity variables would be an error here, and profiles' own would be
		// looked for.
		config.WithCredentialsProvider(aws.AnonymousCredentials{}),
		// AWS_DEFAULTS_MODE=auto would ask the instance metadata service for the Region, seconds where there is none.
		config.WithDefaultsMode(aws.DefaultsModeStandard),
	)
	if err != nil {
		return nil, loadError(err)
	}
	loaded.Logger = logging.Nop{} // it would write to stderr, past Terraform's own log
	client := &Client{config: loaded, client: httpClient(loaded), version: settings.Version}
	if client.region, err = findRegion(settings.Region, loaded.ConfigSources); err != nil {
		return nil, err
	}
	if client.endpoint, err = findEndpoint(ctx, settings.Endpoint, loaded.ConfigSources); err != nil {
		return nil, err
	}
	return client, nil
}

// httpClient puts this provider's rules around the SDK's own transport, which has the CA bundle and the proxies. That order
// matters: the SDK refuses a CA bundle together with a client it doesn't know.
func httpClient(loaded aws.Config) *http.Client {
	buildable, ok := loaded.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		buildable = awshttp.NewBuildableClient()
	}
	return transport.NewClient(buildable.GetTransport())
}

// configure sets the SDK's client up. The endpoint is set in either case: the SDK would find one for itself, by other rules.
func (c *Client) configure(o *sts.Options, region string) {
	o.Region = region
	o.BaseEndpoint = nil
	if c.endpoint != nil {
		o.BaseEndpoint = aws.String(c.endpoint.url.String())
	}
	o.HTTPClient = c.client
	o.Retryer = c.retryer()
	o.APIOptions = append(o.APIOptions, middleware.AddUserAgentKeyValue("terraform-provider-sts", c.version))
}

// retryer is the SDK's standard one, without its quota: that is shared by all calls of a client, so a run with many roles
// would use it up while the service merely asks to slow down.
func (c *Client) retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.RateLimiter = ratelimit.None
		if c.config.RetryMaxAttempts > 0 {
			o.MaxAttempts = c.config.RetryMaxAttempts
		}
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(notForRetry)}, o.Retryables...)
	})
}

// Exchange is one trade of a token for credentials: what is known of it, whether or not it succeeded.
type Exchange struct {
	Request     Request
	Destination Destination
	Claims      *webidentity.Claims // what the token claims; nil until there is a token, and when it isn't a JWT
	Result      *Result             // nil unless it succeeded
}

// Exchange fetches the token and calls STS, both within request.Timeout. Beside an error, the Exchange holds what was known
// when it came about.
//
// Errors: *ArgumentError, *SettingError and *webidentity.Error, before anything is sent; *ServiceError, *AnswerError,
// *transport.RedirectError, *ConnectionError, *TimeoutError; and context.Canceled when ctx was cancelled.
func (c *Client) Exchange(ctx context.Context, request Request) (Exchange, error) {
	exchange := Exchange{Request: request}
	within, cancel := context.WithTimeout(ctx, request.Timeout)
	defer cancel()

	input, err := request.input()
	if err != nil {
		return exchange, err
	}
	destination, client, err := c.locate(within, request)
	exchange.Destination = destination
	if err != nil {
		return exchange, err
	}
	token, err := request.Token.Token(within)
	if err != nil {
		return exchange, ended(within, err, request.Timeout, "reading the web identity token from "+request.Token.String())
	}
	if claims, err := webidentity.Decode(token.Reveal()); err == nil {
		exchange.Claims = &claims
	}

	input.WebIdentityToken = aws.String(token.Reveal())
	output, err := client.AssumeRoleWithWebIdentity(within, input)
	if err != nil {
		return exchange, ended(within, translate(err, token), request.Timeout, "waiting for the answer of STS at "+destination.String())
	}
	exchange.Result, err = newResult(output)
	return exchange, err
}

// ended tells an exchange that ran out of time, or was interrupted, from one that failed by itself.
func ended(ctx context.Context, err error, timeout time.Duration, during string) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return &TimeoutError{Timeout: timeout, During: during}
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted while %s: %w", during, context.Canceled)
	}
	return err
}
