package assumerole

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/webidentity/terraform-provider-sts/internal/origin"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// CompactPolicy takes the whitespace out of a session policy, which STS counts, and checks the API's constraints. It
// changes nothing else: no order, no number, no escape. Its error is a *ValueError.
func CompactPolicy(policy string) (string, error) {
	failure := &ValueError{Parameter: ParameterPolicy, Origin: origin.Of(origin.Block)}
	var compact bytes.Buffer
	if failure.Cause = json.Compact(&compact, []byte(policy)); failure.Cause != nil {
		failure.Problem = ProblemNotJSON
		if secret.IsPath(policy) {
			failure.Problem, failure.Part, failure.Secret = ProblemPath, secret.ShownPath(
				policy,
			), secret.HidesPath(
				policy,
			)
		}
		return "", failure
	}
	for position, r := range []rune(compact.String()) {
		if !inPolicy(r) {
			failure.Problem, failure.Character, failure.Position = ProblemCharacter, r, position+1
			return "", failure
		}
	}
	if failure.Length = utf8.RuneCountInString(compact.String()); failure.Length > MaxPolicyLength {
		failure.Problem = ProblemLength
		return "", failure
	}
	return compact.String(), nil
}

// inPolicy is the API's pattern, [\u0009\u000A\u000D\u0020-\u00FF]+.
func inPolicy(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || (r >= ' ' && r <= '\u00FF')
}
