terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
    azurerm = {
      source = "hashicorp/azurerm"
    }
  }
}

provider "sts" {
  allowed_audiences = ["api://AzureADTokenExchange"]
}

ephemeral "sts_web_identity_token" "azurerm" {
  web_identity_token_request = {
    github_actions = {
      audience = "api://AzureADTokenExchange"
    }
  }
}

provider "azurerm" {
  features {}

  tenant_id       = "00000000-0000-0000-0000-000000000000"
  subscription_id = "11111111-1111-1111-1111-111111111111"
  client_id       = "22222222-2222-2222-2222-222222222222"
  use_oidc        = true
  oidc_token      = ephemeral.sts_web_identity_token.azurerm.token
}
