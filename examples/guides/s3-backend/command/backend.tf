terraform {
  backend "s3" {
    bucket              = "example-org-terraform-state"
    key                 = "infrastructure/terraform.tfstate"
    region              = "eu-central-1"
    use_lockfile        = true
    profile             = "state"
    shared_config_files = ["aws.config"]
  }
}
