terraform {
  # Ephemeral resources need Terraform 1.10 or OpenTofu 1.11.
  required_version = ">= 1.11.0"

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

# The name of the session, which CloudTrail records, contains the repository.
ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn           = "arn:aws:iam::111122223333:role/deploy"
  role_session_name  = substr(replace(local.token.claims.repository, "/", "@"), 0, 64)
  web_identity_token = var.web_identity_token
}
