terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "web_identity_token_file" {
  type        = string
  description = "Path of the file that contains the workload's web identity token."
}

provider "aws" {
  region = "eu-central-1"

  assume_role_with_web_identity {
    role_arn                = "arn:aws:iam::111122223333:role/deploy"
    session_name            = "terraform-deploy"
    web_identity_token_file = var.web_identity_token_file
  }
}

data "aws_caller_identity" "current" {}
