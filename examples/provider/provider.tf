terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

# Nothing needs to be set: the Region follows the environment, the profile, or the role.
provider "sts" {}

# Or name the Region whose STS is called.
provider "sts" {
  alias  = "frankfurt"
  region = "eu-central-1"
}

# Or another program's STS.
provider "sts" {
  alias    = "minio"
  endpoint = "https://minio.example.com"
}
