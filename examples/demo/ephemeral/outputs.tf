# The identity of the credentials, as the other provider read it.
output "callers" {
  value = {
    before = data.aws_caller_identity.before.arn
    after  = data.aws_caller_identity.after.arn
  }
}
