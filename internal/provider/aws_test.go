package provider_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// TestAWS makes the exchange with AWS itself, and asks AWS whose the credentials are: see CONTRIBUTING.md. `make
// testacc` sets STS_ACC.
func TestAWS(t *testing.T) {
	if os.Getenv("STS_ACC") == "" {
		t.Skip("only `make testacc` calls AWS")
	}
	role := os.Getenv("STS_ACC_ROLE_ARN")
	account := regexp.MustCompile(`::(\d{12}):`).FindStringSubmatch(role)
	if account == nil {
		t.Fatalf("STS_ACC_ROLE_ARN is %q, which isn't the ARN of a role", role)
	}
	config := `
variable "token" {
  sensitive = true
}
` + block(
		set("role_arn", role), set("role_session_name", "testacc"), "web_identity_token = var.token",
		"duration_seconds = 900",
	) + `
provider "aws" {
  access_key = ` + dataSource + `.credentials.access_key_id
  secret_key = ` + dataSource + `.credentials.secret_access_key
  token      = ` + dataSource + `.credentials.session_token
  region     = "us-east-1"
}
data "aws_caller_identity" "test" {}
`
	t.Setenv("TF_VAR_token", os.Getenv("STS_ACC_WEB_IDENTITY_TOKEN"))
	run(t, resource.TestStep{
		Config: config,
		ConfigStateChecks: []statecheck.StateCheck{
			checkValue(
				tfjsonpath.New("assumed_role_user").AtMapKey("arn"),
				knownvalue.StringRegexp(regexp.MustCompile(`/testacc$`)),
			),
			checkValue(tfjsonpath.New("identity_provider"), knownvalue.NotNull()),
			checkValue(tfjsonpath.New("audience"), knownvalue.NotNull()),
			checkValue(tfjsonpath.New("subject_from_web_identity_token"), knownvalue.NotNull()),
			statecheck.ExpectKnownValue(
				"data.aws_caller_identity.test",
				tfjsonpath.New("account_id"),
				knownvalue.StringExact(account[1]),
			),
		},
	})
}
