terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "name" {
  type        = string
  description = "Name of the application."
}

data "aws_caller_identity" "this" {}

output "bucket" {
  value = "${var.name}-${data.aws_caller_identity.this.account_id}-logs"
}
