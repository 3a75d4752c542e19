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

# A plan runs code that nobody has reviewed yet, so it gets a role that can only read.
ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn               = terraform.applying ? "arn:aws:iam::111122223333:role/deploy" : "arn:aws:iam::111122223333:role/plan"
  role_session_name      = "hcp-terraform"
  web_identity_token_env = "TFC_WORKLOAD_IDENTITY_TOKEN"
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
