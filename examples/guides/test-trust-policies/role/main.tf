terraform {
  # Functions of providers need Terraform 1.8 or OpenTofu 1.7.
  required_version = ">= 1.8.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

module "trust_policy" {
  source = "../trust-policy"
}

resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = module.trust_policy.trust_policy
}
