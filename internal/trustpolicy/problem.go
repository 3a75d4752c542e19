package trustpolicy

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Problem says why there is no statement for a token. Each statement would be unsafe, or would never match.
type Problem string

// The problems.
const (
	NoSubject          Problem = "no-subject"
	NoAudience         Problem = "no-audience"
	TooManyAudiences   Problem = "too-many-audiences"
	AudienceIsMistyped Problem = "mistyped-audience"     // MistypedAudience
	AccessTokenIssuer  Problem = "access-token-issuer"   // Issuer.TakesAccessTokens
	CircleCISubject    Problem = "circleci-subject"      // it has no branch
	BuildkiteSubject   Problem = "buildkite-subject"     // it names no pipeline and no ref
	UnusableIssuer     Problem = "unusable-issuer"       // IssuerOf
	PrivateIssuer      Problem = "private-issuer"        // AWS can't reach it
	Guest              Problem = "guest"                 // of a Cognito identity pool
	UnusableSubject    Problem = "unusable-subject"      // it can't be copied safely
	WholeOrganization  Problem = "whole-organization"    // the subject names no repository
	UnusableParty      Problem = "unusable-party"        // an audience or azp that the statement would name
	UnusableAudience   Problem = "unusable-audience"     // another audience
	UnknownRole        Problem = "unknown-role"          // Role isn't complete
	UnprintableText    Problem = "unprintable-statement" // a line of the statement must not be shown
)

const (
	// maxValue is the limit for a claim in a statement, in characters. A whole trust policy has 2048 unless the
	// account's quota is higher.
	maxValue = 600
	// maxAudiences is the limit for audiences in a statement. Tokens have one or two.
	maxAudiences = 5
)

var buildkitePipeline = regexp.MustCompile(`^organization:[^:]+:pipeline:[^:]+:ref:`)

// circleCIUser matches the subjects of CircleCI that have no branch. A policy for them would allow every branch.
var circleCIUser = regexp.MustCompile(`^org/[^/]+/project/[^/]+/user/[^/]+$`)

// problemWith is the problem with the claims. It is empty if there is none.
func problemWith(claims webidentity.Claims) Problem {
	issuer, issuerIsUsable := IssuerOf(claims.Issuer)
	switch {
	case claims.Subject == "":
		return NoSubject
	case len(claims.Audience) == 0:
		return NoAudience
	case len(claims.Audience) > maxAudiences:
		return TooManyAudiences
	case MistypedAudience(claims) != "":
		return AudienceIsMistyped
	case issuer.TakesAccessTokens():
		return AccessTokenIssuer
	case issuer == buildkite && !buildkitePipeline.MatchString(claims.Subject):
		return BuildkiteSubject
	case circleCIUser.MatchString(claims.Subject) && strings.HasPrefix(string(issuer), "oidc.circleci.com/"):
		return CircleCISubject
	case IsPrivate(claims.Issuer):
		return PrivateIssuer
	case !issuerIsUsable:
		return UnusableIssuer
	case issuer == Cognito && isGuest(claims):
		return Guest
	case !isUsable(claims.Subject):
		return UnusableSubject
	case isWholeOrganization(issuer, claims):
		return WholeOrganization
	case slices.ContainsFunc(audiences(issuer, claims), isUnusable):
		return UnusableParty
	case slices.ContainsFunc(claims.Audience, isUnusable): // at Google, audiences omits them
		return UnusableAudience
	}
	return ""
}

// isUsable reports whether a claim can be in a policy as it is. Terraform's own language would read some texts as
// directives or variables.
func isUsable(value string) bool {
	return value != "" && len(value) <= maxValue && secret.Scrub(value) == value && isASCII(value) &&
		!strings.Contains(value, "%{") && !strings.Contains(value, "&{")
}

func isUnusable(value string) bool { return !isUsable(value) }

// isASCII reports whether a text has only ASCII characters. Others can look like another letter, or like none.
func isASCII(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII })
}

// IsPrivate reports whether AWS can't reach an issuer, by its URL: no https, a name of one label or of a private
// network, or a private address.
func IsPrivate(issuer string) bool {
	if Issuer(issuer) == Google {
		return false
	}
	parsed, err := url.Parse(issuer)
	if err != nil || parsed.Scheme != "https" {
		return true
	}
	host := strings.TrimSuffix(strings.ToLower(parsed.Hostname()), ".")
	if address, err := netip.ParseAddr(host); err == nil {
		return !address.IsGlobalUnicast() || address.IsPrivate()
	}
	return !strings.Contains(host, ".") || privateName.MatchString(host)
}

var privateName = regexp.MustCompile(`\.(?:svc|local|internal|localhost|lan|home\.arpa)$`)

// isGuest reports whether the token is that of somebody who hasn't logged in at an identity pool of Cognito.
func isGuest(claims webidentity.Claims) bool {
	methods, _ := claims.All["amr"].([]any)
	return slices.Contains(methods, any("unauthenticated"))
}
