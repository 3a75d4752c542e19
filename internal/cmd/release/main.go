// Command release publishes the provider under an address, and tries a release without publishing anything.
//
//	release address ADDRESS                     puts another address into the tree
//	release publish -version VERSION ADDRESS    releases under the address
//	release dry-run -version VERSION            builds, signs, and installs a release on this machine
//
// The public registries take a release from the hosting of the repository. For another host, publish writes a folder
// that any web server can serve as a registry and as a mirror.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

const usage = `usage:
  release address ADDRESS
  release publish -version VERSION [-registry FOLDER] ADDRESS
  release dry-run -version VERSION

An ADDRESS is HOST/NAMESPACE/sts, such as registry.terraform.io/example/sts.
`

func main() {
	ctx, stop := terraformcli.Interruptible(context.Background())
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", terraformcli.WithOutput(err))
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("release", flag.ExitOnError)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	version := flags.String("version", "", "version of the release, without a v")
	registry := flags.String("registry", "registry", "folder of the registry")
	name := ""
	if len(arguments) > 0 {
		name = arguments[0]
		_ = flags.Parse(arguments[1:]) // it exits if there is an error
	}
	root, err := terraformcli.SourceRoot()
	if err != nil {
		return err
	}
	switch {
	case name == "dry-run" && flags.NArg() == 0:
		return dryRun(ctx, root, *version)
	case name == "address" && flags.NArg() == 1:
		return setAddress(root, flags.Arg(0))
	case name == "publish" && flags.NArg() == 1:
		p := publication{
			tree: tree{
				folder: root,
			},
			version:  *version,
			tools:    filepath.Join(root, "bin"),
			registry: *registry,
			out:      os.Stdout,
		}
		return p.publish(ctx, flags.Arg(0))
	}
	flags.Usage()
	return fmt.Errorf("%q isn't a use of this command", append([]string{name}, flags.Args()...))
}
