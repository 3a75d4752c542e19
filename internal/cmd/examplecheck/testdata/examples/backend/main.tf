terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  alias      = "deploy"
  access_key = data.sts_assume_role_with_web_identity.deploy.credentials.access_key_id
}

data "sts_assume_role_with_web_identity" "deploy" {
  role_arn                = "arn:aws:iam::111122223333:role/deploy"
  web_identity_token_file = "token.jwt"
}

data "aws_caller_identity" "deploy" {
  provider = aws.deploy
}

# A module beside the example.
module "shared" {
  source = "../module"
}

# Needs no provider that anybody would have to fetch.
resource "terraform_data" "built_in" {}
