package explain

import (
	"fmt"
	"regexp"
	"time"
)

func noVerificationKey(r refusal) advice {
	return advice{
		summary: "STS can't get the issuer's keys to verify the web identity token",
		ofToken: true,
		causes: []string{
			fmt.Sprintf("The issuer answered slowly (STS waits 5 seconds) or was asked too often, as when many jobs "+
				"start at once: run again. The issuer is %s.", r.issuer()),
			"The issuer's documents aren't public: /.well-known/openid-configuration below the issuer's URL, and the " +
				"jwks_uri that it names, must be readable from the Internet without logging in. Publish them.",
			"The published keys lack the token's key ID (kid), as after a rotation: publish the key, or get a new " +
				"token.",
		},
	}
}

func wrongThumbprint(r refusal) advice {
	return advice{
		summary: "STS doesn't trust the issuer's HTTPS certificate",
		causes: []string{
			fmt.Sprintf("The issuer's certificate comes from another authority than when the IAM OIDC provider in "+
				"account %s was created. Make sure, from another network, that the certificate is the issuer's; then "+
				"update the provider's thumbprints to that of the last certificate of its chain. The issuer is %s.",
				r.account(), r.issuer()),
			"The issuer sends an incomplete chain: have its server send the intermediate certificates, too.",
			"Something between STS and the issuer shows a certificate of its own: don't trust its thumbprint, and " +
				"have STS reach the issuer itself.",
		},
	}
}

func missingAudience(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token has no audience",
		causes: []string{
			fmt.Sprintf("The token was asked for without an audience (aud). Ask the identity provider for one with "+
				"an audience, %q as a rule%s.", awsAudience, r.whereAudience()),
			fmt.Sprintf("The token from %s is another one than was meant, such as an access token: give the ID "+
				"token.", r.tokenFrom()),
		},
	}
}

func missingSubject(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token has no subject",
		causes: []string{
			"The token is GitHub's request token (ACTIONS_ID_TOKEN_REQUEST_TOKEN), which tokens are requested with, " +
				"in place of the ID token. Use web_identity_token_request = { github_actions = {} }, which makes the " +
				"request.",
			fmt.Sprintf("The token from %s is another one than was meant, such as an access token: give the ID "+
				"token.", r.tokenFrom()),
			"The identity provider leaves the subject (sub) out: configure it to name the workload there. No role " +
				"can safely trust a token without one.",
		},
	}
}

func missingClaim(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token lacks a claim",
		causes: []string{
			fmt.Sprintf("The token from %s is another one than was meant, such as an access token: give the ID "+
				"token.", r.tokenFrom()),
			"The identity provider leaves out the claim that the message names: configure it to set iss, sub, aud, " +
				"exp and iat.",
		},
	}
}

func notJWT(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token isn't an ID token",
		causes: []string{
			fmt.Sprintf("The token from %s is an access token, which may look like anything: give the ID token, a "+
				"JWT of three parts between dots.", r.tokenFrom()),
			"It is a path or a variable's name in place of the token: web_identity_token_file takes a path, " +
				"web_identity_token_env a name.",
			"It is empty, cut off or wrapped in something (quotes, JSON): look at how the job hands it over.",
		},
	}
}

func notLoginWithAmazon(r refusal) advice {
	given := advice{
		argument: r.tokenArgument(),
		summary:  "The web identity token isn't one of Login with Amazon",
		causes: []string{
			fmt.Sprintf("STS took the token from %s for an access token, because it isn't a clean JWT: there may be "+
				"white space or a line's end in it. Hand it over as it was issued.", r.tokenFrom()),
			"The access token is another application's or has expired: get a new one.",
		},
	}
	if r.Request.ProviderID != "" {
		given.argument = ProviderIDArgument
		given.causes[0] = "provider_id is set, which is for OAuth 2.0 access tokens of Login with Amazon and " +
			"Facebook alone, and the token is another. Leave provider_id out for an OpenID Connect ID token."
	}
	return given
}

func invalidToken(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "STS can't validate the web identity token",
		ofToken:  true,
		causes: []string{
			"The signature doesn't fit: the token was changed on its way, or signed with a key that the issuer " +
				"doesn't publish. Get a new token, and compare its key ID (kid) with the issuer's published keys.",
			"A claim isn't what STS takes: it wants iss, sub, aud, exp and iat, and times as integers. Correct it at " +
				"the identity provider.",
			"The token's algorithm isn't one that STS takes: RS256, RS384, RS512, ES256, ES384 or ES512. Have the " +
				"identity provider sign with one of these.",
		},
	}
}

func tokenExpired(r refusal) advice {
	given := advice{argument: r.tokenArgument(), summary: "The web identity token has expired", ofToken: true}
	clock := "A clock is wrong: the identity provider's, this machine's or the server's. Set the one that differs."
	if seconds.MatchString(r.service.Message) {
		clock += " The times in the answer are seconds since 1970, the first of them that of the server."
	}
	late := "The job waited too long between getting the token and this call: get the token later, or have the " +
		"provider request it (web_identity_token_request)."
	switch {
	case r.Claims == nil || r.Claims.Expiration.IsZero():
		given.causes = []string{
			fmt.Sprintf("The token from %s is too old. %s", r.tokenFrom(), r.renewal()),
			late,
			clock,
		}
	case len(r.expiry()) == 0:
		given.causes = []string{
			fmt.Sprintf(
				"By this machine's clock the token is good until %s. %s",
				r.Claims.Expiration.Format(time.RFC3339),
				clock,
			),
			"The token's expiry (exp) isn't what the server goes by, but when it was issued (iat): get a new token.",
		}
	default:
		given.causes = []string{late, clock}
	}
	return given
}

// seconds are a time as AWS writes it in a message.
var seconds = regexp.MustCompile(`\b\d{10}\b`)

func tokenTooOld(r refusal) advice {
	return advice{
		argument: r.tokenArgument(), summary: "The web identity token was issued too long ago", ofToken: true,
		causes: []string{
			fmt.Sprintf(
				"The token from %s was issued (iat) longer ago than STS takes, whenever it expires. %s",
				r.tokenFrom(),
				r.renewal(),
			),
			"The identity provider hands out one token again and again: have it issue a new one for each job.",
			"The identity provider's clock is behind: set it.",
		},
	}
}

func claimRejected(r refusal) advice {
	return advice{
		argument: r.tokenArgument(),
		summary:  "The identity provider rejects the web identity token",
		ofToken:  true,
		causes: []string{
			"The token, or the login behind it, was revoked or has expired. " + r.renewal(),
			"The identity provider doesn't vouch for the token any more, as after a user or an application was " +
				"removed: look into its log.",
		},
	}
}

func issuerUnreachable(r refusal) advice {
	return advice{
		summary: "The identity provider can't be reached to verify the web identity token",
		ofToken: true,
		causes: []string{
			fmt.Sprintf("The identity provider was down or slow for a moment: run again. It is %s.", r.issuer()),
			fmt.Sprintf("The server at %s can't reach it: its documents, /.well-known/openid-configuration and the "+
				"keys that it names, must be readable from there without logging in, not from this machine alone.",
				DestinationText(r.Destination)),
			"A firewall, or a name that resolves inside the company alone, is in between: publish the two documents " +
				"where the server can read them.",
		},
	}
}
