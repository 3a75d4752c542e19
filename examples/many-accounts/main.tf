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

variable "roles" {
  type        = map(string)
  description = "ARN of the role to assume in each account, by the account's name."
  default = {
    network    = "arn:aws:iam::111122223333:role/audit"
    production = "arn:aws:iam::444455556666:role/audit"
  }
}

data "sts_assume_role_with_web_identity" "audit" {
  for_each = var.roles

  role_arn                = each.value
  role_session_name       = "audit-${each.key}"
  web_identity_token_file = var.web_identity_token_file
}

output "sessions" {
  value = {
    for name, session in data.sts_assume_role_with_web_identity.audit : name => session.assumed_role_user.arn
  }
}
