mock_provider "aws" {}
mock_provider "sts" {}

override_data {
  target = data.aws_caller_identity.deploy
  values = {
    account_id = "111122223333"
  }
}

variables {
  account = "111122223333"
}

run "account" {
  command = plan

  assert {
    condition     = output.account == "111122223333"
    error_message = "The account is ${output.account}."
  }
}
