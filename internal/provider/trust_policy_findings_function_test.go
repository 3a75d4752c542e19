package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

func TestTrustPolicyFindings(t *testing.T) {
	t.Parallel()
	config := trustPolicyConfig + `
locals {
  right = replace(local.policy, "\"${local.issuer}:sub\"", <<-EOT
    "${local.issuer}:aud": "sts.amazonaws.com", "${local.issuer}:repository_id": "42", "${local.issuer}:sub"
  EOT
  )
}

output "findings" {
  value = provider::sts::trust_policy_findings(local.policy)
}

output "none" {
  value = provider::sts::trust_policy_findings(local.right)
}
`
	finding := func(rule, severity, message string) knownvalue.Check {
		return knownvalue.ObjectExact(map[string]knownvalue.Check{
			"rule":     knownvalue.StringExact(rule),
			"severity": knownvalue.StringExact(severity),
			"statement": knownvalue.Int64Exact(
				0,
			),
			"message": knownvalue.StringExact(message),
			"fix":     knownvalue.NotNull(),
		})
	}
	const (
		noAudience = "No condition restricts the audience of tokens from token.actions.githubusercontent.com. " +
			"Tokens for other services can use the role."
		onlyNames = `StringEquals on token.actions.githubusercontent.com:sub with "repo:o/r:environment:prod" has only ` +
			"names. Somebody else can take over a name after a rename or a deletion."
	)
	newAttachedCLI(t, config).apply(t,
		statecheck.ExpectKnownOutputValue("findings", knownvalue.ListExact([]knownvalue.Check{
			finding("no-audience-condition", "medium", noAudience),
			finding("names-without-ids", "low", onlyNames),
		})),
		statecheck.ExpectKnownOutputValue("none", knownvalue.ListExact([]knownvalue.Check{})),
	)
}

func TestTrustPolicyFindingsError(t *testing.T) {
	t.Parallel()
	wantErrors(t, newAttachedCLI, "", map[string]failing{"no statement": failingCall(
		`provider::sts::trust_policy_findings("{\"Statement\": []}")`,
		`"policy" parameter: In element Statement: The policy must have a statement.`,
	)}, "plan")
}
