package trustpolicy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// principal is a principal of a statement, of one kind.
type principal struct {
	kind principalKind
	name string
}

type principalKind string

// The kinds of principals.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
const (
	anyone        principalKind = "*"
	federated     principalKind = "Federated"
	account       principalKind = "AWS"
	service       principalKind = "Service"
	canonicalUser principalKind = "CanonicalUser"
)

// principalNames are what IAM accepts as a principal of each kind. A wildcard can't be a part of one.
var principalNames = sync.OnceValue(func() map[principalKind]*regexp.Regexp {
	return map[principalKind]*regexp.Regexp{
		federated: regexp.MustCompile(`^(?:accounts\.google\.com|www\.amazon\.com|graph\.facebook\.com|` +
			`cognito-identity(?:-[a-z-]+|\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?|arn:aws[a-z-]*:iam::\d{12}:(?:oidc|saml)-provider/[^*?]+)$`),
		account: regexp.MustCompile(`^(?:\d{12}|A[A-Z]{2}A[A-Z0-9]{12,}|` +
			`arn:aws[a-z-]*:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role|federated-user)/[^*?]+))$`),
		service:       regexp.MustCompile(`^[a-z0-9-]+(?:\.[a-z0-9-]+)+$`),
		canonicalUser: regexp.MustCompile(`^[0-9a-f]{64}$`),
	}
})

func (s *statement) readPrincipal(elements map[string]any) *SyntaxError {
	value, ok := elements["Principal"]
	if !ok {
		return problem("Principal", "A statement must have a principal.")
	}
	if value == "*" {
		s.principals = []principal{{kind: anyone, name: "*"}}
		return nil
	}
	object, ok := value.([]member)
	if !ok || len(object) == 0 {
		return problem("Principal", `The principal must be a JSON object, or the string "*".`)
	}
	for _, element := range object {
		kind := principalKind(element.name)
		pattern, ok := principalNames()[kind]
		if !ok {
			return problem("Principal", "IAM has no principals of the kind %q. The kinds are AWS, CanonicalUser, "+
				"Federated, and Service.", element.name)
		}
		names, ok := texts(element.value)
		if !ok || len(names) == 0 {
			return problem("Principal", "The principals of the kind %s must be a string or a list of strings.", kind)
		}
		for _, name := range names {
			switch {
			case kind == account && name == "*": // the same as "Principal": "*"
				s.principals = append(s.principals, principal{kind: anyone, name: name})
			case !pattern.MatchString(name) || strings.Contains(name, "://"):
				return problem("Principal", "%s", wrongPrincipal(kind, name))
			default:
				s.principals = append(s.principals, principal{kind: kind, name: name})
			}
		}
	}
	return nil
}

func wrongPrincipal(kind principalKind, name string) string {
	if kind == federated {
		return fmt.Sprintf(
			"%q isn't a principal. It must be the ARN of an identity provider, without https://, or one "+
				"of accounts.google.com, cognito-identity.amazonaws.com, www.amazon.com, and graph.facebook.com.",
			name,
		)
	}
	return fmt.Sprintf("%q isn't a principal of the kind %s.", name, kind)
}

// oidcProvider is the ARN of an IAM OIDC provider, in parts.
type oidcProvider struct {
	role   Role // its partition and account
	issuer Issuer
}

var oidcProviderARN = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::(\d{12}):oidc-provider/(.+)$`)

// provider is the OIDC provider that the principal names.
func (p principal) provider() (provider oidcProvider, ok bool) {
	if p.kind != federated {
		return oidcProvider{}, false
	}
	parts := oidcProviderARN.FindStringSubmatch(p.name)
	if parts == nil {
		return oidcProvider{}, false
	}
	return oidcProvider{role: Role{Partition: parts[1], AccountID: parts[2]}, issuer: Issuer(parts[3])}, true
}

// providers are the OIDC providers of an issuer that a policy names.
func (p *Policy) providers(issuer Issuer) []oidcProvider {
	var providers []oidcProvider
	for _, statement := range p.statements {
		for _, principal := range statement.principals {
			provider, ok := principal.provider()
			if ok && provider.issuer == issuer && !slices.Contains(providers, provider) {
				providers = append(providers, provider)
			}
		}
	}
	return providers
}

// partition is the partition of the first principal that has one. Otherwise, it is aws.
func (p *Policy) partition() string {
	for _, statement := range p.statements {
		for _, principal := range statement.principals {
			if parts := strings.SplitN(principal.name, ":", 3); len(parts) == 3 && parts[0] == "arn" {
				return parts[1]
			}
		}
	}
	return "aws"
}
