package main

import (
	"io"
	"log"
	"os"
	"path"
	"slices"
	"strings"

	"google.golang.org/grpc/grpclog"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// notOfProviders are variables of Terraform's log that ask no provider for anything.
var notOfProviders = []string{"TF_LOG_CORE", "TF_LOG_PATH", "TF_LOG_PATH_MASK", "TF_LOG_SDK_PROTO_DATA_DIR"}

// isLogWanted reports whether one of Terraform's log variables asks providers for log lines: TF_LOG, TF_LOG_PROVIDER,
// TF_LOG_SDK, or a more specific one.
func isLogWanted(environment []string) bool {
	return slices.ContainsFunc(environment, func(variable string) bool {
		name, value, _ := strings.Cut(variable, "=")
		return strings.HasPrefix(name, "TF_LOG") && value != "" && !strings.EqualFold(value, "off") &&
			!slices.Contains(notOfProviders, name)
	})
}

// turnLogOff has the plugin framework write no log lines. Without these variables it writes all of them, and Terraform
// reads and drops them. The variables of the two subsystems spare what it does for a line before it drops the line.
func turnLogOff() error {
	for _, name := range []string{
		"TF_LOG_SDK",
		"TF_LOG_SDK_FRAMEWORK",
		"TF_LOG_SDK_PROTO",
		"TF_LOG_PROVIDER_" + strings.ToUpper(path.Base(provider.Address)),
	} {
		if err := os.Setenv(name, "off"); err != nil {
			return err
		}
	}
	return nil
}

// filterLibraryLogs keeps secrets out of what libraries log by themselves. Terraform copies it into its own log. Go's
// HTTP client, for one, prints what a server sends after the end of its answer. Lines of this provider and of the
// plugin framework don't come this way.
func filterLibraryLogs(stderr io.Writer) {
	filtered := secret.PlainWriter{Writer: stderr}
	log.SetFlags(0)
	log.SetOutput(filtered)
	grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, filtered))
}
