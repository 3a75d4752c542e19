# Exchanges one web identity token for credentials in two AWS accounts. An aliased provider uses the credentials of each account.
# `make demo` runs this example against an STS on this machine, so you need no account.

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

# The calls are signed with the credentials. STS returns the account and the identity.
data "aws_caller_identity" "production" {
  provider = aws.production
}

data "aws_caller_identity" "shared" {
  provider = aws.shared
}
