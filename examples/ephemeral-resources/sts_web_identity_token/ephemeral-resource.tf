terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
    vault = {
      source = "hashicorp/vault"
    }
  }
}

provider "sts" {
  allowed_audiences = ["https://vault.example.com"]
}

ephemeral "sts_web_identity_token" "vault" {
  web_identity_token_request = {
    github_actions = {
      audience = "https://vault.example.com"
    }
  }
}

provider "vault" {
  address = "https://vault.example.com"

  auth_login_jwt {
    role = "deploy"
    jwt  = ephemeral.sts_web_identity_token.vault.token
  }
}
