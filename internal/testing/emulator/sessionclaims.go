package emulator

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

const (
	claimNamespace      = "https://aws.amazon.com/"
	tagsClaim           = claimNamespace + "tags"
	sourceIdentityClaim = claimNamespace + "source_identity"

	maxTags             = 50
	maxTagKeyLength     = 128
	maxTagValueLength   = 256
	principalTagsMember = "principal_tags"
	transitiveMember    = "transitive_tag_keys"
)

// sessionClaims are the session tags and the source identity of a session. A token asks for them in its claims, because
// AssumeRoleWithWebIdentity has no parameters for them.
type sessionClaims struct {
	tags           map[string]string
	transitive     []string
	sourceIdentity string
}

var sourceIdentityPattern = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// readSessionClaims reads tags, in either of the forms that IAM documents (one
// object, or a claim for each tag), and the source identity. AWS's wording of
// malformed ones isn't known.
func readSessionClaims(token *idToken) (sessionClaims, *refusal) {
	claims := sessionClaims{tags: map[string]string{}}
	principalTags := map[string]any{}
	transitive := token.claims[tagsClaim+"/"+transitiveMember]
	if nested, ok := token.claims[tagsClaim].(map[string]any); ok {
		if tags, ok := nested[principalTagsMember].(map[string]any); ok {
			maps.Copy(principalTags, tags)
		}
		transitive = nested[transitiveMember]
	}
	for claim, value := range token.claims {
		if key, ok := strings.CutPrefix(claim, tagsClaim+"/"+principalTagsMember+"/"); ok {
			principalTags[key] = value
		}
	}
	for key, value := range principalTags {
		text, ok := singleText(value)
		if !ok || !validTag(key, text) {
			return claims, invalidIdentityToken("The session tag %s is invalid", key)
		}
		claims.tags[key] = text
	}
	if len(claims.tags) > maxTags {
		return claims, invalidIdentityToken("More than %d session tags", maxTags)
	}
	for _, key := range anyTexts(transitive) {
		if _, ok := claims.tags[key]; !ok {
			return claims, invalidIdentityToken("The transitive tag key %s is no session tag", key)
		}
		claims.transitive = append(claims.transitive, key)
	}
	if value, ok := token.claims[sourceIdentityClaim]; ok {
		text, _ := value.(string)
		if !sourceIdentityPattern.MatchString(text) {
			return claims, invalidIdentityToken("The source identity is invalid")
		}
		claims.sourceIdentity = text
	}
	return claims, nil
}

// singleText is a tag's value: a string, or an array of one.
func singleText(value any) (string, bool) {
	if list, ok := value.([]any); ok {
		if len(list) != 1 {
			return "", false
		}
		value = list[0]
	}
	text, ok := value.(string)
	return text, ok
}

func anyTexts(value any) []string {
	list, _ := value.([]any)
	var texts []string
	for _, element := range list {
		if text, ok := element.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

func validTag(key, value string) bool {
	return key != "" && utf8.RuneCountInString(key) <= maxTagKeyLength &&
		utf8.RuneCountInString(value) <= maxTagValueLength && !strings.HasPrefix(strings.ToLower(key), "aws:")
}

// actions are those that a session with the claims needs, in addition to the first one.
func (c sessionClaims) actions(first string) []string {
	actions := []string{first}
	if len(c.tags) > 0 {
		actions = append(actions, trustpolicy.TagSession)
	}
	if c.sourceIdentity != "" {
		actions = append(actions, trustpolicy.SetSourceIdentity)
	}
	return actions
}

// packedTags are the tags as they count towards the packed size.
func packedTags(tags map[string]string) []byte {
	if len(tags) == 0 {
		return nil
	}
	text, err := json.Marshal(tags)
	if err != nil {
		// Strings alone: this can't be.
		panic(err)
	}
	return text
}
