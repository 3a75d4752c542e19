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
  description = "ARN of the role to assume: the role plan in a merge request, the role deploy on the main branch."
}

# A mistake in the pipeline can't select a role of another account.
provider "sts" {
  web_identity_token_env = "AWS_ID_TOKEN"
  allowed_account_ids    = ["111122223333"]
}

ephemeral "sts_assume_role_with_web_identity" "this" {
  role_arn = var.role_arn
}

provider "aws" {
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.this.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.this.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.this.credentials.session_token
}

data "aws_caller_identity" "this" {}

output "role" {
  value = data.aws_caller_identity.this.arn
}
