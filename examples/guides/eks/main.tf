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

# The pod's own role. The role and the token come from AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE.
ephemeral "sts_assume_role_with_web_identity" "own" {
  refreshable = true
}

# A role in another account, with the same token.
ephemeral "sts_assume_role_with_web_identity" "other" {
  role_arn    = "arn:aws:iam::444455556666:role/deploy"
  refreshable = true
}

provider "aws" {
  alias               = "own"
  region              = "eu-central-1"
  shared_config_files = [ephemeral.sts_assume_role_with_web_identity.own.shared_config_file]
  profile             = ephemeral.sts_assume_role_with_web_identity.own.profile
}

provider "aws" {
  alias               = "other"
  region              = "eu-central-1"
  shared_config_files = [ephemeral.sts_assume_role_with_web_identity.other.shared_config_file]
  profile             = ephemeral.sts_assume_role_with_web_identity.other.profile
}

data "aws_caller_identity" "own" {
  provider = aws.own
}

data "aws_caller_identity" "other" {
  provider = aws.other
}

output "accounts" {
  value = [data.aws_caller_identity.own.account_id, data.aws_caller_identity.other.account_id]
}
