# Exchanges one web identity token for credentials in two AWS accounts. The role in the second account assumes a role in a third
# account. An aliased provider uses the credentials of each account.
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

# Assumes a role in the partner's account with the credentials of the shared role (role chaining). The partner's role doesn't trust
# the token. Its trust policy allows the shared role, and requires an external ID. The shared role needs the permission
# sts:AssumeRole.
data "sts_assume_role_with_web_identity" "partner" {
  role_arn                = var.shared_role_arn
  role_session_name       = "demo"
  web_identity_token_file = var.web_identity_token_file

  assume_role = [{
    role_arn    = var.partner_role_arn
    external_id = var.partner_external_id
  }]
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

provider "aws" {
  alias = "partner"

  access_key = data.sts_assume_role_with_web_identity.partner.credentials.access_key_id
  secret_key = data.sts_assume_role_with_web_identity.partner.credentials.secret_access_key
  token      = data.sts_assume_role_with_web_identity.partner.credentials.session_token
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

data "aws_caller_identity" "partner" {
  provider = aws.partner
}
