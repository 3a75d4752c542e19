terraform {
  # Functions of providers need Terraform 1.8 or OpenTofu 1.7.
  required_version = ">= 1.8.0"

  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

variable "tokens" {
  description = "Claims of tokens to evaluate the trust policy for, by a name of your own."
  type        = any
  default     = {}
}

locals {
  issuer = "token.actions.githubusercontent.com"

  trust_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/${local.issuer}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud"           = "sts.amazonaws.com"
          "${local.issuer}:repository_id" = "456789"
          "${local.issuer}:sub"           = "repo:example-org/infrastructure:ref:refs/heads/main"
        }
      }
    }]
  })

  findings = provider::sts::trust_policy_findings(local.trust_policy)
}

check "trust_policy" {
  assert {
    condition     = alltrue([for finding in local.findings : finding.severity == "low"])
    error_message = join("\n", [for finding in local.findings : "${finding.message} ${finding.fix}"])
  }
}

output "trust_policy" {
  value = local.trust_policy

  precondition {
    condition     = !anytrue([for finding in local.findings : contains(["error", "high"], finding.severity)])
    error_message = join("\n", [for finding in local.findings : "${finding.message} ${finding.fix}"])
  }
}

output "decisions" {
  value = { for name, claims in var.tokens : name => provider::sts::evaluate_trust_policy(local.trust_policy, claims) }
}
