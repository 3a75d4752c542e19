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

// configuration has one block for each of var.roles roles of one account. The blocks have count, because Terraform's
// own time for many instances with for_each grows with the square of their number, and would hide that of a provider.
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
  roles = [for n in range(var.roles) : format("arn:aws:iam::111122223333:role/role-%%04d", n)]
}

%s`, address.Type, address.String(), version, block)
}

// stsBlock is the block of this repository's provider, of either kind.
func stsBlock(keyword, endpoint, tokenFile string) string {
	return fmt.Sprintf(`provider "sts" {
  endpoint = %q
}

%s "sts_assume_role_with_web_identity" "role" {
  count                   = var.roles
  role_arn                = local.roles[count.index]
  role_session_name       = "bench"
  web_identity_token_file = %q
}
`, endpoint, keyword, tokenFile)
}

func noopBlock(keyword string) string {
	return fmt.Sprintf(`%s "noop_value" "role" {
  count = var.roles
  name  = local.roles[count.index]
}
`, keyword)
}

// peerBlocks are the blocks of the other providers, by the providers' names. ENDPOINT stands for the server's URL.
var peerBlocks = map[string]string{
	"http": `data "http" "role" {
  count = var.roles
  url   = "ENDPOINT/?role=${urlencode(local.roles[count.index])}"
}
`,
	"external": `data "external" "role" {
  count   = var.roles
  program = ["/bin/sh", "-c", "echo '{}'"]
}
`,
}

func peerBlock(name, endpoint string) string {
	return strings.ReplaceAll(peerBlocks[name], "ENDPOINT", endpoint)
}
