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

variable "account" {
  type        = string
  description = "Number of the account."
}

data "sts_assume_role_with_web_identity" "deploy" {
  role_arn                = "arn:aws:iam::${var.account}:role/deploy"
  web_identity_token_file = "/var/run/secrets/tokens/sts"
}

provider "aws" {
  region     = "eu-central-1"
  access_key = data.sts_assume_role_with_web_identity.deploy.credentials.access_key_id
  secret_key = data.sts_assume_role_with_web_identity.deploy.credentials.secret_access_key
  token      = data.sts_assume_role_with_web_identity.deploy.credentials.session_token
}

data "aws_caller_identity" "deploy" {}

output "account" {
  value = data.aws_caller_identity.deploy.account_id
}
