mock_provider "aws" {}

override_data {
  target = data.aws_caller_identity.deploy
  values = {
    account_id = "111122223333"
  }
}

variables {
  credentials = {
    access_key_id     = "test"
    secret_access_key = "test"
    session_token     = "test"
  }
}

run "account" {
  command = plan

  assert {
    condition     = output.account == "111122223333"
    error_message = "The account is ${output.account}."
  }
}
