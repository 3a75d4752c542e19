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

# Each block exchanges a token of the GitHub Actions job.
provider "sts" {
  web_identity_token_request = {
    github_actions = {}
  }
}

# One role in each account. Neither the token nor the credentials are in the state or in a plan.
ephemeral "sts_assume_role_with_web_identity" "network" {
  role_arn = "arn:aws:iam::111122223333:role/deploy"
}

ephemeral "sts_assume_role_with_web_identity" "workload" {
  role_arn = "arn:aws:iam::444455556666:role/deploy"
}

provider "aws" {
  alias      = "network"
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.network.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.network.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.network.credentials.session_token
}

provider "aws" {
  alias      = "workload"
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.workload.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.workload.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.workload.credentials.session_token
}

data "aws_caller_identity" "network" {
  provider = aws.network
}

data "aws_caller_identity" "workload" {
  provider = aws.workload
}

output "accounts" {
  value = [data.aws_caller_identity.network.account_id, data.aws_caller_identity.workload.account_id]
}
