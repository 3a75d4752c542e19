package trustpolicy

import (
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Actions of a trust policy.
const (
	AssumeRoleWithWebIdentity = "sts:AssumeRoleWithWebIdentity"
	TagSession                = "sts:TagSession"
	SetSourceIdentity         = "sts:SetSourceIdentity"
)

// Claims that need an action of their own.
const (
	tagsClaim           = "https://aws.amazon.com/tags"
	sourceIdentityClaim = "https://aws.amazon.com/source_identity"
)

// ActionsFor are the actions that a trust policy must allow for a token: its session tags and its source identity need
// actions of their own. The needed ones are among them, whatever the claims are.
func ActionsFor(claims webidentity.Claims, needed ...string) []string {
	actions := []string{AssumeRoleWithWebIdentity}
	if slices.Contains(needed, TagSession) || hasTags(claims) {
		actions = append(actions, TagSession)
	}
	if _, ok := claims.All[sourceIdentityClaim]; ok || slices.Contains(needed, SetSourceIdentity) {
		actions = append(actions, SetSourceIdentity)
	}
	return actions
}

func hasTags(claims webidentity.Claims) bool {
	for claim := range claims.All {
		if claim == tagsClaim || strings.HasPrefix(claim, tagsClaim+"/principal_tags/") {
			return true
		}
	}
	return false
}
