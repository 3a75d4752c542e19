locals {
  id     = "444455556666"
  role   = "deploy-logs"
  region = "eu-central-1"
}
