terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
    tailscale = {
      source = "tailscale/tailscale"
    }
  }
}

provider "sts" {
  allowed_audiences = ["https://tailscale.example.com"]
}

ephemeral "sts_web_identity_token" "tailscale" {
  web_identity_token_request = {
    github_actions = {
      audience = "https://tailscale.example.com"
    }
  }
}

provider "tailscale" {
  tailnet         = "example.com"
  oauth_client_id = "example-client-id"
  identity_token  = ephemeral.sts_web_identity_token.tailscale.token
}
