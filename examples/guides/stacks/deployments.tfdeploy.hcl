identity_token "aws" {
  audience = ["aws.workload.identity"]
}

deployment "production" {
  inputs = {
    aws_token = identity_token.aws.jwt
    role_arns = {
      infrastructure = "arn:aws:iam::111122223333:role/stack"
      backup         = "arn:aws:iam::111122223333:role/backup"
    }
  }
}
