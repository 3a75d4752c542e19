terraform {
  required_version = ">= 1.10.0"

  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

variable "web_identity_token" {
  type      = string
  ephemeral = true
}

locals {
  token = provider::sts::decode_web_identity_token(var.web_identity_token)
}

# A session that tells in CloudTrail which repository it is for.
ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn           = "arn:aws:iam::111122223333:role/deploy"
  role_session_name  = substr(replace(local.token.claims.repository, "/", "@"), 0, 64)
  web_identity_token = var.web_identity_token
}
