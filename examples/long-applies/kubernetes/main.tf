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

variable "web_identity_token_file" {
  type        = string
  description = "Path of a token file that the platform updates before the token expires."
}

ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn                = "arn:aws:iam::111122223333:role/deploy"
  web_identity_token_file = var.web_identity_token_file
  refreshable             = true
}

variable "cluster" {
  type = object({
    name           = string
    region         = string
    endpoint       = string
    ca_certificate = string
  })
  description = "The EKS cluster. ca_certificate is in PEM format."
}

provider "kubernetes" {
  host                   = var.cluster.endpoint
  cluster_ca_certificate = var.cluster.ca_certificate

  exec {
    api_version = "client.authentication.k8s.io/v1beta1"
    command     = "aws"
    args        = ["eks", "get-token", "--cluster-name", var.cluster.name, "--region", var.cluster.region]
    env         = ephemeral.sts_assume_role_with_web_identity.deploy.environment
  }
}
