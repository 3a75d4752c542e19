# An apply that takes longer than a session. The ephemeral resource provides new credentials through a profile during the apply.
# Neither the state nor a saved plan contains credentials. `make demo` runs this example against an STS on this machine. The
# sessions of that STS last only seconds. The example needs Terraform 1.10 or OpenTofu 1.11, or later. It doesn't run on Windows.

terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }

    # A small replacement for hashicorp/aws. It has the same arguments, and one data source that calls GetCallerIdentity.
    # In your own configuration, set `source = "hashicorp/aws"`.
    aws = {
      source = "terraform.local/webidentity/consumer"
    }
  }
}

# The exchange needs no AWS credentials. Without an endpoint, the provider calls AWS.
provider "sts" {
  endpoint = var.sts_endpoint
  region   = "us-east-1"
}

# A refresh assumes the partner's role again. If the session of the shared role has expired, it also exchanges the token again.
ephemeral "sts_assume_role_with_web_identity" "partner" {
  role_arn                = var.shared_role_arn
  role_session_name       = "demo"
  web_identity_token_file = var.web_identity_token_file
  refreshable             = true

  assume_role = [{ role_arn = var.partner_role_arn }]
}

# Always set profile. Without it, keys in the environment would override the file.
provider "aws" {
  alias = "partner"

  shared_config_files = [ephemeral.sts_assume_role_with_web_identity.partner.shared_config_file]
  profile             = ephemeral.sts_assume_role_with_web_identity.partner.profile
  region              = "us-east-1"

  endpoints {
    sts = var.sts_endpoint
  }
}

# Terraform reads the data source below in the apply, because it depends on a resource that doesn't exist yet.
resource "terraform_data" "start" {}

data "aws_caller_identity" "before" {
  provider   = aws.partner
  depends_on = [terraform_data.start]
}

# Represents a resource that takes long to create. `exec` replaces the shell, so that Ctrl-C ends the command.
resource "terraform_data" "wait" {
  depends_on = [data.aws_caller_identity.before]

  provisioner "local-exec" {
    command = "exec sleep ${var.wait_seconds}"
  }
}

# The same provider configuration, with newer credentials.
data "aws_caller_identity" "after" {
  provider   = aws.partner
  depends_on = [terraform_data.wait]
}
