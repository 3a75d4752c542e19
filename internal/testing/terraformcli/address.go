package terraformcli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
)

// Address is a provider's source address, HOST/NAMESPACE/TYPE.
type Address struct {
	Host, Namespace, Type string
}

// ConsumerAddress is where the demo's configuration looks for the stand-in for hashicorp/aws.
var ConsumerAddress = Address{Host: "terraform.local", Namespace: "webidentity", Type: "consumer"}

// STSAddress is where configurations look for this repository's provider. The error is for a provider.Address that
// isn't one.
func STSAddress() (Address, error) {
	return ParseAddress(provider.Address)
}

// addressPart is what may stand between two slashes. A host may have dots and a port.
var addressPart = regexp.MustCompile(`^[0-9A-Za-z](?:[0-9A-Za-z_.:-]*[0-9A-Za-z])?$`)

// ParseAddress takes a source address apart. It wants all three parts: the host that a shorter one stands for depends
// on the CLI.
func ParseAddress(source string) (Address, error) {
	parts := strings.Split(source, "/")
	if len(parts) != 3 {
		return Address{}, fmt.Errorf("%q isn't a provider's source address: want HOST/NAMESPACE/TYPE", source)
	}
	for _, part := range parts {
		if !addressPart.MatchString(part) {
			return Address{}, fmt.Errorf("%q isn't a provider's source address: %q can't be a part of it", source, part)
		}
	}
	return Address{Host: parts[0], Namespace: parts[1], Type: parts[2]}, nil
}

// String is the address as a configuration's required_providers writes it.
func (a Address) String() string {
	return a.Host + "/" + a.Namespace + "/" + a.Type
}
