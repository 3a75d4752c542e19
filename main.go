// Command terraform-provider-sts is the provider's plugin, which Terraform and OpenTofu start. As
// `terraform-provider-sts credential-process SOCKET` it is what AWS SDKs start for fresh credentials.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/refresh"
)

// version is stamped by the linker: -X main.version=1.2.3.
var version = "dev"

func main() {
	if len(os.Args) > 1 && os.Args[1] == refresh.Subcommand {
		os.Exit(refresh.CredentialProcess(context.Background(), os.Args[2:], os.Stdout, os.Stderr))
	}
	debug := flag.Bool("debug", false, "run for a debugger to attach to, and print what Terraform needs to find the process")
	flag.Parse()

	// The SDK of plugins would dump every message into readable files of that folder: tokens and credentials too.
	if err := os.Unsetenv("TF_LOG_SDK_PROTO_DATA_DIR"); err != nil {
		log.Fatal(err)
	}
	closeWhenTerminated()

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address:         provider.Address,
		Debug:           *debug,
		ProtocolVersion: 6,
	})
	// Terraform doesn't close what it has opened when a run fails or is interrupted.
	refresh.CloseAll()
	if err != nil {
		log.Fatal(err)
	}
}

// closeWhenTerminated leaves nothing behind when the process is told to end by others than Terraform. An interrupt isn't
// among those: it goes to Terraform too, which ends its plugins when it is done.
func closeWhenTerminated() {
	signal.Ignore(syscall.SIGPIPE) // a line for a log that nobody reads any more must not end the process before it has tidied up
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-terminated
		refresh.CloseAll()
		os.Exit(1)
	}()
}
