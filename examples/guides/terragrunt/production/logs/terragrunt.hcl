include "root" {
  path = find_in_parent_folders("root.hcl")
}

terraform {
  source = "../../modules/logs"
}

# Terragrunt itself assumes this role for the state, with the same token.
iam_role                     = "arn:aws:iam::111122223333:role/terraform-state"
iam_web_identity_token       = get_env("AWS_ID_TOKEN")
iam_assume_role_session_name = "terragrunt-state"

inputs = {
  name = "production"
}
