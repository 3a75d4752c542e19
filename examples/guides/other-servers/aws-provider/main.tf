terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
    aws = {
      source = "hashicorp/aws"
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
  role_arn                = ""
  web_identity_token_file = var.web_identity_token_file
}

provider "aws" {
  alias      = "minio"
  region     = "us-east-1"
  access_key = ephemeral.sts_assume_role_with_web_identity.minio.credentials.access_key_id
  secret_key = ephemeral.sts_assume_role_with_web_identity.minio.credentials.secret_access_key
  token      = ephemeral.sts_assume_role_with_web_identity.minio.credentials.session_token

  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  # The provider calls AWS for each service that has no endpoint here.
  endpoints {
    s3  = "https://minio.example.com"
    sts = "https://minio.example.com"
  }
}

resource "aws_s3_object" "index" {
  provider = aws.minio

  bucket  = "example-site"
  key     = "index.html"
  content = "<p>Hello</p>"
}
