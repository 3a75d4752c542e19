package trustpolicy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// audiences are the values that the condition key aud can have. At Google, that is azp. Elsewhere IAM might also
// compare azp, which isn't documented, so both are listed.
func audiences(issuer Issuer, claims webidentity.Claims) []string {
	switch {
	case claims.AuthorizedParty == "" && slices.Contains(claims.Audience, webidentity.DefaultAudience):
		return []string{webidentity.DefaultAudience} // a token for the other audiences only must not be enough
	case claims.AuthorizedParty == "":
		return distinct(withoutUserInfo(claims.Audience))
	case issuer == Google:
		return []string{claims.AuthorizedParty}
	}
	return distinct(append(slices.Clone(claims.Audience), claims.AuthorizedParty))
}

// withoutUserInfo omits the audience that Auth0 and others add for their own endpoint, if there is another one.
func withoutUserInfo(audiences []string) []string {
	others := slices.DeleteFunc(slices.Clone(audiences), func(audience string) bool {
		return strings.HasSuffix(audience, "/userinfo")
	})
	if len(others) == 0 {
		return audiences
	}
	return others
}

func distinct(values []string) []string {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// HasOtherParty reports whether the token has an authorized party (azp) that isn't its only audience. IAM might compare
// the condition key aud with it.
func HasOtherParty(claims webidentity.Claims) bool {
	return claims.AuthorizedParty != "" && !slices.Equal(claims.Audience, []string{claims.AuthorizedParty})
}

var (
	regionalHost = regexp.MustCompile(`^sts\.[a-z]{2}(-[a-z]+)+-\d\.amazonaws\.com$`)
	mistyped     = []string{
		"sts.amazon.com", "amazonaws.com", "amazon.com", "sts.amazonaws", "sts.aws.amazon.com", "aws.amazon.com", "" +
			"sts.aws.com",
		"sts", "sts.awsamazon.com", "sts-amazonaws.com", "sts.amazonaws.co",
	}
)

// MistypedAudience is an audience that was probably meant to be the one of AWS. It is empty if there is none.
func MistypedAudience(claims webidentity.Claims) string {
	if slices.Contains(claims.Audience, webidentity.DefaultAudience) {
		return ""
	}
	for _, audience := range claims.Audience {
		plain := strings.ToLower(strings.TrimSpace(audience))
		plain = strings.TrimPrefix(strings.TrimPrefix(plain, "https://"), "http://")
		plain = strings.TrimRight(plain, "/.")
		if slices.Contains(mistyped, plain) || regionalHost.MatchString(plain) ||
			Distance(plain, webidentity.DefaultAudience) <= maxWrongLetters {
			return audience
		}
	}
	return ""
}

// maxWrongLetters is how many letters can be wrong, missing or additional in a mistyped audience. The audience of
// China, sts.amazonaws.com.cn, has three additional ones.
const maxWrongLetters = 2

// Distance is the Levenshtein distance, in bytes. A text that is much longer isn't measured.
func Distance(a, b string) int {
	if len(a) > 2*len(b) {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
