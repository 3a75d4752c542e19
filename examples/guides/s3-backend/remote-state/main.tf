data "terraform_remote_state" "infrastructure" {
  backend = "s3"
  config = {
    bucket              = "example-org-terraform-state"
    key                 = "infrastructure/terraform.tfstate"
    region              = "eu-central-1"
    profile             = "state"
    shared_config_files = ["aws.config"]
  }
}

output "account" {
  value = data.terraform_remote_state.infrastructure.outputs.account
}
