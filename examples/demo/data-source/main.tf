# One web identity token, two AWS accounts: each trades it for credentials of its own, and an aliased provider uses them.
# `make demo` runs this against an STS on this machine, so it needs no account.

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

data "sts_assume_role_with_web_identity" "production" {
  role_arn                = var.production_role_arn
  role_session_name       = "demo"
  web_identity_token_file = var.web_identity_token_file
}

data "sts_assume_role_with_web_identity" "shared" {
  role_arn                = var.shared_role_arn
  role_session_name       = "demo"
  web_identity_token_file = var.web_identity_token_file
}

provider "aws" {
  alias = "production"

  access_key = data.sts_assume_role_with_web_identity.production.credentials.access_key_id
  secret_key = data.sts_assume_role_with_web_identity.production.credentials.secret_access_key
  token      = data.sts_assume_role_with_web_identity.production.credentials.session_token
  region     = "us-east-1"

  endpoints {
    sts = var.sts_endpoint
  }
}

provider "aws" {
  alias = "shared"

  access_key = data.sts_assume_role_with_web_identity.shared.credentials.access_key_id
  secret_key = data.sts_assume_role_with_web_identity.shared.credentials.secret_access_key
  token      = data.sts_assume_role_with_web_identity.shared.credentials.session_token
  region     = "us-east-1"

  endpoints {
    sts = var.sts_endpoint
  }
}

# Signed with the credentials: STS itself says in which account they are, and as whom.
data "aws_caller_identity" "production" {
  provider = aws.production
}

data "aws_caller_identity" "shared" {
  provider = aws.shared
}
