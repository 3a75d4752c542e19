package assumerole

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// CompactPolicy takes the white space out of a session policy, which STS counts, and checks the API's constraints. It
// changes nothing else: no order, no number, no escape. Its error is an *ArgumentError.
func CompactPolicy(policy string) (string, error) {
	fail := func(format string, arguments ...any) error {
		return &ArgumentError{
			Argument: PolicyArgument,
			Summary:  "Invalid session policy",
			Detail:   fmt.Sprintf(format, arguments...),
		}
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(policy)); err != nil {
		return "", fail("The policy isn't valid JSON: %s. It must be a policy document, such as jsonencode({ Version "+
			"= \"2012-10-17\", Statement = [...] }).", err)
	}
	for position, r := range []rune(compact.String()) {
		if !inPolicy(r) {
			return "", fail("The policy has the character %U at position %d of its compacted form. STS allows "+
				"U+0009, U+000A, U+000D and U+0020 to U+00FF; "+
				"in JSON, others can be written as \\u escapes.", r, position+1)
		}
	}
	if length := utf8.RuneCountInString(compact.String()); length > MaxPolicyLength {
		return "", fail("The policy has %d characters without white space between its parts. STS allows %d; managed "+
			"policies, by policy_arns, don't count here.",
			length, MaxPolicyLength)
	}
	return compact.String(), nil
}

// inPolicy is the API's pattern, [\u0009\u000A\u000D\u0020-\u00FF]+.
func inPolicy(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || (r >= ' ' && r <= '\u00FF')
}
