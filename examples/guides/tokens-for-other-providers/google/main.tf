terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
    google = {
      source = "hashicorp/google"
    }
  }
}

locals {
  pool_provider = "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/providers/github"
}

provider "sts" {
  allowed_audiences = ["https:${local.pool_provider}"]
}

ephemeral "sts_web_identity_token" "google" {
  web_identity_token_request = {
    github_actions = {
      audience = "https:${local.pool_provider}"
    }
  }
}

provider "google" {
  project = "example-project"

  external_credentials {
    audience              = local.pool_provider
    service_account_email = "deploy@example-project.iam.gserviceaccount.com"
    identity_token        = ephemeral.sts_web_identity_token.google.token
  }
}
