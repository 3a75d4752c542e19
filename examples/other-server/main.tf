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
}

variable "web_identity_token_file" {
  type        = string
  description = "Path of the file that contains a token whose audience is the MinIO client's ID."
}

data "sts_assume_role_with_web_identity" "minio" {
  # Without a role, MinIO reads the names of the policies from a claim of the token. For other servers, set the role's ARN.
  role_arn                = ""
  web_identity_token_file = var.web_identity_token_file
}

provider "aws" {
  alias      = "minio"
  region     = "us-east-1"
  access_key = data.sts_assume_role_with_web_identity.minio.credentials.access_key_id
  secret_key = data.sts_assume_role_with_web_identity.minio.credentials.secret_access_key
  token      = data.sts_assume_role_with_web_identity.minio.credentials.session_token

  skip_credentials_validation = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true

  # The provider calls AWS for each service that has no endpoint here.
  endpoints {
    s3  = "https://minio.example.com"
    sts = "https://minio.example.com"
  }
}
