package consumer

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// caller makes requests as whoever the provider block's credentials belong to.
type caller struct {
	config            aws.Config
	stsEndpoint       string
	allowedAccountIDs []string
	unknown           []string
}

// identity is GetCallerIdentity's answer.
type identity struct {
	accountID, arn, userID string
}

// newCaller reads the shared files, and neither looks at credentials nor asks for any. A profile that no file has is an
// error (config.SharedConfigProfileNotExistError).
func newCaller(ctx context.Context, args arguments) (*caller, error) {
	if len(args.unknown) > 0 {
		return &caller{unknown: args.unknown}, nil
	}
	cfg, err := config.LoadDefaultConfig(ctx, loadOptions(args)...)
	if err != nil {
		return nil, err
	}
	return &caller{config: cfg, stsEndpoint: args.stsEndpoint, allowedAccountIDs: args.allowedAccountIDs}, nil
}

func loadOptions(args arguments) []func(*config.LoadOptions) error {
	options := []func(*config.LoadOptions) error{
		// On a machine in EC2 a mistake in the configuration under test would be healed by the instance's own role.
		config.WithEC2IMDSClientEnableState(imds.ClientDisabled),
	}
	if args.hasStaticCredentials() {
		options = append(options, config.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(args.accessKey, args.secretKey, args.token)))
	}
	if args.region != "" {
		options = append(options, config.WithRegion(args.region))
	}
	if args.profile != "" {
		options = append(options, config.WithSharedConfigProfile(args.profile))
	}
	if len(args.sharedConfigFiles) > 0 {
		options = append(options, config.WithSharedConfigFiles(args.sharedConfigFiles))
	}
	if len(args.sharedCredentialsFiles) > 0 {
		options = append(options, config.WithSharedCredentialsFiles(args.sharedCredentialsFiles))
	}
	return options
}

// identity signs GetCallerIdentity and returns its answer. Its errors are for people, and have no secret in them:
// *unknownArgumentsError, *noCredentialsError, *callError and *accountNotAllowedError.
func (c *caller) identity(ctx context.Context) (identity, error) {
	if len(c.unknown) > 0 {
		return identity{}, &unknownArgumentsError{names: c.unknown}
	}
	// Asked for apart from the call, for two reasons: a failure here never reached STS, and what the call's failure
	// must not repeat has to be known.
	creds, err := c.config.Credentials.Retrieve(ctx)
	if err != nil {
		return identity{}, &noCredentialsError{err: err}
	}
	output, err := c.sts().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return identity{}, newCallError(err, creds)
	}
	who := identity{
		accountID: aws.ToString(output.Account),
		arn:       aws.ToString(output.Arn),
		userID:    aws.ToString(output.UserId),
	}
	if len(c.allowedAccountIDs) > 0 && !slices.Contains(c.allowedAccountIDs, who.accountID) {
		return identity{}, &accountNotAllowedError{accountID: who.accountID}
	}
	return who, nil
}

func (c *caller) sts() *sts.Client {
	return sts.NewFromConfig(c.config, func(o *sts.Options) {
		if c.stsEndpoint != "" {
			o.BaseEndpoint = aws.String(c.stsEndpoint)
		}
	})
}
