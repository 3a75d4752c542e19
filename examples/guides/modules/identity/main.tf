terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

variable "role_arn" {
  type        = string
  description = "ARN of the role to assume."
}

# The caller's provider configuration says where the token comes from.
ephemeral "sts_assume_role_with_web_identity" "this" {
  role_arn = var.role_arn
}

# An output with ephemeral values must be ephemeral itself.
output "credentials" {
  value       = ephemeral.sts_assume_role_with_web_identity.this.credentials
  ephemeral   = true
  description = "Credentials of the role."
}

output "environment" {
  value       = ephemeral.sts_assume_role_with_web_identity.this.environment
  ephemeral   = true
  description = "The same credentials, as environment variables for a command."
}
