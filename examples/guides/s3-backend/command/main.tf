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

# The providers get their own session. The role of the backend is another one, and the providers can't use it.
ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn                   = "arn:aws:iam::111122223333:role/deploy"
  web_identity_token_request = { github_actions = {} }
}

provider "aws" {
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.deploy.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.deploy.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.deploy.credentials.session_token
}

data "aws_caller_identity" "deploy" {}

output "account" {
  value = data.aws_caller_identity.deploy.account_id
}
