terraform {
  backend "s3" {
    bucket = "example-org-terraform-state"
  }

  backend "local" {
  }
}
