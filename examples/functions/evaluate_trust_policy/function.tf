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
  trust_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Main"
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:example/platform:ref:refs/heads/main"
        }
      }
    }]
  })

  github_claims = {
    iss = "https://token.actions.githubusercontent.com"
    aud = "sts.amazonaws.com"
  }

  main = provider::sts::evaluate_trust_policy(local.trust_policy, merge(local.github_claims, {
    sub = "repo:example/platform:ref:refs/heads/main"
  }))

  pull_request = provider::sts::evaluate_trust_policy(local.trust_policy, merge(local.github_claims, {
    sub = "repo:example/platform:pull_request"
  }))
}

check "trust_policy" {
  assert {
    condition     = local.main.allowed
    error_message = join("\n", concat([local.main.reason], flatten(local.main.statements[*].failures)))
  }

  assert {
    condition     = local.pull_request.decision == "denied"
    error_message = "The trust policy allows pull requests, whose code nobody has reviewed."
  }
}
