package assumerole

import (
	"context"
	"slices"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Token gets only the token of a request, within request.Timeout, and calls no STS. The token is a new one, which no
// other exchange has fetched, and it must be a JWT. With an error, the Exchange has what was known at that time.
//
// Errors: *AudienceError, *webidentity.SourceError, *webidentity.Error, *TimeoutError, *BugError; and *InterruptedError
// when ctx was canceled.
func (c *Client) Token(ctx context.Context, request Request) (exchange Exchange, token secret.Text, err error) {
	request.Fresh, request.Hops = true, nil
	exchange = Exchange{Request: request, OnlyToken: true}
	defer func() {
		if bug := Bug(recover()); bug != nil {
			token, err = secret.Text{}, bug
		}
	}()
	loop := c.newLoop(nil, nil, nil, &exchange)
	err = loop.run(ctx)
	exchange.Elapsed = time.Since(loop.started)
	if err != nil {
		return exchange, secret.Text{}, err
	}
	return exchange, loop.token, nil
}

// checkRequestedAudience holds a request to a platform to the audiences that are allowed, before it is made. A platform
// that has no argument for the audience chooses it itself, so only its token shows it.
func (c *Client) checkRequestedAudience(request Request) error {
	platform, ok := request.Token.(webidentity.PlatformRequest)
	if !ok || len(c.audiences) == 0 {
		return nil
	}
	audience, ok := platform.Audience()
	if !ok || slices.Contains(c.audiences, audience) {
		return nil
	}
	return &AudienceError{Kind: AudienceRequested, Audience: audience, Allowed: c.audiences}
}

// checkAudience holds a token to the audiences that are allowed, all of its own: whoever has the token could use it at
// each of them.
func (c *Client) checkAudience(claims webidentity.Claims, isJWT bool) error {
	if len(c.audiences) == 0 {
		return nil
	}
	failure := &AudienceError{Allowed: c.audiences}
	for _, audience := range claims.Audience {
		if audience != "" && !slices.Contains(c.audiences, audience) {
			failure.Kind, failure.Audience = AudienceClaimed, audience
			return failure
		}
	}
	switch {
	case !isJWT:
		failure.Kind = AudienceOpaque
	case !claims.HasPlainAudience():
		failure.Kind = AudienceMissing
	default:
		return nil
	}
	return failure
}
