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

# A module can assume roles of these accounts, and of no others.
provider "sts" {
  web_identity_token_request = { github_actions = {} }
  allowed_account_ids        = ["111122223333", "444455556666"]
}

# This module assumes a role. It inherits the configuration above, because that one has no alias.
module "identity" {
  source = "./identity"

  for_each = {
    network  = "arn:aws:iam::111122223333:role/deploy"
    workload = "arn:aws:iam::444455556666:role/deploy"
  }

  role_arn = each.value
}

provider "aws" {
  alias      = "network"
  region     = "eu-central-1"
  access_key = module.identity["network"].credentials.access_key_id
  secret_key = module.identity["network"].credentials.secret_access_key
  token      = module.identity["network"].credentials.session_token
}

provider "aws" {
  alias      = "workload"
  region     = "eu-central-1"
  access_key = module.identity["workload"].credentials.access_key_id
  secret_key = module.identity["workload"].credentials.secret_access_key
  token      = module.identity["workload"].credentials.session_token
}

# This module gets two configured providers. It doesn't know where their credentials come from.
module "dns" {
  source = "./dns"

  providers = {
    aws.network  = aws.network
    aws.workload = aws.workload
  }
}

# This module gets the credentials themselves, for a command.
module "backup" {
  source = "./backup"

  environment = module.identity["workload"].environment
}

output "accounts" {
  value = module.dns.accounts
}
