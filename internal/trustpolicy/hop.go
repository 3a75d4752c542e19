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

// TrustStatements are the statements for the trust policy of the role that is assumed, as JSON, separated by commas. Each
// action has its own, because a condition key exists only for the actions that have it: the external ID only for
// sts:AssumeRole. The text is empty if a value can't be copied safely.
//
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
func (h Hop) TrustStatements() string {
	if !isRoleARN.MatchString(h.CallerRoleARN) {
		return ""
	}
	var texts []string
	for _, action := range h.Actions() {
		statement := Statement{
			Effect:    "Allow",
			Principal: map[string]string{"AWS": h.CallerRoleARN},
			Action:    Values{action},
			Condition: map[string]map[string]Values{},
		}
		switch {
		case action == AssumeRole && h.ExternalID != "":
			statement.add("StringEquals", "sts:ExternalId", Values{h.ExternalID})
		case action == TagSession: // without the condition, the caller could set any tag
			statement.add("ForAllValues:StringEquals", "aws:TagKeys", slices.Sorted(slices.Values(h.TagKeys)))
		case action == SetSourceIdentity && h.SourceIdentity != "":
			statement.add("StringEquals", "sts:SourceIdentity", Values{h.SourceIdentity})
		}
		text := statement.text()
		if text == "" {
			return ""
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ",\n")
}

// PermissionStatement is the statement for a policy of the caller's role, as JSON. It is empty if a value can't be
// copied safely.
func (h Hop) PermissionStatement() string {
	if !isRoleARN.MatchString(h.RoleARN) {
		return ""
	}
	text, err := marshal(permission{Effect: "Allow", Action: h.Actions(), Resource: h.RoleARN}, "  ")
	if err != nil {
		return ""
	}
	return string(text)
}

// permission is a statement of an identity-based policy.
type permission struct {
	Effect   string
	Action   Values
	Resource string
}

// isRoleARN is stricter than IAM, so that a pattern or a policy variable can't be among the ARNs.
var isRoleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$`)
