package assumerole

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/transport"
)

// load has the SDK read the environment and the shared configuration, under the settings.
func load(ctx context.Context, settings Settings) (aws.Config, error) {
	options := []func(*config.LoadOptions) error{
		// Without these credentials, half a set of web identity variables would be an error here, and profiles' own
		// would be looked for.
		config.WithCredentialsProvider(aws.AnonymousCredentials{}),
		// AWS_DEFAULTS_MODE=auto would ask the instance metadata service for the Region, seconds where there is none.
		config.WithDefaultsMode(aws.DefaultsModeStandard),
	}
	if settings.UseFIPSEndpoint != nil {
		state := aws.FIPSEndpointStateDisabled
		if *settings.UseFIPSEndpoint {
			state = aws.FIPSEndpointStateEnabled
		}
		options = append(options, config.WithUseFIPSEndpoint(state))
	}
	if settings.UseDualStackEndpoint != nil {
		state := aws.DualStackEndpointStateDisabled
		if *settings.UseDualStackEndpoint {
			state = aws.DualStackEndpointStateEnabled
		}
		options = append(options, config.WithUseDualStackEndpoint(state))
	}
	if settings.CustomCABundle != "" {
		options = append(options, func(o *config.LoadOptions) error {
			bundle, err := os.ReadFile(settings.CustomCABundle)
			o.CustomCABundle = bytes.NewReader(bundle)
			return err
		})
	}
	loaded, err := loadInTime(ctx, options)
	if err != nil {
		return aws.Config{}, loadError(settings, err)
	}
	loaded.Logger = logging.Nop{} // it would write to stderr, past Terraform's own log
	return loaded, nil
}

// loadTimeout bounds the reading of the shared configuration, which is a matter of milliseconds.
const loadTimeout = 5 * time.Second

// errSlowFiles is what loadInTime ends with when the files don't answer.
var errSlowFiles = errors.New("reading the shared configuration files and the CA bundle took too long; is one of " +
	"them a pipe, or on a file system that hangs?")

// loadInTime bounds what the SDK reads without a bound: a pipe, or a file system that hangs, must not hang the run.
// A system call that hangs then keeps one goroutine until the process ends.
func loadInTime(ctx context.Context, options []func(*config.LoadOptions) error) (aws.Config, error) {
	type outcome struct {
		loaded aws.Config
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		loaded, err := config.LoadDefaultConfig(ctx, options...)
		done <- outcome{loaded, err}
	}()
	timeout := time.NewTimer(loadTimeout)
	defer timeout.Stop()
	select {
	case read := <-done:
		return read.loaded, read.err
	case <-ctx.Done():
		return aws.Config{}, context.Cause(ctx)
	case <-timeout.C:
		return aws.Config{}, errSlowFiles
	}
}

// maxRetries takes the argument, then the SDK's number of attempts, of the environment or the profile.
func maxRetries(settings Settings, loaded aws.Config) (int, error) {
	switch {
	case settings.MaxRetries != nil:
		return *settings.MaxRetries, nil
	case loaded.RetryMaxAttempts < 0:
		return 0, &ValueError{
			Parameter: ParameterMaxRetries,
			Origin:    origin.OfVariable("AWS_MAX_ATTEMPTS"), // or the profile's max_attempts: the SDK doesn't say
			Problem:   ProblemRange,
			Number:    int64(loaded.RetryMaxAttempts),
		}
	case loaded.RetryMaxAttempts > 0:
		return loaded.RetryMaxAttempts - 1, nil
	}
	return DefaultMaxRetries, nil
}

// maxConnections is how many idle connections are kept to one host: as many as the most parallel runs use, so that none
// is opened twice. The SDK keeps 10.
const maxConnections = 256

// httpClient puts this provider's rules around the SDK's own transport, which has the CA bundle. That order matters,
// because the SDK rejects a CA bundle together with a client that it doesn't know.
func httpClient(loaded aws.Config, proxies *proxies) *http.Client {
	buildable, ok := loaded.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		buildable = awshttp.NewBuildableClient()
	}
	base := buildable.GetTransport()
	base.MaxIdleConns, base.MaxIdleConnsPerHost = maxConnections, maxConnections
	base.Proxy = func(request *http.Request) (*url.URL, error) { return proxies.url(request.URL) }
	return transport.NewClient(base)
}
