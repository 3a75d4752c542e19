package trustpolicy

import (
	"regexp"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Issuer is an issuer as trust policies name it: its URL without the scheme. Path and trailing slash are part of it.
type Issuer string

// Issuers with condition keys or a principal of their own.
const (
	Google   Issuer = "accounts.google.com"
	Cognito  Issuer = "cognito-identity.amazonaws.com"
	Amazon   Issuer = "www.amazon.com"     // access tokens only
	Facebook Issuer = "graph.facebook.com" // access tokens only

	// GitHub is the issuer of github.com. Enterprises can have a path below it, and servers of their own have another
	// host.
	GitHub Issuer = "token.actions.githubusercontent.com"

	// buildkite lets a job choose its subject, even that of a whole cluster or organization.
	buildkite Issuer = "agent.buildkite.com"
)

// maxIssuer is IAM's limit for the URL of an OIDC provider, in characters.
const maxIssuer = 255

// issuerName is what IAM accepts in condition keys and principals. A port or a query can't be in one. A wildcard or a
// variable would also match other issuers.
var issuerName = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/[A-Za-z0-9._~%@+=-]*)*$`)

// IssuerOf reads the claim iss. It reports whether a trust policy can name the issuer safely. Only Google's claim may
// lack the scheme: without one, the issuer of any other claim is empty.
func IssuerOf(claim string) (issuer Issuer, usable bool) {
	name, ok := strings.CutPrefix(claim, "https://")
	if !ok && Issuer(name) != Google {
		return "", false
	}
	return Issuer(name), len(name) <= maxIssuer && issuerName.MatchString(name) && secret.Scrub(name) == name
}

// Key is the condition key of a claim.
func (i Issuer) Key(claim string) string { return string(i) + ":" + claim }

// Principal is the Federated principal in the role's account.
func (i Issuer) Principal(role Role) string {
	if i.isBuiltIn() {
		return string(i)
	}
	return "arn:" + role.Partition + ":iam::" + role.AccountID + ":oidc-provider/" + string(i)
}

// isBuiltIn reports whether IAM knows the issuer without an IAM OIDC provider.
func (i Issuer) isBuiltIn() bool { return i == Google || i.isCognito() || i.TakesAccessTokens() }

var cognitoName = regexp.MustCompile(`^cognito-identity(?:-[a-z-]+|\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$`)

// isCognito reports whether the issuer is Cognito, which has other names in other partitions.
func (i Issuer) isCognito() bool { return i == Cognito || cognitoName.MatchString(string(i)) }

// IsGitHub reports whether the issuer is GitHub Actions, of github.com or of an enterprise.
func (i Issuer) IsGitHub() bool {
	name := string(i)
	return i == GitHub || strings.HasPrefix(name, string(GitHub)+"/") || strings.HasSuffix(name, "/_services/token") ||
		strings.HasPrefix(name, "token.actions.") && strings.HasSuffix(name, ".ghe.com")
}

// TakesAccessTokens reports whether IAM knows the issuer by OAuth 2.0 access tokens, with ProviderId.
func (i Issuer) TakesAccessTokens() bool { return i == Amazon || i == Facebook }

// AccessTokenKeys are the condition keys of an access token: those of the application and of the user.
func (i Issuer) AccessTokenKeys() (application, user string) {
	if i == Facebook {
		return i.Key("app_id"), i.Key("id")
	}
	return i.Key("app_id"), i.Key("user_id")
}

var digits = regexp.MustCompile(`^[0-9]{1,20}$`)

// repositoryID is GitHub's ID of the repository, for which IAM has a condition key. It is empty if there is none.
// Somebody who takes over an abandoned name doesn't have it.
func repositoryID(issuer Issuer, claims webidentity.Claims) string {
	id, _ := claims.All["repository_id"].(string)
	if issuer != GitHub || !digits.MatchString(id) {
		return ""
	}
	return id
}
