package explain

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
)

// maxCommand bounds a command, in characters.
const maxCommand = 1500

// evaluation is the command that evaluates the role's trust policy for the token. It is empty if the claims can't be in
// a command.
func (r refusal) evaluation() string {
	role, err := arn.Parse(r.RoleARN())
	if err != nil || r.Claims == nil || r.showPolicy() == "" {
		return ""
	}
	issuer, usable := trustpolicy.IssuerOf(r.Claims.Issuer)
	if !usable {
		return ""
	}
	var members []string
	claims := trustpolicy.ClaimsOf(issuer, role.Partition, r.Claims.All)
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		value, ok := commandValue(claims[name])
		if !ok {
			return ""
		}
		members = append(members, fmt.Sprintf("%q = %s", name, value))
	}
	command := fmt.Sprintf(
		"  aws iam get-role --role-name %s --query Role.AssumeRolePolicyDocument --output json > policy.json\n"+
			"  echo 'provider::sts::evaluate_trust_policy(file(\"policy.json\"), { %s })' | terraform console",
		path.Base(role.Resource),
		strings.Join(members, ", "),
	)
	if len(command) > maxCommand {
		return ""
	}
	return "Evaluate the role's trust policy for this token, in the configuration's folder (Terraform 1.8 or " +
		"OpenTofu 1.7, or later):\n" +
		command
}

// commandValue is a claim in Terraform's language, inside single quotes of a shell. It reports whether the claim is a
// text or a list of texts that can be there as it is.
func commandValue(claim any) (string, bool) {
	if list, ok := claim.([]any); ok {
		values := make([]string, 0, len(list))
		for _, element := range list {
			value, ok := commandValue(element)
			if !ok {
				return "", false
			}
			values = append(values, value)
		}
		return "[" + strings.Join(values, ", ") + "]", true
	}
	text, ok := claim.(string)
	if !ok || strings.ContainsAny(text, "'\"\\$%!") || quoted(text) != fmt.Sprintf("%q", text) {
		return "", false
	}
	encoded, err := json.Marshal(text)
	return string(encoded), err == nil && !strings.Contains(string(encoded), "\\")
}
