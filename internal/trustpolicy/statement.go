package trustpolicy

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Statement is one statement of a trust policy, or of the policy of a role that calls. Its fields have the order of
// IAM's documentation.
type Statement struct {
	Effect    string
	Principal map[string]string `json:",omitempty"` // of a trust policy
	Action    Values
	Resource  string                       `json:",omitempty"` // of the policy of a role that calls
	Condition map[string]map[string]Values `json:",omitempty"`
}

// Values are written as a string if there is only one, as in most policies.
type Values []string

// MarshalJSON doesn't escape <, > and &, because people read the text.
func (v Values) MarshalJSON() ([]byte, error) {
	if len(v) == 1 {
		return marshal(v[0], "")
	}
	return marshal([]string(v), "")
}

// marshal is json.MarshalIndent without the escapes for HTML.
func marshal(value any, indent string) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	err := encoder.Encode(value)
	return bytes.TrimRight(buffer.Bytes(), "\n"), err
}

// text is the statement in JSON. It is empty if a line of it must not be shown.
func (s Statement) text() string {
	encoded, err := marshal(s, "  ")
	if err != nil {
		return ""
	}
	for line := range strings.SplitSeq(string(encoded), "\n") {
		if trimmed := strings.TrimSpace(line); secret.Scrub(trimmed) != trimmed {
			return ""
		}
	}
	return string(encoded)
}

var (
	escapeEquals = strings.NewReplacer("${", "${$}{")
	escapeLike   = strings.NewReplacer("${", "${$}{", "*", "${*}", "?", "${?}")
)

// isEscaped reports whether the statement needs the version of the policy language that has variables.
func (s Statement) isEscaped() bool {
	for _, keys := range s.Condition {
		for _, values := range keys {
			if slices.ContainsFunc(values, func(value string) bool { return strings.Contains(value, "${") }) {
				return true
			}
		}
	}
	return false
}

// restrictsSourceIdentity reports whether the statement allows only the token's source identity.
func (s Statement) restrictsSourceIdentity() bool {
	return len(s.Condition["StringEquals"]["sts:SourceIdentity"]) > 0
}

// equals adds a condition: the key must have one of the values.
func (s Statement) equals(key string, values ...string) {
	escaped := make(Values, 0, len(values))
	for _, value := range values {
		escaped = append(escaped, escapeEquals.Replace(value))
	}
	s.add("StringEquals", key, escaped)
}

func (s Statement) add(operator, key string, values Values) {
	if s.Condition[operator] == nil {
		s.Condition[operator] = map[string]Values{}
	}
	s.Condition[operator][key] = values
}

// newStatement allows the token's audience and subject. Of the subject, it omits only what changes with every run.
func newStatement(role Role, issuer Issuer, claims webidentity.Claims, actions []string) Statement {
	s := Statement{
		Effect:    "Allow",
		Principal: map[string]string{"Federated": issuer.Principal(role)},
		Action:    actions,
		Condition: map[string]map[string]Values{},
	}
	s.equals(issuer.Key("aud"), audiences(issuer, claims)...)
	if issuer == Google && claims.AuthorizedParty != "" {
		s.equals(issuer.Key("oaud"), distinct(claims.Audience)...)
	}
	if issuer == Cognito {
		s.add("ForAnyValue:StringEquals", issuer.Key("amr"), Values{"authenticated"})
	}
	if id := repositoryID(issuer, claims); id != "" {
		s.equals(issuer.Key("repository_id"), id)
	}
	if subject := SubjectOf(issuer, claims); subject.Pattern != "" {
		s.add("StringLike", issuer.Key("sub"), Values{subject.Pattern})
	} else {
		s.equals(issuer.Key("sub"), subject.Value)
	}
	if identity, ok := claims.All[sourceIdentityClaim].(string); ok && slices.Contains(actions, SetSourceIdentity) &&
		isUsable(identity) {
		s.equals("sts:SourceIdentity", identity)
	}
	return s
}
