terraform {
  # Functions of providers need Terraform 1.8 or OpenTofu 1.7.
  required_version = ">= 1.8.0"

  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

locals {
  # The policy allows every repository of the organization.
  trust_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
        StringLike   = { "token.actions.githubusercontent.com:sub" = "repo:example/*" }
      }
    }]
  })

  serious = [
    for finding in provider::sts::trust_policy_findings(local.trust_policy) : "${finding.rule}: ${finding.message} ${finding.fix}"
    if contains(["error", "high"], finding.severity)
  ]
}

check "trust_policy" {
  assert {
    condition     = length(local.serious) == 0
    error_message = join("\n", local.serious)
  }
}
