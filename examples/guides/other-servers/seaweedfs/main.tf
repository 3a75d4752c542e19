terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

provider "sts" {
  endpoint = "https://s3.example.com"
  region   = "us-east-1"
}

variable "web_identity_token_file" {
  type        = string
  description = "Path of the file that contains a token for the client ID of SeaweedFS's identity provider."
}

ephemeral "sts_assume_role_with_web_identity" "seaweedfs" {
  role_arn                = "arn:aws:iam::111122223333:role/upload"
  web_identity_token_file = var.web_identity_token_file
}

resource "terraform_data" "upload" {
  provisioner "local-exec" {
    command     = "aws --region us-east-1 --endpoint-url https://s3.example.com s3 sync ./site s3://example-site"
    environment = ephemeral.sts_assume_role_with_web_identity.seaweedfs.environment
  }
}
