package provider_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
)

// trustPolicyConfig has the policy that the tests of functions evaluate.
const trustPolicyConfig = `
locals {
  issuer = "token.actions.githubusercontent.com"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Main"
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/${local.issuer}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "${local.issuer}:sub" = "repo:o/r:environment:prod" } }
    }, {
      Effect    = "Deny"
      Principal = "*"
      Action    = "sts:*"
      Condition = { StringEquals = { "${local.issuer}:actor_id" = "7" } }
    }, {
      Effect    = "Deny"
      Principal = "*"
      Action    = "sts:*"
      Condition = { StringEquals = { "accounts.google.com:google/organization_number" = "123456789012" } }
    }]
  })
  claims = { iss = "https://${local.issuer}", sub = "repo:o/r:environment:prod", aud = ["sts.amazonaws.com"] }
}
`

func TestEvaluateTrustPolicy(t *testing.T) {
	t.Parallel()
	config := trustPolicyConfig
	var checks []statecheck.StateCheck
	for claims, members := range map[string]map[string]knownvalue.Check{
		`local.claims`: {
			`.decision`: knownvalue.StringExact("allowed"),
			`.allowed`:  knownvalue.Bool(true),
			`.reason`: knownvalue.StringExact(
				"Statement[0] (Main) allows sts:AssumeRoleWithWebIdentity.",
			),
			`.statements[0].index`:       knownvalue.Int64Exact(0),
			`.statements[0].sid`:         knownvalue.StringExact("Main"),
			`.statements[0].effect`:      knownvalue.StringExact("Allow"),
			`.statements[0].matches`:     knownvalue.Bool(true),
			`.statements[0].failures`:    knownvalue.ListExact([]knownvalue.Check{}),
			`.statements[1].index`:       knownvalue.Int64Exact(1),
			`.statements[1].sid == null`: knownvalue.Bool(true),
			`.statements[1].failures[0]`: knownvalue.StringExact("StringEquals requires that " +
				`token.actions.githubusercontent.com:actor_id is "7". The token has no claim actor_id.`),
		},
		`merge(local.claims, { sub = "repo:o/r:pull_request" })`: {
			`.decision`:              knownvalue.StringExact("denied"),
			`.allowed`:               knownvalue.Bool(false),
			`.statements[0].matches`: knownvalue.Bool(false),
		},
		// The type of the number isn't that of GitHub's claim, so the result isn't known.
		`merge(local.claims, { actor_id = 7, nested = { list = [1, null, true] } })`: {
			`.decision`:                      knownvalue.StringExact("undetermined"),
			`.allowed`:                       knownvalue.Bool(false),
			`.statements[1].matches == null`: knownvalue.Bool(true),
		},
		`tomap({ iss = local.claims.iss, sub = local.claims.sub, actor_id = "7" })`: {
			`.decision`: knownvalue.StringExact("denied"),
			`.reason`:   knownvalue.StringExact("Statement[1] denies sts:AssumeRoleWithWebIdentity."),
		},
		`{ iss = "https://accounts.google.com", "google:organization_number" = 123456789012 }`: {
			`.reason`: knownvalue.StringExact("Statement[2] denies sts:AssumeRoleWithWebIdentity."),
		},
		fmt.Sprintf("provider::sts::decode_web_identity_token(%q).claims", unsigned(`{"alg":"RS256"}`, `{
			"iss": "https://token.actions.githubusercontent.com", "sub": "repo:o/r:environment:prod", "iat": 1700000000
		}`)): {
			`.decision`: knownvalue.StringExact("allowed"),
		},
	} {
		for member, want := range members {
			output := "output_" + strconv.Itoa(len(checks))
			config += fmt.Sprintf(`
				output %q {
					value = provider::sts::evaluate_trust_policy(local.policy, %s)%s
				}
			`, output, claims, member)
			checks = append(checks, statecheck.ExpectKnownOutputValue(output, want))
		}
	}
	newAttachedCLI(t, config).apply(t, checks...)
}

// TestEvaluateTrustPolicyErrors checks that an error names the argument at fault.
func TestEvaluateTrustPolicyErrors(t *testing.T) {
	t.Parallel()
	parts := map[string]failing{}
	for name, test := range map[string]struct{ policy, claims, want string }{
		"a policy that isn't JSON": {
			policy: `"policy"`, claims: `local.claims`, want: `"policy" parameter: The policy isn't valid JSON`,
		},
		"an unknown element": {
			policy: `replace(local.policy, "Principal", "Principals")`, claims: `local.claims`,
			want: `"policy" parameter: In Statement[0] (Main), element Principals: IAM has no such element. ` +
				"The names of elements are case-sensitive.",
		},
		"claims that are text": {
			policy: `local.policy`, claims: `"claims"`, want: `"claims" parameter: The claims must be an object`,
		},
		"claims without an issuer": {
			policy: `local.policy`, claims: `{ sub = "a" }`, want: `"claims" parameter: The claims must have iss`,
		},
		"an issuer without https": {
			policy: `local.policy`, claims: `{ iss = "http://example.com" }`,
			want: `"claims" parameter: The claims must have iss`,
		},
	} {
		parts[name] = failingCall(
			fmt.Sprintf("provider::sts::evaluate_trust_policy(%s, %s)", test.policy, test.claims), test.want,
		)
		if name == "an unknown element" {
			part := parts[name]
			part.ends = true
			parts[name] = part
		}
	}
	wantErrors(t, newAttachedCLI, trustPolicyConfig, parts, "plan")
}

// failingCall is an output whose function fails.
func failingCall(call, says string) failing {
	return failing{config: "output \"LABEL\" {\n  value = " + call + "\n}\n", argument: "value", says: says}
}
