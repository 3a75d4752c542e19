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

variable "role_arn" {
  type        = string
  description = "ARN of the role for this repository. The server's workflow sets TF_VAR_role_arn."
}

# The token is the server's own. Atlantis doesn't give a project a token of its own.
ephemeral "sts_assume_role_with_web_identity" "project" {
  role_arn                = var.role_arn
  web_identity_token_file = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"
}

provider "aws" {
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.project.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.project.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.project.credentials.session_token
}

data "aws_caller_identity" "project" {}

output "role" {
  value = data.aws_caller_identity.project.arn
}
