package assumerole

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// sharedFor is how long after its making a session is given to another block that asks for exactly the same.
const sharedFor = time.Minute

// Exchange is one exchange of a token for credentials, and the hops that follow, with what is known of it. It might
// have failed.
type Exchange struct {
	Request     Request
	OnlyToken   bool // the token was asked for, and no call of STS
	Destination Destination
	Claims      *webidentity.Claims // what the token claims; nil until there is a token, and when it isn't a JWT
	Sent        bool                // the token was, or was about to be, sent
	Hop         int                 // the number of the hop under way, or the last, from 1; 0 for the exchange
	Caller      *Result             // of the call before the hop, whose credentials sign it; nil for the exchange
	Result      *Result             // nil unless it succeeded
	Requests    int                 // how often the token was requested in vain
	Calls       int                 // how often STS was called for this hop, or for the exchange
	Elapsed     time.Duration       // from its start to its end
}

// RoleARN is that of the role that the exchange, or its hop, assumes.
func (e Exchange) RoleARN() string { return e.Request.roleARN(e.Hop) }

// ShownRoleARN is RoleARN for a log or an error, as Request.ShownRoleARN.
func (e Exchange) ShownRoleARN() string { return shownARN(e.RoleARN()) }

// CallerRoleARN is that of the role whose session calls the hop. It is empty for the exchange.
func (e Exchange) CallerRoleARN() string {
	if e.Hop == 0 {
		return ""
	}
	return e.Request.roleARN(e.Hop - 1)
}

// Exchange gets the token and calls STS, and then calls it for each hop, all within request.Timeout. If the token has
// expired, it gets a new one once. It retries for request.PropagationTimeout longer while STS doesn't know a role or
// the OIDC provider yet. With an error, the Exchange has what was known at that time.
//
// Unless the request is fresh, all requests use a platform's token until shortly before it expires, and requests for
// exactly the same session share one call. A session that a hop is called with serves all requests until shortly before
// it expires, the fresh ones, too.
//
// Errors before anything is sent: *ValueError, *PartitionError, *AccountError, *AudienceError, *AmbientTokenError,
// *EndpointRulesError, *webidentity.SourceError, and *webidentity.Error. Other errors: *ServiceError, *AnswerError,
// *transport.RedirectError, *ConnectionError, *TimeoutError, *BugError; and *InterruptedError when ctx was canceled.
func (c *Client) Exchange(ctx context.Context, request Request) (exchange Exchange, err error) {
	exchange = Exchange{Request: request}
	defer func() {
		if bug := Bug(recover()); bug != nil {
			err = bug
		}
	}()
	input, err := request.input()
	if err != nil {
		return exchange, err
	}
	hops, err := request.hopInputs()
	if err == nil {
		err = request.checkInheritance(nil)
	}
	if err != nil {
		return exchange, err
	}
	destination, client, err := c.locate(ctx, request)
	exchange.Destination = destination
	if err != nil {
		return exchange, err
	}
	loop := c.newLoop(client, input, hops, &exchange)
	if err = loop.run(ctx); err != nil {
		exchange.Destination = c.withRoute(exchange.Destination)
	}
	exchange.Elapsed = time.Since(loop.started)
	return exchange, err
}

// token gets a token from the request's source, once. Equal requests to a platform share one request, as session does
// with calls. Files and variables are simply read. To renew is to get another token than the previous one.
func (c *Client) token(
	ctx context.Context, request Request, previous secret.Text, renew bool, after int,
) (secret.Text, int, error) {
	source, ok := request.Token.(webidentity.RequestSource)
	if !ok || request.isFresh(0) {
		token, err := request.Token.Token(ctx)
		return token, 0, err
	}
	if renew {
		c.tokens.forget(source.Key(), previous)
	}
	return c.tokens.do(ctx, source.Key(), after, func(ctx context.Context) (secret.Text, time.Time, error) {
		token, err := source.Token(ctx)
		return token, goodUntil(token), err
	})
}

// goodUntil is when a token is too near to its end to begin anything with: the last minute of its life, or the last
// half of a short one. What doesn't say when it expires isn't kept.
func goodUntil(token secret.Text) time.Time {
	claims, err := webidentity.Decode(token.Reveal())
	if err != nil || claims.Expiration.IsZero() {
		return time.Time{}
	}
	return keepUntil(claims.Expiration, time.Now())
}

func keepUntil(expiration, now time.Time) time.Time {
	return expiration.Add(-min(time.Minute, expiration.Sub(now)/2))
}

// isFresh reports whether a call must not be shared: that of a fresh request whose session is the result.
func (r Request) isFresh(hop int) bool { return r.Fresh && hop == len(r.Hops) }

// session calls STS, once for all who ask for the same at about the same time. The key is equal for equal calls, or
// empty for a call that isn't shared. The number is that of the shared call, or 0 for the result of an earlier one. A
// call that another exchange made after the numbered one serves this exchange, too.
func (c *Client) session(
	ctx context.Context,
	key string,
	after int,
	call func(context.Context) (*Result, error),
) (*Result, int, error) {
	if key == "" {
		result, err := call(ctx)
		return result, after + 1, err
	}
	return c.sessions.do(ctx, key, after, func(ctx context.Context) (*Result, time.Time, error) {
		result, err := call(ctx)
		if err != nil {
			return nil, time.Time{}, err
		}
		until := time.Now().Add(sharedFor)
		if expiration := result.Credentials.Expiration; expiration != nil && time.Until(*expiration) < 2*sharedFor {
			until = time.Now().Add(time.Until(*expiration) / 2)
		}
		return result, until, nil
	})
}

// keyOf is equal for equal values, secrets included, which aren't in it.
func keyOf(values ...any) (string, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("comparing requests: %w", err)
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:]), nil
}

// call calls STS once. The SDK doesn't retry: the loop decides that for the token and the call together.
func call(
	ctx context.Context,
	client *sts.Client,
	input *sts.AssumeRoleWithWebIdentityInput,
	text serverText,
) (*Result, error) {
	output, err := client.AssumeRoleWithWebIdentity(ctx, input, once(assumeRoleWithWebIdentity, text))
	if err != nil {
		return nil, translate(err, text)
	}
	return newResult(output, text)
}

// callHop is call for a hop. The credentials of the caller sign it.
func (c *Client) callHop(
	ctx context.Context,
	client *sts.Client,
	caller Credentials,
	input *sts.AssumeRoleInput,
	text serverText,
) (*Result, error) {
	output, err := client.AssumeRole(
		ctx,
		input,
		once(assumeRole, text),
		c.signedBy(caller, aws.ToString(input.RoleArn)),
	)
	if err != nil {
		return nil, translate(err, text)
	}
	return newResult(&sts.AssumeRoleWithWebIdentityOutput{
		Credentials:             output.Credentials,
		AssumedRoleUser:         output.AssumedRoleUser,
		SourceIdentity:          output.SourceIdentity,
		PackedPolicySize:        output.PackedPolicySize,
		SessionTokenSize:        output.SessionTokenSize,
		SessionTokenUtilization: output.SessionTokenUtilization,
		ResultMetadata:          output.ResultMetadata,
	}, text)
}

// once has an operation called once, with this package's deserializer.
func once(of operation, text serverText) func(*sts.Options) {
	return func(o *sts.Options) {
		o.Retryer = aws.NopRetryer{}
		o.APIOptions = append(slices.Clone(o.APIOptions), useDeserializer(of, text))
	}
}

// signedBy has a call signed with the credentials, for the Region of the endpoint. The names of FIPS pseudo Regions are
// for endpoints, not for signatures.
func (c *Client) signedBy(caller Credentials, roleARN string) func(*sts.Options) {
	return func(o *sts.Options) {
		o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID:     caller.AccessKeyID.Reveal(),
				SecretAccessKey: caller.SecretAccessKey.Reveal(),
				SessionToken:    caller.SessionToken.Reveal(),
			}, nil
		})
		o.AuthSchemePreference = []string{"sigv4"} // not what the environment prefers for other services
		if o.Region == "" {
			o.Region = c.signingRegion(roleARN)
		}
		if plain := withoutFIPS(o.Region); plain != o.Region {
			o.Region, o.EndpointOptions.UseFIPSEndpoint = plain, aws.FIPSEndpointStateEnabled
		}
	}
}
