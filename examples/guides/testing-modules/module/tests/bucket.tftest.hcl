mock_provider "aws" {}

override_data {
  target = data.aws_caller_identity.this
  values = {
    account_id = "111122223333"
  }
}

variables {
  name = "shop"
}

run "name_of_the_bucket" {
  command = plan

  assert {
    condition     = output.bucket == "shop-111122223333-logs"
    error_message = "The bucket's name is ${output.bucket}."
  }
}
