// Command terraform-provider-aws serves the consumer provider, for the demo's local mirror. It isn't hashicorp/aws.
package main

import (
	"context"
	"flag"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/webidentity/terraform-provider-sts/internal/testing/consumer"
)

func main() {
	address := flag.String("address", "terraform.local/webidentity/consumer", "source address that configurations "+
		"know the provider by")
	flag.Parse()
	// As the provider does: the dump of the plugin protocol would hold the credentials.
	if err := os.Unsetenv("TF_LOG_SDK_PROTO_DATA_DIR"); err != nil {
		log.Fatal(err)
	}

	err := providerserver.Serve(context.Background(), consumer.New, providerserver.ServeOpts{Address: *address})
	if err != nil {
		log.Fatal(err)
	}
}
