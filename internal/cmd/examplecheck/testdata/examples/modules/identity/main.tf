terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

ephemeral "sts_assume_role_with_web_identity" "deploy" {
  role_arn = "arn:aws:iam::111122223333:role/deploy"
}

output "credentials" {
  value     = ephemeral.sts_assume_role_with_web_identity.deploy.credentials
  ephemeral = true
}
