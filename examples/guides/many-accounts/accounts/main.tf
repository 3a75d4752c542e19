terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  accounts = {
    network    = "111122223333"
    production = "444455556666"
    staging    = "777788889999"
  }
}

# The job's token serves every block. A role in an account that isn't listed is an error before the provider sends anything.
provider "sts" {
  role_session_name          = "deploy"
  web_identity_token_request = { github_actions = {} }
  allowed_account_ids        = values(local.accounts)
}

ephemeral "sts_assume_role_with_web_identity" "deploy" {
  for_each = local.accounts

  role_arn = "arn:aws:iam::${each.value}:role/deploy"
}

# Terraform has no for_each for provider blocks, so each account has its own block.
provider "aws" {
  alias      = "network"
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.deploy["network"].credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.deploy["network"].credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.deploy["network"].credentials.session_token
}

provider "aws" {
  alias      = "production"
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.deploy["production"].credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.deploy["production"].credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.deploy["production"].credentials.session_token
}

provider "aws" {
  alias      = "staging"
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.deploy["staging"].credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.deploy["staging"].credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.deploy["staging"].credentials.session_token
}

data "aws_caller_identity" "network" {
  provider = aws.network
}

data "aws_caller_identity" "production" {
  provider = aws.production
}

data "aws_caller_identity" "staging" {
  provider = aws.staging
}

output "accounts" {
  value = {
    network    = data.aws_caller_identity.network.account_id
    production = data.aws_caller_identity.production.account_id
    staging    = data.aws_caller_identity.staging.account_id
  }
}
