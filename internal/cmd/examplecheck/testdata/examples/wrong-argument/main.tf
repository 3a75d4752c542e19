terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

data "sts_assume_role_with_web_identity" "deploy" {
  role_name = "deploy"
}
