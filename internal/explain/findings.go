package explain

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// leeway is how long after its expiry STS still accepts a token.
const leeway = 5 * time.Minute

// algorithms are those of signatures that STS accepts.
var algorithms = []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"}

// findings are what the token itself shows to be wrong, each with its fix.
func (r refusal) findings() []string {
	if r.Claims == nil {
		if r.Request.ProviderID != "" {
			return nil // an OAuth 2.0 access token needn't be a JWT
		}
		return []string{
			fmt.Sprintf("The token from %s isn't a JWT. It might be an access token, or cut off. Use the ID "+
				"token.", r.tokenFrom()),
		}
	}
	all := r.expiry()
	for _, find := range []func() string{r.badTimes, r.notYetValid, r.missing, r.signature, r.slip, r.legacyIssuer} {
		if found := find(); found != "" {
			all = append(all, found)
		}
	}
	return all
}

func (r refusal) expiry() []string {
	expired := r.Claims.Expiration
	switch ago := r.now.Sub(expired); {
	case expired.IsZero() || ago <= 0:
		return nil
	case r.isInLeeway():
		return []string{
			fmt.Sprintf("The token expired %s ago. STS accepts a token for up to five minutes after that. %s",
				inWords(ago), r.renewal()),
		}
	default:
		return []string{
			fmt.Sprintf("The token expired %s ago, at %s. %s", inWords(ago), expired.Format(time.RFC3339), r.renewal()),
		}
	}
}

// isInLeeway reports whether the token has expired, but not for STS.
func (r refusal) isInLeeway() bool {
	if r.Claims == nil || r.Claims.Expiration.IsZero() {
		return false
	}
	ago := r.now.Sub(r.Claims.Expiration)
	return ago > 0 && ago <= leeway && r.Destination.AWS
}

// inWords is a duration in the largest unit that says enough.
func inWords(d time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int64(d / unit.length); n == 1 {
			return "1 " + unit.name
		} else if n > 1 {
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return "less than a second"
}

// badTimes: STS accepts only integers.
func (r refusal) badTimes() string {
	for _, claim := range []string{"exp", "iat", "nbf"} {
		value := r.Claims.All[claim]
		number, ok := value.(json.Number)
		if value != nil && (!ok || strings.ContainsAny(number.String(), ".eE")) {
			return fmt.Sprintf(
				"The token's claim %s isn't an integer. STS accepts only integers, in seconds since 1970. "+
					"Correct it at the identity provider.",
				claim,
			)
		}
	}
	return ""
}

func (r refusal) notYetValid() string {
	for _, claim := range []struct {
		name   string
		begins time.Time
	}{{"nbf", r.Claims.NotBefore}, {"iat", r.Claims.IssuedAt}} {
		if ahead := claim.begins.Sub(r.now); !claim.begins.IsZero() && ahead > leeway {
			return fmt.Sprintf("The token isn't valid yet. Its claim %s is %s in the future. Check the clocks of this "+
				"machine and the identity provider.", claim.name, inWords(ahead))
		}
	}
	return ""
}

func (r refusal) missing() string {
	for _, claim := range []struct {
		name   string
		absent bool
	}{{"iss", r.Claims.Issuer == ""}, {"sub", r.Claims.Subject == ""}, {"aud", len(r.Claims.Audience) == 0}} {
		if claim.absent {
			return fmt.Sprintf(
				"The token has no %s, which an ID token must have. It might be an access token, or the token "+
					"that a job requests tokens with. Use the ID token.",
				claim.name,
			)
		}
	}
	return ""
}

// signature is what the header says of it. Other servers have rules of their own.
func (r refusal) signature() string {
	switch {
	case !r.Destination.AWS:
		return ""
	case r.Claims.Algorithm == "" || strings.EqualFold(r.Claims.Algorithm, "none"):
		return "The token isn't signed (its alg is " + quoted(
			r.Claims.Algorithm,
		) + "). STS accepts only signed tokens. Configure the identity provider to sign it."
	case !slices.Contains(algorithms, r.Claims.Algorithm):
		return fmt.Sprintf(
			"The token is signed with %s, which STS doesn't support. Configure the identity provider to use "+
				"one of %s.",
			quoted(r.Claims.Algorithm),
			strings.Join(algorithms, ", "),
		)
	case r.Claims.KeyID == "":
		return "The token's header has no key ID (kid), so STS can't find the issuer's key. Configure the identity " +
			"provider to set it."
	}
	return ""
}

// legacyKubernetes is the issuer of Kubernetes' tokens that never expire, which lie in secrets.
const legacyKubernetes = "kubernetes/serviceaccount"

func (r refusal) legacyIssuer() string {
	if r.Claims.Issuer != legacyKubernetes {
		return ""
	}
	return "The token is a legacy Kubernetes token from a secret. Use a projected service account token with an " +
		"audience. Its issuer is the cluster's https URL."
}

// slip is an audience that was meant to be another.
func (r refusal) slip() string {
	if r.Claims == nil || !r.Destination.AWS {
		return ""
	}
	slipped := trustpolicy.MistypedAudience(*r.Claims)
	if slipped == "" {
		return ""
	}
	if strings.TrimSpace(slipped) == awsAudience {
		return fmt.Sprintf("The token's audience is %q with whitespace around it. Remove the whitespace%s.",
			awsAudience, r.whereAudience())
	}
	return fmt.Sprintf("The token's audience %s looks like a typo of %q. Request a token with exactly that audience%s.",
		quoted(slipped), awsAudience, r.whereAudience())
}

// whereAudience says where the audience is set, when it is in the configuration.
func (r refusal) whereAudience() string {
	request, ok := r.Request.Token.(webidentity.PlatformRequest)
	if !ok {
		return ""
	}
	audience, ok := request.Platform.Audience()
	if !ok {
		return ""
	}
	return fmt.Sprintf(" (%s of %s)", audience.Name, SourceName(request))
}
