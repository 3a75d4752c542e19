// Command terraform-provider-sts is the provider's plugin, which Terraform and OpenTofu start.
package main

import (
	"context"
	"flag"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
)

// version is stamped by the linker: -X main.version=1.2.3.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "run for a debugger to attach to, and print what Terraform needs to find the process")
	flag.Parse()

	// The SDK of plugins would dump every message into readable files of that folder: tokens and credentials too.
	if err := os.Unsetenv("TF_LOG_SDK_PROTO_DATA_DIR"); err != nil {
		log.Fatal(err)
	}

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address:         provider.Address,
		Debug:           *debug,
		ProtocolVersion: 6,
	})
	if err != nil {
		log.Fatal(err)
	}
}
