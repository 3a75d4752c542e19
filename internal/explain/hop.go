package explain

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// hopArgument is the name of an argument of a hop, as users write it. The hop is numbered from 1.
func hopArgument(hop int, argument string) string {
	return fmt.Sprintf("%s[%d].%s", AssumeRoleArgument, hop-1, argument)
}

// named is the name of an argument of the block, or of the hop that the exchange has come to.
func (r refusal) named(argument string) string {
	if r.Hop == 0 {
		return argument
	}
	return hopArgument(r.Hop, argument)
}

// namedBefore is the name of an argument of the call before the hop, for a sentence.
func (r refusal) namedBefore(argument string) string {
	if r.Hop == 1 {
		return argument + " of the block"
	}
	r.Hop--
	return r.named(argument)
}

// hop is the one that the exchange has come to.
func (r refusal) hop() assumerole.Hop { return r.Request.Hops[r.Hop-1] }

// hopPolicies are what both roles' policies must allow for the hop.
func (r refusal) hopPolicies() trustpolicy.Hop {
	hop := r.hop()
	return trustpolicy.Hop{
		CallerRoleARN:  r.CallerRoleARN(),
		RoleARN:        hop.RoleARN,
		ExternalID:     hop.ExternalID,
		TagKeys:        r.tagKeys(),
		TransitiveKeys: slices.Sorted(slices.Values(hop.TransitiveTagKeys)),
		SourceIdentity: hop.SourceIdentity,
		Inherits:       hop.SourceIdentity == "" && r.inheritedSourceIdentity() != "",
	}
}

// tagKeys are those of the session tags that the hop sets or inherits.
func (r refusal) tagKeys() []string {
	keys := slices.Collect(maps.Keys(r.hop().Tags))
	if r.Claims != nil {
		keys = append(keys, r.Claims.Session().TransitiveTagKeys...)
	}
	for _, before := range r.Request.Hops[:r.Hop-1] {
		keys = append(keys, before.TransitiveTagKeys...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// shownTags are the keys of the session tags, with what is special about each.
func (r refusal) shownTags(keys []string) string {
	var shown []string
	for _, key := range keys {
		text := audience([]string{key})
		if _, own := r.hop().Tags[key]; !own {
			text += " (inherited)"
		} else if slices.Contains(r.hop().TransitiveTagKeys, key) {
			text += " (transitive)"
		}
		shown = append(shown, text)
	}
	if len(shown) > maxAudiences {
		shown = append(shown[:maxAudiences], fmt.Sprintf("and %d more", len(shown)-maxAudiences))
	}
	return strings.Join(shown, ", ")
}

// inheritedSourceIdentity is the one that the calls before the hop have set.
func (r refusal) inheritedSourceIdentity() string {
	var session webidentity.Session
	if r.Claims != nil {
		session = r.Claims.Session()
	}
	for _, before := range r.Request.Hops[:r.Hop-1] {
		if session.SourceIdentity == "" {
			session.SourceIdentity = before.SourceIdentity
		}
	}
	return session.SourceIdentity
}

// side is one of the two policies that a hop needs.
type side int

// The sides.
const (
	callerSide  side = 1 << iota // the permissions of the role that calls
	roleSide                     // the trust policy of the role that is assumed
	sessionSide                  // the session policy of the call before
)

// sideOf is the side that the message says is missing an action. It is both if the message doesn't say.
func (r refusal) sideOf() side {
	switch message := r.service.Message; {
	case strings.Contains(message, "session policy"), strings.Contains(message, "sessions policy"):
		return sessionSide
	case strings.Contains(message, "identity-based policy"), strings.Contains(message, "permissions boundary"):
		return callerSide
	case strings.Contains(message, "trust policy"), strings.Contains(message, "resource-based policy"):
		return roleSide
	}
	return callerSide | roleSide
}

// deniedAction finds the action in a message.
var deniedAction = regexp.MustCompile(`perform: (sts:[A-Za-z]+)`)

// action is the one that the message says is denied.
func (r refusal) action() string {
	if match := deniedAction.FindStringSubmatch(r.service.Message); match != nil {
		return match[1]
	}
	return trustpolicy.AssumeRole
}

// deniedActions are those that the statements are for: all that the hop needs, or only the one that is denied. If
// sts:AssumeRole is denied, nothing is known of the others.
func (r refusal) deniedActions(policies trustpolicy.Hop) []string {
	if denied := r.action(); denied != trustpolicy.AssumeRole && slices.Contains(policies.Actions(), denied) {
		return []string{denied}
	}
	return policies.Actions()
}

// statements are what to paste into the policies of the sides.
func (r refusal) statements(sides side) string {
	if sides == 0 || r.Hop == 0 {
		return ""
	}
	policies := r.hopPolicies()
	actions := r.deniedActions(policies)
	var texts []string
	add := func(condition, where, statement string) {
		if statement == "" {
			return
		}
		texts = append(texts, fmt.Sprintf("Only if %s, add %s to %s.", condition, these(statement), where),
			indented(statement))
	}
	if sides == callerSide|roleSide {
		texts = append(texts, "The policies of both roles must allow the call.")
	}
	if sides&callerSide != 0 {
		add("this is intended", "a permissions policy of "+r.callerName(), policies.PermissionStatements(actions))
	}
	if sides&sessionSide != 0 {
		add("this is intended", r.namedBefore(PolicyArgument), policies.PermissionStatements(actions))
	}
	if sides&roleSide != 0 {
		add(
			r.trustIntention(actions),
			"the trust policy of "+quoted(r.ShownRoleARN()),
			policies.TrustStatements(actions),
		)
	}
	return paragraphs(texts...)
}

// trustIntention is what must hold before the statements go into a trust policy. Without a condition on the external
// ID, they would take away the protection that another statement's condition gives.
func (r refusal) trustIntention(actions []string) string {
	switch {
	case !slices.Contains(actions, trustpolicy.AssumeRole):
		return "this is intended"
	case r.hop().ExternalID == "":
		return "this is intended without an external ID"
	}
	return "this is intended with this external ID"
}

// these refers to one statement or several.
func these(statements string) string {
	if strings.Contains(statements, "\n},\n{") {
		return "these statements"
	}
	return "this statement"
}

// callerName is the ARN of the role that calls the hop, for a sentence.
func (r refusal) callerName() string {
	caller := r.Exchange
	caller.Hop--
	return quoted(caller.ShownRoleARN())
}

// The lines of evidence for a hop, and those that matter if its values don't.
var (
	hopFacts = []fact{
		factRole, factCaller, factExternalID, factTags, factSourceIdentity, factEndpoint, factAttempts,
	}
	factsOfRoles = []fact{factRole, factCaller, factEndpoint, factAttempts}
)

// hopFact is the name and the value of a fact about the hop.
func hopFact(exchange assumerole.Exchange, fact fact) (name, value string) {
	if exchange.Hop == 0 {
		return "", ""
	}
	r := refusal{Exchange: exchange}
	switch fact {
	case factCaller:
		return "called by", r.callerName()
	case factExternalID:
		if id := r.hop().ExternalID; id != "" {
			return "external ID", quoted(id)
		}
		return "external ID", "(none)"
	case factTags:
		if keys := r.tagKeys(); len(keys) > 0 {
			return "tag keys", r.shownTags(keys)
		}
	case factSourceIdentity:
		if identity := r.hop().SourceIdentity; identity != "" {
			return "identity", quoted(identity) + " (source identity)"
		}
		if identity := r.inheritedSourceIdentity(); identity != "" {
			return "identity", quoted(identity) + " (source identity, inherited)"
		}
	default:
	}
	return "", ""
}
