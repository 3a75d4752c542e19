variable "sts_endpoint" {
  type        = string
  description = "URL of the STS to call."
}

variable "web_identity_token_file" {
  type        = string
  description = "Path of the file that contains the web identity token."
}

variable "role_arn" {
  type        = string
  description = "ARN of the role to assume, such as arn:aws:iam::111122223333:role/deploy."
}

variable "wait_seconds" {
  type        = number
  description = "Time between the two calls, in seconds. Set more than the duration of a session."
}
