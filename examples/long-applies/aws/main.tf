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

variable "web_identity_token_file" {
  type        = string
  description = "Path of a token file that the platform updates before the token expires."
}

ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn                = "arn:aws:iam::111122223333:role/deploy"
  web_identity_token_file = var.web_identity_token_file
  refreshable             = true
}

provider "aws" {
  alias               = "deploy"
  region              = "eu-central-1"
  shared_config_files = [ephemeral.sts_assume_role_with_web_identity.deploy.shared_config_file]
  profile             = ephemeral.sts_assume_role_with_web_identity.deploy.profile
}

data "aws_caller_identity" "deploy" {
  provider = aws.deploy
}

output "account" {
  value = data.aws_caller_identity.deploy.account_id
}
