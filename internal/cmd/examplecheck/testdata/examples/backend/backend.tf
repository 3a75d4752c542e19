terraform {
  backend "s3" {
    bucket = "example-org-terraform-state"
    key    = "infrastructure/terraform.tfstate"
    region = "eu-central-1"
  }
}
