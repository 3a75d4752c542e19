terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

provider "aws" {
  session_token = "an argument of another provider"
}

# It alone would be no reason to fail without the real hashicorp/aws.
data "aws_region" "current" {}
