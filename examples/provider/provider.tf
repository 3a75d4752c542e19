terraform {
  required_providers {
    sts = {
      source = "terraform.local/webidentity/sts"
    }
  }
}

# All arguments are optional. The Region comes from the environment, the profile, or the role.
provider "sts" {}

# The STS endpoint of a Region.
provider "sts" {
  alias  = "frankfurt"
  region = "eu-central-1"
}

# The STS of another server.
provider "sts" {
  alias    = "minio"
  endpoint = "https://minio.example.com"
}
