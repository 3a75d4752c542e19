// Package trustpolicy writes statements of trust policies from the claims of web identity tokens, and evaluates trust
// policies as IAM does. It knows the condition keys that IAM has for each issuer. It returns facts about a statement
// that it writes, because explain has the sentences about them. It has the sentences about a policy that it reads.
package trustpolicy

import (
	"maps"
	"regexp"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// Role is what a statement depends on of the role.
type Role struct {
	Partition string // such as aws
	AccountID string // 12 digits
}

var completeRole = regexp.MustCompile(`^aws[a-z-]*:\d{12}$`)

func (r Role) isComplete() bool { return completeRole.MatchString(r.Partition + ":" + r.AccountID) }

// Proposal is a statement for a token, and what to consider before it is used.
type Proposal struct {
	Statement Statement
	JSON      string // the statement, indented by two spaces
	Notes     []Note
}

// Propose writes the statement that allows a token, and other runs of the same workload, to assume the role. If there
// is no safe statement, it returns the problem and no proposal.
func Propose(claims webidentity.Claims, role Role, actions []string) (Proposal, Problem) {
	claims = knownIn(role.Partition, claims)
	if problem := problemWith(claims); problem != "" {
		return Proposal{}, problem
	}
	if !role.isComplete() {
		return Proposal{}, UnknownRole
	}
	issuer, _ := IssuerOf(claims.Issuer)
	statement := newStatement(role, issuer, claims, actions)
	text := statement.text()
	if text == "" {
		return Proposal{}, UnprintableText
	}
	return Proposal{Statement: statement, JSON: text, Notes: notesOn(statement, issuer, claims)}, ""
}

// knownIn omits the claims for which IAM has no condition key in a partition. Only the partition aws has GitHub's
// repository_id.
func knownIn(partition string, claims webidentity.Claims) webidentity.Claims {
	if partition == "aws" {
		return claims
	}
	claims.All = maps.Clone(claims.All)
	delete(claims.All, "repository_id")
	return claims
}
