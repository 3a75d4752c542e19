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

# The token is exchanged for the role "hub". With its credentials, the provider assumes the role "deploy" in another
# account. The result has the credentials of "deploy".
ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn                   = "arn:aws:iam::111122223333:role/hub"
  web_identity_token_request = { github_actions = {} }

  assume_role = [{
    role_arn = "arn:aws:iam::444455556666:role/deploy"
    tags     = { stage = "production" }
  }]
}

provider "aws" {
  alias      = "deploy"
  region     = "eu-central-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.deploy.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.deploy.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.deploy.credentials.session_token
}
