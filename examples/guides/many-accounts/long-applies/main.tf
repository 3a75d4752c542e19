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

# The job's token can't be renewed. The hub's session lasts for four hours, and the provider renews the session in the
# account with it.
ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn               = "arn:aws:iam::111122223333:role/hub"
  role_session_name      = "infrastructure"
  web_identity_token_env = "AWS_ID_TOKEN"
  duration_seconds       = 14400
  refreshable            = true

  assume_role = [{ role_arn = "arn:aws:iam::444455556666:role/deploy" }]
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

output "session" {
  value = data.aws_caller_identity.deploy.arn
}
