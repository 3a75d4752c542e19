variable "sts_endpoint" {
  type        = string
  description = "URL of the STS to call."
}

variable "web_identity_token_file" {
  type        = string
  description = "Path of the file that contains the web identity token."
}

variable "shared_role_arn" {
  type        = string
  description = "ARN of the role that trusts the token, such as arn:aws:iam::444455556666:role/deploy."
}

variable "partner_role_arn" {
  type        = string
  description = "ARN of the role that trusts the first role, such as arn:aws:iam::777788889999:role/deploy."
}

variable "wait_seconds" {
  type        = number
  description = "Time between the two calls, in seconds. Set more than the duration of a session."
}
