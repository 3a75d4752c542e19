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
  description = "Path of the file that contains the workload's web identity token."
}

ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn                = "arn:aws:iam::111122223333:role/deploy"
  role_session_name       = "terraform-deploy"
  web_identity_token_file = var.web_identity_token_file
}

provider "aws" {
  alias      = "deploy"
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.deploy.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.deploy.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.deploy.credentials.session_token
}

data "aws_caller_identity" "deploy" {
  provider = aws.deploy
}

output "account" {
  value = data.aws_caller_identity.deploy.account_id
}
