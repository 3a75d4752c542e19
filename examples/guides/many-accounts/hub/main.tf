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
  hub = "111122223333"

  accounts = {
    network  = "444455556666"
    payments = "777788889999"
  }
}

# The list must also have the hub's account. A role in any other account is an error before the provider sends anything.
provider "sts" {
  role_session_name          = "infrastructure"
  web_identity_token_request = { github_actions = {} }
  allowed_account_ids        = concat([local.hub], values(local.accounts))
}

# One exchange for the hub serves all accounts. Each account then needs one call of AssumeRole.
ephemeral "sts_assume_role_with_web_identity" "deploy" {
  for_each = local.accounts

  role_arn    = "arn:aws:iam::${local.hub}:role/hub"
  assume_role = [{ role_arn = "arn:aws:iam::${each.value}:role/deploy" }]
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
  alias      = "payments"
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.deploy["payments"].credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.deploy["payments"].credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.deploy["payments"].credentials.session_token
}

data "aws_caller_identity" "network" {
  provider = aws.network
}

data "aws_caller_identity" "payments" {
  provider = aws.payments
}

output "sessions" {
  value = {
    network  = data.aws_caller_identity.network.arn
    payments = data.aws_caller_identity.payments.arn
  }
}
