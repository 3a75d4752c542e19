# Whom the credentials belonged to, as the other provider found it.
output "callers" {
  value = {
    before = data.aws_caller_identity.before.arn
    after  = data.aws_caller_identity.after.arn
  }
}
