mock_provider "aws" {}
mock_provider "sts" {}

# OpenTofu wants all members of an object. In Terraform, you can leave some out.
override_data {
  target = data.sts_assume_role_with_web_identity.deploy
  values = {
    assumed_role_user = {
      arn             = "arn:aws:sts::111122223333:assumed-role/deploy/terraform"
      assumed_role_id = "AROAEXAMPLE:terraform"
    }
  }
}

override_data {
  target = data.aws_caller_identity.deploy
  values = {
    account_id = "111122223333"
  }
}

variables {
  account = "111122223333"
}

run "role_of_the_account" {
  command = plan

  assert {
    condition     = data.sts_assume_role_with_web_identity.deploy.role_arn == "arn:aws:iam::111122223333:role/deploy"
    error_message = "The role is ${data.sts_assume_role_with_web_identity.deploy.role_arn}."
  }

  assert {
    condition     = output.account == "111122223333"
    error_message = "The account is ${output.account}."
  }
}
