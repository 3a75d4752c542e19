package explain

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Actions of a trust policy.
const (
	assumeAction         = "sts:AssumeRoleWithWebIdentity"
	tagAction            = "sts:TagSession"
	sourceIdentityAction = "sts:SetSourceIdentity"
)

// Issuers that IAM knows by itself, as trust policies name them.
const (
	googleIssuer  = "accounts.google.com"
	cognitoIssuer = "cognito-identity.amazonaws.com"

	amazonProvider   = "www.amazon.com"     // by access tokens
	facebookProvider = "graph.facebook.com" // likewise
)

// Bounds in characters. A trust policy as a whole has 2048, unless the account's quota is higher; IAM's bound of a URL is 255.
const (
	maxIssuer = 255
	maxValue  = 600
)

// statement is one of a trust policy. The order of its members is the one in which IAM's documentation has them.
type statement struct {
	Effect    string
	Principal map[string]string
	Action    texts
	Condition map[string]map[string]texts
}

// texts is written as a string when there is one, as people write it.
type texts []string

// MarshalJSON doesn't escape <, > and &: the text is for people, and no browser sees it.
func (t texts) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return marshal(t[0], "")
	}
	return marshal([]string(t), "")
}

// marshal is json.MarshalIndent without the escapes for HTML. Indented lines are ones that Terraform doesn't wrap.
func marshal(value any, indent string) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(indent, indent)
	err := encoder.Encode(value)
	return bytes.TrimRight(buffer.Bytes(), "\n"), err
}

// text is the statement as JSON, or empty when a line of it isn't fit to be shown.
func (s statement) text() string {
	const indent = "  "
	encoded, err := marshal(s, indent)
	if err != nil {
		return ""
	}
	for line := range strings.SplitSeq(string(encoded), "\n") {
		if trimmed := strings.TrimSpace(line); secret.Scrub(trimmed) != trimmed {
			return ""
		}
	}
	return indent + string(encoded)
}

// issuerName is what IAM makes condition keys and principals of. Neither a port nor a query can be in one, and a wildcard or
// a variable would be someone else's issuer as well.
var issuerName = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/[A-Za-z0-9._~%@+=-]*)*$`)

// withoutScheme is the issuer as a trust policy names it; path and trailing slash are kept. Only Google's may lack the scheme.
func withoutScheme(issuer string) (name string, usable bool) {
	name, hasScheme := strings.CutPrefix(issuer, "https://")
	if !hasScheme && name != googleIssuer {
		return "", false
	}
	return name, len(name) <= maxIssuer && issuerName.MatchString(name) && secret.Scrub(name) == name
}

// usable tells whether a claim may stand in a policy just as it is. What begins a directive or a variable in Terraform's own
// language, where policies are pasted into, isn't.
func usable(value string) bool {
	return value != "" && len(value) <= maxValue && secret.Scrub(value) == value && isASCII(value) && !strings.Contains(value, "%{") && !strings.Contains(value, "&{")
}

// isASCII leaves out letters that look like others, or like none.
func isASCII(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r > unicode.MaxASCII })
}

// principal is the Federated principal for an issuer, in the role's account.
func principal(role arn.ARN, issuer string) string {
	if issuer == googleIssuer || issuer == cognitoIssuer {
		return issuer
	}
	return arn.ARN{Partition: role.Partition, Service: "iam", AccountID: role.AccountID, Resource: "oidc-provider/" + issuer}.String()
}

var (
	escapeEquals = strings.NewReplacer("${", "${$}{")
	escapeLike   = strings.NewReplacer("${", "${$}{", "*", "${*}", "?", "${?}")
)

// isEscaped tells whether a statement needs the version of the policy language that has variables.
func (s statement) isEscaped() bool {
	for _, keys := range s.Condition {
		for _, values := range keys {
			if slices.ContainsFunc(values, func(value string) bool { return strings.Contains(value, "${") }) {
				return true
			}
		}
	}
	return false
}

// equals adds a condition that holds a claim to any of the values.
func (s statement) equals(key string, values ...string) {
	escaped := make(texts, 0, len(values))
	for _, value := range values {
		escaped = append(escaped, escapeEquals.Replace(value))
	}
	s.add("StringEquals", key, escaped)
}

func (s statement) add(operator, key string, values texts) {
	if s.Condition[operator] == nil {
		s.Condition[operator] = map[string]texts{}
	}
	s.Condition[operator][key] = values
}

// newStatement admits the token's very audience and subject, and leaves out of the subject only what changes with every run.
func newStatement(role arn.ARN, issuer string, claims *webidentity.Claims, subject subject, actions []string) statement {
	s := statement{
		Effect:    "Allow",
		Principal: map[string]string{"Federated": principal(role, issuer)},
		Action:    actions,
		Condition: map[string]map[string]texts{},
	}
	key := issuer + ":"
	s.equals(key+"aud", audiences(issuer, claims)...)
	if issuer == googleIssuer && claims.AuthorizedParty != "" {
		s.equals(key+"oaud", distinct(claims.Audience)...)
	}
	if issuer == cognitoIssuer {
		s.add("ForAnyValue:StringEquals", key+"amr", texts{amr(claims)})
	}
	if id := repositoryID(issuer, claims); id != "" {
		s.equals(key+"repository_id", id)
	}
	if subject.prefix != "" {
		s.add("StringLike", key+"sub", texts{escapeLike.Replace(subject.prefix) + "*"})
	} else {
		s.equals(key+"sub", subject.values...)
	}
	return s
}

// audiences are what :aud may be held against. At Google that is azp; elsewhere IAM may do so too, which isn't documented, so
// both are named.
func audiences(issuer string, claims *webidentity.Claims) []string {
	switch {
	case claims.AuthorizedParty == "" && slices.Contains(claims.Audience, awsAudience):
		return []string{awsAudience} // the others are other services', and tokens for those alone shouldn't do
	case claims.AuthorizedParty == "":
		return distinct(claims.Audience)
	case issuer == googleIssuer:
		return []string{claims.AuthorizedParty}
	}
	return distinct(append(slices.Clone(claims.Audience), claims.AuthorizedParty))
}

func distinct(values []string) []string {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// amr is how Cognito tells users who have logged in from guests.
func amr(claims *webidentity.Claims) string {
	methods, _ := claims.All["amr"].([]any)
	if slices.Contains(methods, any("unauthenticated")) {
		return "unauthenticated"
	}
	return "authenticated"
}
