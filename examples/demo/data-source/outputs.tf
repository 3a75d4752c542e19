# The identity in the token. These values aren't secret.
output "identity" {
  value = {
    identity_provider = data.sts_assume_role_with_web_identity.production.identity_provider
    subject           = data.sts_assume_role_with_web_identity.production.subject_from_web_identity_token
    audience          = data.sts_assume_role_with_web_identity.production.audience
  }
}

# The session in each account, when it expires, and the account and the identity that the other provider read.
output "sessions" {
  value = {
    production = {
      arn              = data.sts_assume_role_with_web_identity.production.assumed_role_user.arn
      expiration       = data.sts_assume_role_with_web_identity.production.credentials.expiration
      verified_account = data.aws_caller_identity.production.account_id
      verified_arn     = data.aws_caller_identity.production.arn
    }
    shared = {
      arn              = data.sts_assume_role_with_web_identity.shared.assumed_role_user.arn
      expiration       = data.sts_assume_role_with_web_identity.shared.credentials.expiration
      verified_account = data.aws_caller_identity.shared.account_id
      verified_arn     = data.aws_caller_identity.shared.arn
    }
    partner = {
      arn              = data.sts_assume_role_with_web_identity.partner.assumed_role_user.arn
      expiration       = data.sts_assume_role_with_web_identity.partner.credentials.expiration
      verified_account = data.aws_caller_identity.partner.account_id
      verified_arn     = data.aws_caller_identity.partner.arn
    }
  }
}
