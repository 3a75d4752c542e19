required_providers {
  sts = {
    source  = "terraform.local/webidentity/sts"
    version = "0.1.0"
  }
  aws = {
    source  = "hashicorp/aws"
    version = "~> 6.0"
  }
}

variable "aws_token" {
  type      = string
  ephemeral = true
}

variable "role_arns" {
  type = object({
    infrastructure = string
    backup         = string
  })
}

# The aws provider makes its own exchange. It needs nothing from this provider.
provider "aws" "this" {
  config {
    region = "eu-central-1"

    assume_role_with_web_identity {
      role_arn           = var.role_arns.infrastructure
      session_name       = "stack"
      web_identity_token = var.aws_token
    }
  }
}

# This provider makes the exchange for what isn't the aws provider.
provider "sts" "this" {
  config {
    web_identity_token  = var.aws_token
    allowed_account_ids = ["111122223333"]
  }
}

component "backup" {
  source = "./backup"

  inputs = {
    role_arn = var.role_arns.backup
  }

  providers = {
    aws = provider.aws.this
    sts = provider.sts.this
  }
}
