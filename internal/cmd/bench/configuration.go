package main

import (
	"fmt"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// kind is what a run is about.
type kind string

const (
	dataSource        kind = "data source"
	ephemeralResource kind = "ephemeral resource"
	schema            kind = "schema"
)

// configuration has one block for each of var.roles roles of one account.
func configuration(address terraformcli.Address, version, block string) string {
	return fmt.Sprintf(`terraform {
  required_providers {
    %s = {
      source  = %q
      version = %q
    }
  }
}

variable "roles" {
  type    = number
  default = 1
}

locals {
  roles = toset([for n in range(var.roles) : format("arn:aws:iam::111122223333:role/role-%%04d", n)])
}

%s`, address.Type, address.String(), version, block)
}

// stsBlock is the block of this repository's provider, of either kind.
func stsBlock(keyword, endpoint, tokenFile string) string {
	return fmt.Sprintf(`provider "sts" {
  endpoint = %q
}

%s "sts_assume_role_with_web_identity" "role" {
  for_each                = local.roles
  role_arn                = each.value
  role_session_name       = "bench"
  web_identity_token_file = %q
}
`, endpoint, keyword, tokenFile)
}

func noopBlock(keyword string) string {
	return fmt.Sprintf(`%s "noop_value" "role" {
  for_each = local.roles
  name     = each.value
}
`, keyword)
}

// peerBlocks are the blocks of the other providers, by the providers' names. ENDPOINT stands for the server's URL.
var peerBlocks = map[string]string{
	"http": `data "http" "role" {
  for_each = local.roles
  url      = "ENDPOINT/?role=${urlencode(each.value)}"
}
`,
	"external": `data "external" "role" {
  for_each = local.roles
  program  = ["/bin/sh", "-c", "echo '{}'"]
}
`,
}

func peerBlock(name, endpoint string) string {
	return strings.ReplaceAll(peerBlocks[name], "ENDPOINT", endpoint)
}
