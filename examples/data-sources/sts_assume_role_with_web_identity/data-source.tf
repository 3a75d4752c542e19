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

data "sts_assume_role_with_web_identity" "deploy" {
  role_arn                = "arn:aws:iam::111122223333:role/deploy"
  role_session_name       = "terraform-deploy"
  web_identity_token_file = "/var/run/secrets/tokens/aws"
  duration_seconds        = 900

  # The session can do only what the role and this policy both allow.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:ListAllMyBuckets", "s3:GetBucketLocation"]
      Resource = "*"
    }]
  })
}

provider "aws" {
  alias      = "deploy"
  region     = "eu-central-1"
  access_key = data.sts_assume_role_with_web_identity.deploy.credentials.access_key_id
  secret_key = data.sts_assume_role_with_web_identity.deploy.credentials.secret_access_key
  token      = data.sts_assume_role_with_web_identity.deploy.credentials.session_token
}

data "aws_caller_identity" "deploy" {
  provider = aws.deploy
}

output "session" {
  value = {
    arn     = data.sts_assume_role_with_web_identity.deploy.assumed_role_user.arn
    account = data.aws_caller_identity.deploy.account_id
  }
}
