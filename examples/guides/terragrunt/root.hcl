locals {
  account = read_terragrunt_config("${get_terragrunt_dir()}/account.hcl").locals
}

# The providers and the identity of the unit.
generate "identity" {
  path      = "identity.tf"
  if_exists = "overwrite_terragrunt"
  contents  = <<-EOT
    provider "sts" {
      web_identity_token_env = "AWS_ID_TOKEN"
      allowed_account_ids    = ["${local.account.id}"]
    }

    ephemeral "sts_assume_role_with_web_identity" "unit" {
      role_arn          = "arn:aws:iam::${local.account.id}:role/${local.account.role}"
      role_session_name = "terragrunt"
    }

    provider "aws" {
      region     = "${local.account.region}"
      access_key = ephemeral.sts_assume_role_with_web_identity.unit.credentials.access_key_id
      secret_key = ephemeral.sts_assume_role_with_web_identity.unit.credentials.secret_access_key
      token      = ephemeral.sts_assume_role_with_web_identity.unit.credentials.session_token
    }
  EOT
}

# A module can have only one required_providers block. A file whose name ends in _override.tf adds to that block.
generate "required_providers" {
  path      = "identity_override.tf"
  if_exists = "overwrite_terragrunt"
  contents  = <<-EOT
    terraform {
      required_providers {
        sts = {
          source = "terraform.local/webidentity/sts"
        }
      }
    }
  EOT
}

remote_state {
  backend = "s3"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    bucket       = "example-org-terraform-state"
    key          = "${path_relative_to_include()}/terraform.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}
