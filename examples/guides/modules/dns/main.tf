terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.network, aws.workload]
    }
  }
}

data "aws_caller_identity" "network" {
  provider = aws.network
}

data "aws_caller_identity" "workload" {
  provider = aws.workload
}

output "accounts" {
  value = {
    network  = data.aws_caller_identity.network.account_id
    workload = data.aws_caller_identity.workload.account_id
  }
}
