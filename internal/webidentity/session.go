package webidentity

import (
	"maps"
	"slices"
	"strings"
)

// The claims that request something for the session.
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
const (
	TagsClaim           = "https://aws.amazon.com/tags"
	SourceIdentityClaim = "https://aws.amazon.com/source_identity"

	principalTags     = "principal_tags"
	transitiveTagKeys = "transitive_tag_keys"
)

// Session is what a token requests for its session, and what passes on to the sessions that are chained to it.
type Session struct {
	TagKeys           []string
	TransitiveTagKeys []string // those of TagKeys that pass on
	SourceIdentity    string   // it passes on, too
}

// Session reads the two forms of tags: one claim with an object, or a claim for each tag.
func (c Claims) Session() Session {
	tags, transitive := map[string]any{}, c.All[TagsClaim+"/"+transitiveTagKeys]
	if nested, ok := c.All[TagsClaim].(map[string]any); ok {
		transitive = nested[transitiveTagKeys]
		if found, ok := nested[principalTags].(map[string]any); ok {
			maps.Copy(tags, found)
		}
	}
	for claim, value := range c.All {
		if tag, ok := strings.CutPrefix(claim, TagsClaim+"/"+principalTags+"/"); ok {
			tags[tag] = value
		}
	}
	return Session{
		TagKeys:           slices.Sorted(maps.Keys(tags)),
		TransitiveTagKeys: texts(transitive),
		SourceIdentity:    text(c.All[SourceIdentityClaim]),
	}
}
