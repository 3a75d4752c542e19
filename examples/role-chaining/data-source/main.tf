terraform {
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

# The token is exchanged for the role "hub". With its credentials, the provider assumes the role "audit" in another
# account. The result has the credentials of "audit".
data "sts_assume_role_with_web_identity" "audit" {
  role_arn                = "arn:aws:iam::111122223333:role/hub"
  role_session_name       = "audit"
  web_identity_token_file = var.web_identity_token_file

  assume_role = [{ role_arn = "arn:aws:iam::444455556666:role/audit" }]
}

output "session" {
  value = data.sts_assume_role_with_web_identity.audit.assumed_role_user.arn
}
