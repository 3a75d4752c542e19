variable "sts_endpoint" {
  type        = string
  description = "URL of the STS to call."
}

variable "web_identity_token_file" {
  type        = string
  description = "Path of the file that contains the web identity token."
}

variable "production_role_arn" {
  type        = string
  description = "ARN of the role in the production account, such as arn:aws:iam::111122223333:role/platform/deploy."
}

variable "shared_role_arn" {
  type        = string
  description = "ARN of the role in the shared account, such as arn:aws:iam::444455556666:role/deploy."
}

variable "partner_role_arn" {
  type        = string
  description = "ARN of the role in the partner's account, such as arn:aws:iam::777788889999:role/deploy."
}

variable "partner_external_id" {
  type        = string
  description = "External ID that the trust policy of the role in the partner's account requires."
}
