data "sts_assume_role_with_web_identity" "deploy" {
  role_arn = "arn:aws:iam::111122223333:role/deploy"
}
