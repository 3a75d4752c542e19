terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
    confluent = {
      source = "confluentinc/confluent"
    }
  }
}

provider "sts" {
  allowed_audiences = ["https://confluent.example.com"]
}

ephemeral "sts_web_identity_token" "confluent" {
  web_identity_token_request = {
    github_actions = {
      audience = "https://confluent.example.com"
    }
  }
}

provider "confluent" {
  oauth {
    oauth_external_access_token = ephemeral.sts_web_identity_token.confluent.token
    oauth_identity_pool_id      = "pool-abc123"
  }
}
