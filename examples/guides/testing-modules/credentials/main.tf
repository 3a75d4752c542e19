terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "credentials" {
  type = object({
    access_key_id     = string
    secret_access_key = string
    session_token     = string
  })
  ephemeral   = true
  description = "Credentials of the role."
}

provider "aws" {
  region     = "eu-central-1"
  access_key = var.credentials.access_key_id
  secret_key = var.credentials.secret_access_key
  token      = var.credentials.session_token
}

data "aws_caller_identity" "deploy" {}

output "account" {
  value = data.aws_caller_identity.deploy.account_id
}
