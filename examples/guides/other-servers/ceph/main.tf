terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

provider "sts" {
  endpoint = "https://rgw.example.com"
  region   = "us-east-1"
}

variable "web_identity_token_file" {
  type        = string
  description = "Path of the file that contains a token for a client ID of the gateway's OIDC provider."
}

ephemeral "sts_assume_role_with_web_identity" "ceph" {
  role_arn                = "arn:aws:iam:::role/upload"
  role_session_name       = "terraform"
  web_identity_token_file = var.web_identity_token_file
}

resource "terraform_data" "upload" {
  provisioner "local-exec" {
    command     = "aws --region us-east-1 --endpoint-url https://rgw.example.com s3 sync ./site s3://example-site"
    environment = ephemeral.sts_assume_role_with_web_identity.ceph.environment
  }
}
