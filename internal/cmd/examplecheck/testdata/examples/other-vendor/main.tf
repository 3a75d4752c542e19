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

provider "kubernetes" {}
