package explain

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// otherToken is the cause that the token is of another kind than an ID token.
func (r refusal) otherToken() string {
	return fmt.Sprintf("The token from %s might be another kind of token, such as an access token. Use the ID token.",
		r.tokenFrom())
}

// publicIssuers match issuers whose documents are public, and which a user doesn't run.
var publicIssuers = regexp.MustCompile(
	`^https://(?:token\.actions\.githubusercontent\.com|gitlab\.com|agent\.buildkite\.com|` +
		`oidc\.circleci\.com/|api\.bitbucket\.org/|app\.terraform\.io|accounts\.google\.com|` +
		`[^/]+\.app\.(?:[a-z]+\.)?spacelift\.(?:io|com)|oidc\.eks\.)`,
)

func noVerificationKey(r refusal) advice {
	slow := "The issuer might have answered too slowly (STS waits 5 seconds), or might have limited the requests. " +
		"Run " +
		"again."
	if r.Claims != nil && publicIssuers.MatchString(r.Claims.Issuer) {
		return advice{
			summary: "STS can't get the issuer's keys",
			ofToken: true,
			causes: []string{
				slow + " If it persists, see the issuer's status page.",
				"The token's key ID (kid) might be new or retired. Get a new token.",
			},
			facts: []fact{factIssuer, factKeyID, factAttempts},
		}
	}
	return advice{
		summary: "STS can't get the issuer's keys",
		ofToken: true,
		causes: []string{
			slow,
			"The issuer's documents might not be public. Publish /.well-known/openid-configuration and its jwks_uri " +
				"on the internet, without a login.",
			"The published keys might lack the token's key ID (kid), for example after a rotation. Publish the key, " +
				"or get a new token.",
		},
		facts: []fact{factIssuer, factKeyID, factAttempts},
	}
}

func wrongThumbprint(r refusal) advice {
	return advice{
		summary: "STS doesn't trust the issuer's HTTPS certificate",
		causes: []string{
			fmt.Sprintf("The issuer's certificate might have a new authority. Check from another network that the "+
				"certificate is your issuer's. Only then, update the thumbprint of the IAM OIDC provider in account "+
				"%s.", r.account()),
			"The issuer might send an incomplete chain. Configure its server to send the intermediate certificates.",
			"Something between STS and the issuer might show a certificate of its own. Don't trust its thumbprint.",
		},
		facts: []fact{factRole, factIssuer},
	}
}

func missingAudience(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token has no audience",
		causes: []string{
			fmt.Sprintf("Request a token with an audience (aud), usually %q%s.", awsAudience, r.whereAudience()),
			r.otherToken(),
		},
		facts: factsOfToken,
	}
}

func missingSubject(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token has no subject",
		causes: []string{
			"The token might be GitHub's request token (ACTIONS_ID_TOKEN_REQUEST_TOKEN), which a job requests ID " +
				"tokens with. Set web_identity_token_request = { github_actions = {} }.",
			r.otherToken(),
			"The identity provider might omit the subject (sub). Configure it to name the workload there.",
		},
		facts: factsOfToken,
	}
}

func missingClaim(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token lacks a claim",
		causes: []string{
			r.otherToken(),
			"The identity provider omits the claim that the message names. Configure it to set iss, sub, aud, exp, " +
				"and iat.",
		},
		facts: factsOfToken,
	}
}

func notJWT(r refusal) advice {
	if r.Claims != nil {
		if cause := r.signature(); cause != "" {
			return advice{
				argument: r.tokenArgument(),
				summary:  "The web identity token isn't an ID token",
				causes:   []string{cause, r.otherToken()},
				facts:    factsOfToken,
			}
		}
	}
	return advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token isn't an ID token",
		causes: []string{
			fmt.Sprintf("The token from %s might be an access token. Use the ID token, a JWT of three parts between "+
				"dots.",
				r.tokenFrom()),
			"It might be a path or the name of a variable. Use web_identity_token_file or web_identity_token_env for " +
				"those.",
			"It might be empty, cut off, or in quotes or JSON. Check the step that passes it.",
		},
		facts: factsOfToken,
	}
}

func notLoginWithAmazon(r refusal) advice {
	if r.Request.ProviderID != "" {
		return advice{
			argument: ProviderIDArgument,
			summary:  "The token isn't an access token of Login with Amazon",
			causes: []string{
				"provider_id is set, but the token isn't an access token of that provider. Remove provider_id for an " +
					"OpenID Connect ID token.",
				"The access token might be another application's, or might have expired. Get a new one.",
			},
			facts: factsOfToken,
		}
	}
	return advice{
		argument: r.tokenArgument(),
		summary:  "The token isn't an access token of Login with Amazon",
		causes: []string{
			fmt.Sprintf(
				"STS took the token from %s for an access token, because it isn't a clean JWT. Remove whitespace "+
					"and line breaks from it.",
				r.tokenFrom(),
			),
			r.otherToken(),
		},
		facts: factsOfToken,
	}
}

func invalidToken(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "STS can't validate the web identity token",
		ofToken:  true,
		causes: []string{
			"The signature might be invalid. Get a new token, and compare its key ID with the issuer's published keys.",
			"A claim might have the wrong form. STS requires iss, sub, aud, exp, and iat, with times as integers.",
		},
		facts: factsOfToken,
	}
}

func tokenExpired(r refusal) advice {
	advice := advice{
		argument: r.tokenArgument(), summary: "The web identity token has expired", ofToken: true, facts: factsOfTime,
	}
	clock := "A clock might be wrong. Check the clocks of the identity provider, this machine, and the server."
	late := "The job might use the token too late. Get the token later in the job."
	if r.canRequest() {
		late = "The job might use the token too late. Get the token later, or use web_identity_token_request."
	}
	switch {
	case r.Claims == nil || r.Claims.Expiration.IsZero():
		advice.causes = []string{
			fmt.Sprintf("The token from %s is too old. %s", r.tokenFrom(), r.renewal()),
			late,
			clock,
		}
	case len(r.expiry()) == 0:
		if ahead := r.clockDifference(); ahead != "" {
			clock = ahead
		}
		advice.causes = []string{
			fmt.Sprintf("By this machine's clock, the token is valid until %s. %s",
				r.Claims.Expiration.Format(time.RFC3339), clock),
			"If the clocks are right, get a new token.",
		}
	default:
		advice.causes = []string{late, clock}
	}
	return advice
}

// requestable matches the issuers whose tokens the provider can request from the platform.
var requestable = regexp.MustCompile(`^https://(?:token\.actions\.|agent\.buildkite\.com|accounts\.google\.com|` +
	`sts\.windows\.net/|login\.microsoftonline\.com/|vstoken\.dev\.azure\.com/)`)

// serverTime is the time of STS in its message about an expired token, in seconds since 1970.
var serverTime = regexp.MustCompile(`current date/time (\d{9,11}) `)

// clockDifference compares the clock of STS with that of this machine. It is empty if they agree, or if the message
// doesn't have the time.
func (r refusal) clockDifference() string {
	match := serverTime.FindStringSubmatch(r.service.Message)
	if match == nil {
		return ""
	}
	seconds, err := strconv.ParseInt(match[1], 10, 64)
	ahead := time.Unix(seconds, 0).Sub(r.now)
	switch {
	case err != nil || ahead.Abs() < leeway:
		return ""
	case ahead > 0:
		return fmt.Sprintf("The clock of STS is %s ahead of this machine's clock. Synchronize this machine's clock.",
			inWords(ahead))
	}
	return fmt.Sprintf("The clock of STS is %s behind this machine's clock. Synchronize this machine's clock.",
		inWords(-ahead))
}

// canRequest reports whether the provider could request the token itself.
func (r refusal) canRequest() bool {
	return r.Claims != nil && requestable.MatchString(r.Claims.Issuer)
}

func tokenTooOld(r refusal) advice {
	return advice{
		argument: r.tokenArgument(), summary: "The web identity token was issued too long ago", ofToken: true,
		causes: []string{
			fmt.Sprintf(
				"The token from %s was issued (iat) too long ago. %s",
				r.tokenFrom(),
				r.renewal(),
			),
			"The identity provider might return the same token again. Configure it to issue a new one for each job.",
			"The identity provider's clock might be behind. Synchronize it.",
		},
		facts: factsOfTime,
	}
}

func claimRejected(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The identity provider rejected the web identity token",
		ofToken:  true,
		causes: []string{
			"The token, or the login behind it, might be revoked or expired. " + r.renewal(),
			"The identity provider might no longer know the user or the application. See its log.",
		},
		facts: factsOfTime,
	}
}

func issuerUnreachable(refusal) advice {
	return advice{
		summary: "The server can't reach the identity provider",
		ofToken: true,
		causes: []string{
			"The identity provider might have been down or slow. Run again.",
			"The identity provider's documents might not be readable from the server. Make " +
				"/.well-known/openid-configuration and its jwks_uri readable from there, without a login.",
			"The name might resolve only inside your company. Publish the two documents where the server can read " +
				"them.",
		},
		facts: []fact{factIssuer, factEndpoint, factAttempts},
	}
}
