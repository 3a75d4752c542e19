data "sts_assume_role_with_web_identity" "deploy" {
