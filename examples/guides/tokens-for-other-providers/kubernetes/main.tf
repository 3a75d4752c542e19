terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
    kubernetes = {
      source = "hashicorp/kubernetes"
    }
  }
}

provider "sts" {
  allowed_audiences = ["https://kubernetes.example.com"]
}

ephemeral "sts_web_identity_token" "kubernetes" {
  web_identity_token_request = {
    github_actions = {
      audience = "https://kubernetes.example.com"
    }
  }
}

provider "kubernetes" {
  host                   = "https://kubernetes.example.com:6443"
  cluster_ca_certificate = file("${path.module}/ca.crt")
  token                  = ephemeral.sts_web_identity_token.kubernetes.token
}
