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

# One configuration for each partition, because each has its own audience. An unset region is the home Region of the
# role's partition. Here it is set, so that AWS_REGION in the environment can't select a Region of another partition.
provider "sts" {
  alias                      = "commercial"
  region                     = "eu-central-1"
  allowed_account_ids        = ["111122223333"]
  web_identity_token_request = { github_actions = {} }
}

provider "sts" {
  alias                      = "govcloud"
  region                     = "us-gov-west-1"
  allowed_account_ids        = ["444455556666"]
  web_identity_token_request = { github_actions = {} }
}

# A role in aws-cn needs an explicit audience: the client ID that you registered there.
provider "sts" {
  alias                      = "china"
  region                     = "cn-north-1"
  allowed_account_ids        = ["777788889999"]
  web_identity_token_request = { github_actions = { audience = "sts.amazonaws.com.cn" } }
}

ephemeral "sts_assume_role_with_web_identity" "commercial" {
  provider = sts.commercial
  role_arn = "arn:aws:iam::111122223333:role/deploy"
}

ephemeral "sts_assume_role_with_web_identity" "govcloud" {
  provider = sts.govcloud
  role_arn = "arn:aws-us-gov:iam::444455556666:role/deploy"
}

ephemeral "sts_assume_role_with_web_identity" "china" {
  provider = sts.china
  role_arn = "arn:aws-cn:iam::777788889999:role/deploy"
}

provider "aws" {
  alias      = "commercial"
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.commercial.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.commercial.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.commercial.credentials.session_token
}

provider "aws" {
  alias      = "govcloud"
  region     = "us-gov-west-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.govcloud.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.govcloud.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.govcloud.credentials.session_token
}

provider "aws" {
  alias      = "china"
  region     = "cn-north-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.china.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.china.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.china.credentials.session_token
}

data "aws_caller_identity" "commercial" {
  provider = aws.commercial
}

data "aws_caller_identity" "govcloud" {
  provider = aws.govcloud
}

data "aws_caller_identity" "china" {
  provider = aws.china
}

output "roles" {
  value = {
    commercial = data.aws_caller_identity.commercial.arn
    govcloud   = data.aws_caller_identity.govcloud.arn
    china      = data.aws_caller_identity.china.arn
  }
}
