// Command terraform-provider-sts is the provider's plugin, which Terraform and OpenTofu start. As
// `terraform-provider-sts credential-process SOCKET` it is what AWS SDKs start for fresh credentials during a run.
// `terraform-provider-sts credentials` and `terraform-provider-sts token` are for use outside a run.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/webidentity/terraform-provider-sts/internal/command"
	"github.com/webidentity/terraform-provider-sts/internal/parent"
	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/refresh"
)

// version is stamped by the linker: -X main.version=1.2.3.
var version = "dev"

func main() {
	filterLibraryLogs(os.Stderr)
	if len(os.Args) > 1 && os.Args[1] == refresh.Subcommand {
		os.Exit(refresh.CredentialProcess(context.Background(), os.Args[2:], os.Stdout, os.Stderr))
	}
	if len(os.Args) > 1 && slices.Contains(command.Names, os.Args[1]) {
		os.Exit(command.Run(context.Background(), os.Args[1], os.Args[2:], command.Process{
			Version: version, Getenv: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr,
		}))
	}
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		os.Exit(command.Unknown(os.Args[1], usage, os.Stdout, os.Stderr))
	}
	flag.Usage = func() { _, _ = fmt.Fprint(flag.CommandLine.Output(), usage) }
	debug := flag.Bool("debug", false, "run for a debugger to attach to, and print what Terraform needs to find the "+
		"process")
	showVersion := flag.Bool("version", false, "print the version")
	flag.Parse()
	if *showVersion {
		_, _ = fmt.Fprintln(os.Stdout, version)
		return
	}
	if err := serve(*debug); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err) // not by the standard logger, which is filtered
		os.Exit(1)
	}
}

const usage = `Terraform and OpenTofu start this program as the provider "sts". It isn't started by hand, except:

  terraform-provider-sts credentials [flags]   prints temporary AWS credentials, for a credential_process
  terraform-provider-sts token [flags]         prints a web identity token
  terraform-provider-sts -debug                runs the provider for a debugger
  terraform-provider-sts -version              prints the version

The first two are commands. A command comes before its flags, and -h prints them.
`

func serve(debug bool) error {
	// The SDK of plugins would dump every message into readable files of that folder: tokens and credentials too.
	if err := os.Unsetenv("TF_LOG_SDK_PROTO_DATA_DIR"); err != nil {
		return err
	}
	closeWhenTerminated()
	collectLess()
	wanted := isLogWanted(os.Environ())
	var options []tf6server.ServeOpt
	if !wanted {
		if err := turnLogOff(); err != nil {
			return err
		}
		filterLibraryLogs(io.Discard)
		options = append(options, tf6server.WithGoPluginLogger(hclog.NewNullLogger()))
	}
	if debug {
		options = append(options, tf6server.WithManagedDebug())
	} else { // a debugger's parent process is anybody's
		endWithParent()
	}
	// Terraform doesn't close what it has opened when a run fails or is interrupted.
	defer refresh.CloseAll()
	return tf6server.Serve(provider.Address, newServer(wanted), options...)
}

// newServer makes the server of the provider. It is quiet unless a log is wanted.
func newServer(wanted bool) func() tfprotov6.ProviderServer {
	server := providerserver.NewProtocol6(provider.New(version)())
	if wanted {
		return server
	}
	return func() tfprotov6.ProviderServer { return provider.Quiet(server()) }
}

// endWithParent ends the process if Terraform was killed and couldn't end it. The process has a token in its memory.
func endWithParent() {
	go func() {
		parent.AwaitEnd()
		refresh.CloseAll()
		os.Exit(1)
	}()
}

// closeWhenTerminated closes the open sessions if a signal other than an interrupt ends the process. Terraform gets an
// interrupt, too, and then ends its plugins.
func closeWhenTerminated() {
	// a line for a log that nobody reads any more must not end the process before it has tidied up
	signal.Ignore(syscall.SIGPIPE)
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-terminated
		refresh.CloseAll()
		os.Exit(1)
	}()
}
