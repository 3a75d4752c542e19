package consumer

import (
	"fmt"
	"regexp"
	"runtime"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

func TestCallerIdentity_StaticCredentials(t *testing.T) {
	testenv.Isolate(t)
	sts := startSTS(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config: fmt.Sprintf(`
provider "aws" {
  alias      = "deploy"
  access_key = %q
  secret_key = %q
  token      = %q
  region     = "us-east-2"

  allowed_account_ids         = [%q]
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true

  endpoints {
    sts = %q
  }
}

data "aws_caller_identity" "me" {
  provider = aws.deploy
}
`, accessKey, secretKey, sessionToken, accountID, sts.url),
			ConfigStateChecks: wantIdentity(),
		}},
	})
	wantCalls(t, sts)
}

func TestCallerIdentity_CredentialProcess(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the command is a POSIX shell's")
	}
	testenv.Isolate(t)
	sts := startSTS(t)
	printed := testenv.WriteFile(t, "credentials.json", fmt.Sprintf(
		`{"Version": 1, "AccessKeyId": %q, "SecretAccessKey": %q, "SessionToken": %q}`,
		accessKey,
		secretKey,
		sessionToken,
	))
	shared := testenv.WriteFile(t, "config", fmt.Sprintf(
		"[profile deploy]\nregion = us-east-2\ncredential_process = cat '%s'\n", printed))

	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config: fmt.Sprintf(`
provider "aws" {
  profile             = "deploy"
  shared_config_files = [%q]
  endpoints {
    sts = %q
  }
}

data "aws_caller_identity" "me" {}
`, shared, sts.url),
			ConfigStateChecks: wantIdentity(),
		}},
	})
	wantCalls(t, sts)
}

func TestCallerIdentity_ArgumentsNotKnownYet(t *testing.T) {
	testenv.Isolate(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(),
		Steps: []resource.TestStep{{
			Config: `
resource "terraform_data" "later" {
  input = "us-east-2"
}

provider "aws" {
  region              = terraform_data.later.output
  shared_config_files = [terraform_data.later.id]
}

data "aws_caller_identity" "me" {}
`,
			ExpectError: regexp.MustCompile(`aren't known yet:\s+region,\s+shared_config_files`),
		}},
	})
}

func factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){"aws": providerserver.NewProtocol6WithError(New())}
}

func wantIdentity() []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for name, value := range map[string]string{
		"account_id": accountID, "arn": arn, "user_id": userID, "id": accountID,
	} {
		checks = append(checks, statecheck.ExpectKnownValue(
			"data.aws_caller_identity.me", tfjsonpath.New(name), knownvalue.StringExact(value)))
	}
	return checks
}

// wantCalls keeps the checks of the fake from passing for want of a request.
func wantCalls(t *testing.T, sts *fakeSTS) {
	t.Helper()
	if sts.calls.Load() == 0 {
		t.Error("STS got no request")
	}
}
