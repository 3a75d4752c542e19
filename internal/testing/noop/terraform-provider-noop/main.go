// Command terraform-provider-noop serves the no-op provider, with the framework's default settings.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/webidentity/terraform-provider-sts/internal/testing/noop"
)

func main() {
	if err := providerserver.Serve(
		context.Background(),
		noop.New,
		providerserver.ServeOpts{Address: noop.Address},
	); err != nil {
		log.Fatal(err)
	}
}
