package trustpolicy

import (
	"regexp"
	"slices"
	"strings"
)

// AssumeRole is the action that a role's session needs to assume another role.
const AssumeRole = "sts:AssumeRole"

// Hop is a call of AssumeRole by the session of a role. Both roles' policies must allow it.
type Hop struct {
	CallerRoleARN  string // of the role, with its path, which the session's ARN lacks
	RoleARN        string
	ExternalID     string   // empty if the call has none
	TagKeys        []string // of the session tags that the call sets or inherits
	TransitiveKeys []string // those of TagKeys that the call makes transitive
	SourceIdentity string   // that the call sets
	Inherits       bool     // reports whether the session inherits a source identity
}

// Actions are those that both policies must allow.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
func (h Hop) Actions() []string {
	actions := []string{AssumeRole}
	if len(h.TagKeys) > 0 {
		actions = append(actions, TagSession)
	}
	if h.SourceIdentity != "" || h.Inherits {
		actions = append(actions, SetSourceIdentity)
	}
	return actions
}

// TrustStatements are the statements for the trust policy of the role that is assumed, as JSON, separated by commas.
// Each action has its own, because a condition key exists only for the actions that have it: the external ID only for
// sts:AssumeRole. The text is empty if a value can't be copied safely.
//
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
func (h Hop) TrustStatements(actions []string) string {
	if !isRoleARN.MatchString(h.CallerRoleARN) {
		return ""
	}
	return join(actions, func(action string) Statement {
		statement := Statement{
			Effect: "Allow", Principal: map[string]string{"AWS": h.CallerRoleARN}, Action: Values{action},
			Condition: h.conditions(action),
		}
		if action == AssumeRole && h.ExternalID != "" {
			statement.add("StringEquals", "sts:ExternalId", Values{h.ExternalID})
		}
		return statement
	})
}

// PermissionStatements are the statements for a policy of the caller's role, or of its session, as TrustStatements are
// for the other role.
func (h Hop) PermissionStatements(actions []string) string {
	if !isRoleARN.MatchString(h.RoleARN) {
		return ""
	}
	return join(actions, func(action string) Statement {
		return Statement{
			Effect: "Allow", Action: Values{action}, Resource: h.RoleARN, Condition: h.conditions(action),
		}
	})
}

// conditions restrict what the caller can set. Without them, it could set any tag or source identity.
func (h Hop) conditions(action string) map[string]map[string]Values {
	statement := Statement{Condition: map[string]map[string]Values{}}
	switch {
	case action == TagSession:
		statement.add("ForAllValues:StringEquals", "aws:TagKeys", slices.Sorted(slices.Values(h.TagKeys)))
		if len(h.TransitiveKeys) > 0 {
			statement.add("ForAllValues:StringEquals", "sts:TransitiveTagKeys", h.TransitiveKeys)
		}
	case action == SetSourceIdentity && h.SourceIdentity != "":
		statement.add("StringEquals", "sts:SourceIdentity", Values{h.SourceIdentity})
	}
	return statement.Condition
}

// join is the text of a statement for each action, or empty if one of them must not be shown.
func join(actions []string, statementFor func(action string) Statement) string {
	var texts []string
	for _, action := range actions {
		text := statementFor(action).text()
		if text == "" {
			return ""
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ",\n")
}

// isRoleARN is stricter than IAM, so that a pattern or a policy variable can't be among the ARNs.
var isRoleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$`)
