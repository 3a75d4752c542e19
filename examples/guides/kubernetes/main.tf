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

# The kubelet replaces the token in the file before it expires, so the provider can refresh the credentials.
ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn                = "arn:aws:iam::111122223333:role/deploy"
  role_session_name       = "terraform"
  web_identity_token_file = "/var/run/secrets/tokens/aws"
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
