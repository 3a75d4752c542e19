terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

provider "sts" {
  endpoint = "https://minio.example.com"
  region   = "us-east-1"
}

variable "web_identity_token_file" {
  type        = string
  description = "Path of the file that contains a token for MinIO's own client ID."
}

ephemeral "sts_assume_role_with_web_identity" "minio" {
  # An empty role: MinIO takes the names of the policies from a claim of the token. For a role policy, set its ARN:
  # role_arn = "arn:minio:iam:::role/ID"
  role_arn                = ""
  web_identity_token_file = var.web_identity_token_file
}

resource "terraform_data" "upload" {
  provisioner "local-exec" {
    command     = "aws --region us-east-1 --endpoint-url https://minio.example.com s3 sync ./site s3://example-site"
    environment = ephemeral.sts_assume_role_with_web_identity.minio.environment
  }
}
