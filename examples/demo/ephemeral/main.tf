# An apply that takes longer than its credentials live. The block serves fresh ones through a profile for as long as the apply
# lasts, and neither the state nor a saved plan holds any. `make demo` runs this against an STS on this machine, whose sessions
# end after seconds; it needs Terraform 1.10 or OpenTofu 1.11, or later, and a system other than Windows.

terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }

    # Stands in for hashicorp/aws: the same arguments, and one data source, which asks STS who its credentials belong to.
    # A configuration of your own has `source = "hashicorp/aws"` here.
    aws = {
      source = "terraform.local/webidentity/consumer"
    }
  }
}

# The exchange needs no AWS credentials: the token is the proof. Without an endpoint, it is made with AWS.
provider "sts" {
  endpoint = var.sts_endpoint
  region   = "us-east-1"
}

ephemeral "sts_assume_role_with_web_identity" "production" {
  role_arn                = var.role_arn
  role_session_name       = "demo"
  web_identity_token_file = var.web_identity_token_file
  refreshable             = true
}

# Without the profile's name, keys that lie about in the environment would win over the file.
provider "aws" {
  alias = "production"

  shared_config_files = [ephemeral.sts_assume_role_with_web_identity.production.shared_config_file]
  profile             = ephemeral.sts_assume_role_with_web_identity.production.profile
  region              = "us-east-1"

  endpoints {
    sts = var.sts_endpoint
  }
}

# What depends on a resource that isn't there yet is read in the apply, not in the plan.
resource "terraform_data" "start" {}

data "aws_caller_identity" "before" {
  provider   = aws.production
  depends_on = [terraform_data.start]
}

# Stands in for what takes long: a database, a cluster. `exec` leaves no shell between, so that Ctrl-C ends it.
resource "terraform_data" "wait" {
  depends_on = [data.aws_caller_identity.before]

  provisioner "local-exec" {
    command = "exec sleep ${var.wait_seconds}"
  }
}

# The same provider, and by now other credentials.
data "aws_caller_identity" "after" {
  provider   = aws.production
  depends_on = [terraform_data.wait]
}
