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

provider "sts" {
  role_session_name          = "infrastructure"
  web_identity_token_request = { github_actions = {} }
  allowed_account_ids        = ["111122223333", "777788889999"]
}

ephemeral "sts_assume_role_with_web_identity" "payments" {
  role_arn = "arn:aws:iam::111122223333:role/hub"

  assume_role = [{
    role_arn        = "arn:aws:iam::777788889999:role/deploy"
    external_id     = "example-org-4711"
    source_identity = "infrastructure"

    # "team" also passes on to roles that this session assumes.
    tags                = { stage = "production", team = "payments" }
    transitive_tag_keys = ["team"]

    # The session has only those permissions of the role that this policy allows, too.
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = ["dynamodb:*", "s3:*"]
        Resource = "*"
      }]
    })
  }]
}

provider "aws" {
  alias      = "payments"
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.payments.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.payments.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.payments.credentials.session_token
}

data "aws_caller_identity" "payments" {
  provider = aws.payments
}

output "session" {
  value = data.aws_caller_identity.payments.arn
}
