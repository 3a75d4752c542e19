package main

import (
	"fmt"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
)

func TestIsLogWanted(t *testing.T) {
	for name, test := range map[string]struct {
		environment []string
		want        bool
	}{
		"nothing":                         {nil, false},
		"another variable":                {[]string{"PATH=/bin", "TF_IN_AUTOMATION=1"}, false},
		"an empty one":                    {[]string{"TF_LOG="}, false},
		"off":                             {[]string{"TF_LOG=OFF"}, false},
		"only a path":                     {[]string{"TF_LOG_PATH=/tmp/log"}, false},
		"only Terraform itself":           {[]string{"TF_LOG_CORE=TRACE"}, false},
		"only a folder":                   {[]string{"TF_LOG_SDK_PROTO_DATA_DIR=/tmp"}, false},
		"everything":                      {[]string{"TF_LOG=TRACE"}, true},
		"everything as JSON":              {[]string{"TF_LOG=json"}, true},
		"the providers":                   {[]string{"TF_LOG_PROVIDER=DEBUG"}, true},
		"this provider":                   {[]string{"TF_LOG_PROVIDER_STS=warn"}, true},
		"the framework":                   {[]string{"TF_LOG_SDK_FRAMEWORK=trace"}, true},
		"Terraform off, the providers on": {[]string{"TF_LOG=off", "TF_LOG_PROVIDER=trace"}, true},
	} {
		if got := isLogWanted(test.environment); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestServerIsQuietWithoutLog checks that the framework gets loggers only if a log is wanted.
func TestServerIsQuietWithoutLog(t *testing.T) {
	t.Parallel()
	quiet := fmt.Sprintf("%T", provider.Quiet(nil))
	for wanted, isQuiet := range map[bool]bool{true: false, false: true} {
		if got := fmt.Sprintf("%T", newServer(wanted)()); (got == quiet) != isQuiet {
			t.Errorf("with a log wanted (%t), the server is a %s", wanted, got)
		}
	}
}
