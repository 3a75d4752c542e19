terraform {
  # terraform_data needs Terraform 1.4. With an older version, use null_resource of hashicorp/null.
  required_version = ">= 1.4.0"

  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

variable "web_identity_token_file" {
  type        = string
  description = "Path of the file that contains the job's web identity token."
}

data "sts_assume_role_with_web_identity" "deploy" {
  role_arn                = "arn:aws:iam::111122223333:role/deploy"
  web_identity_token_file = var.web_identity_token_file
}

resource "terraform_data" "upload" {
  provisioner "local-exec" {
    command     = "aws s3 sync ./site s3://example-site"
    environment = data.sts_assume_role_with_web_identity.deploy.environment
  }
}
