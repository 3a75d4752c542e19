package assumerole

import (
	"net/url"
	"testing"
)

// TestIsAWS holds whose host is taken for AWS's: to it alone goes the environment's token.
func TestIsAWS(t *testing.T) {
	for address, want := range map[string]bool{
		"https://sts.amazonaws.com":                                 true,
		"https://sts.eu-central-1.amazonaws.com":                    true,
		"https://STS.eu-central-1.amazonaws.com:443/":               true,
		"https://sts-fips.us-gov-west-1.amazonaws.com":              true,
		"https://sts.cn-north-1.amazonaws.com.cn":                   true,
		"https://sts.us-east-1.api.aws":                             true,
		"https://vpce-1-a.sts.us-east-1.vpce.amazonaws.com":         true,
		"http://sts.amazonaws.com":                                  false, // anybody on the way
		"https://sts.amazonaws.com.example.com":                     false,
		"https://xsts.amazonaws.com":                                false,
		"https://evil.sts.us-east-1.amazonaws.com":                  false,
		"https://sts.s3.amazonaws.com":                              false, // a bucket
		"https://sts.s3-us-west-2.amazonaws.com":                    false, // a bucket
		"https://sts.execute-api.us-east-1.amazonaws.com":           false,
		"https://ec2-1-2-3-4.compute-1.amazonaws.com":               false,
		"https://sts.us-east-1.amazonaws.com.":                      false,
		"https://sts.us-east-1.example.com":                         false,
		"https://sts.us-east-1.amazonaws.com@example.com":           false,
		"https://example.com/https://sts.us-east-1.amazonaws.com":   false,
		"https://sts.us-east-1.evil.amazonaws.com.api.aws.evil.com": false,
	} {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := isAWS(parsed); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestEndpointThatIsRefused(t *testing.T) {
	for name, value := range map[string]string{
		"a fragment":                       "https://sts.example.com/#a",
		"whitespace":                       "https://sts.example.com/ a",
		"a line's end":                     "https://sts.example.com\n",
		"letters that lower to ASCII ones": "https://sts.cn-north-1.api.amazonwebserv\u0130ces.com.cn",
		"a password without a scheme":      "//user:hunter2@sts.example.com",
	} {
		if err := CheckEndpoint(value); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
