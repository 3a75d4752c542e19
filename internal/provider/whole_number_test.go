package provider_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// TestWholeNumbers checks the error for numbers that the framework's own integer type can't hold.
func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	const (
		role  = `role_arn = "arn:aws:iam::111122223333:role/deploy"`
		token = `web_identity_token = "an-opaque-token"`
	)
	ranges := map[string]string{
		"duration_seconds":           "duration_seconds must be a whole number from 900 to 2147483647.",
		"minimum_session_token_size": "minimum_session_token_size must be a whole number from 0 to 4096.",
		"max_retries":                "max_retries must be a whole number from 0 to 1000.",
		"lifetime_seconds": "web_identity_token_request.buildkite.lifetime_seconds must be a whole number " +
			"from 1 to 2147483647.",
	}
	parts := map[string]failing{}
	for name, test := range map[string]struct{ value, shown string }{
		"a fraction":             {"900.5", " The value is 900.5."},
		"a fraction without end": {"2701 / 3", ""},
		"too large":              {"1e30", " The value is 1000000000000000000000000000000."},
		"too small":              {"-1e30", " The value is -1000000000000000000000000000000."},
		"beyond 64 bits":         {"9223372036854775808", " The value is 9223372036854775808."},
		"beyond 512 bits":        {"1e1000", ""},
		"close to nothing":       {"1e-1000", ""},
	} {
		for argument, requirement := range ranges {
			if name == "too small" { // without the largest number, which no role allows
				requirement = regexp.MustCompile(`a whole number from (\d+) to 2147483647`).
					ReplaceAllString(requirement, "$1 or more")
			}
			setting := argument + " = " + test.value
			part := failing{argument: argument, says: requirement + test.shown, ends: true}
			part.config = blockNamed("LABEL", role, token, setting)
			switch argument {
			case "max_retries":
				part.config = "provider \"sts-LABEL\" {\n  " + setting + "\n}\n" +
					blockNamed("LABEL", role, token, "provider = sts-LABEL")
			case "lifetime_seconds":
				part.argument = "web_identity_token_request"
				part.config = blockNamed("LABEL", role, part.argument+" = { buildkite = { "+setting+" } }")
			}
			parts[argument+", "+name] = part
		}
	}
	wantErrors(t, newAttachedCLI, "", parts, "validate")
}

// TestWholeNumberFormats checks that a number may be written in any way, and that the result has the same value.
func TestWholeNumberFormats(t *testing.T) {
	t.Parallel()
	f := startFixture(t)
	newAttachedCLI(t, f.config(
		set("role_arn", roleARN(production)), set("web_identity_token", f.token(t, nil)), `duration_seconds = "9e2"`,
		"minimum_session_token_size = 10 / 5",
	)).apply(t,
		checkValue(tfjsonpath.New("duration_seconds"), knownvalue.Int64Exact(900)),
		checkValue(tfjsonpath.New("minimum_session_token_size"), knownvalue.Int64Exact(2)),
	)
}
