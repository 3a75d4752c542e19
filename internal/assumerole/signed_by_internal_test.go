package assumerole

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/webidentity/terraform-provider-sts/internal/testing/testenv"
)

// TestSignedBy holds the Region that a hop is signed for, and the host that it goes to.
func TestSignedBy(t *testing.T) {
	testenv.Isolate(t)
	for name, test := range map[string]struct {
		settings     Settings
		role         string
		region, host string
	}{
		"a Region":        {Settings{Region: "eu-west-3"}, "", "eu-west-3", "sts.eu-west-3.amazonaws.com"},
		"a pseudo Region": {Settings{Region: "us-east-1-fips"}, "", "us-east-1", "sts-fips.us-east-1.amazonaws.com"},
		"its other form":  {Settings{Region: "fips-us-west-2"}, "", "us-west-2", "sts-fips.us-west-2.amazonaws.com"},
		"GovCloud": {
			Settings{Region: "us-gov-east-1-fips"}, "", "us-gov-east-1", "sts.us-gov-east-1.amazonaws.com",
		},
		"a VPC endpoint": {
			Settings{Endpoint: "https://vpce-1.sts.eu-west-1.vpce.amazonaws.com", Region: "us-east-1"},
			"",
			"eu-west-1", "vpce-1.sts.eu-west-1.vpce.amazonaws.com",
		},
		"the global endpoint": {
			Settings{Endpoint: "https://sts.amazonaws.com"}, "", "us-east-1", "sts.amazonaws.com",
		},
		"a name of China without a Region": {
			Settings{Endpoint: "https://sts.amazonaws.com.cn"}, "", "cn-north-1", "sts.amazonaws.com.cn",
		},
		"another server": {
			Settings{Endpoint: "https://minio.example.com"}, "arn:minio:iam:::role/x", "us-east-1", "minio.example.com",
		},
		"another server with a Region": {
			Settings{Endpoint: "https://minio.example.com", Region: "eu-west-3"}, "", "eu-west-3", "minio.example.com",
		},
		"another server with a role of China": {
			Settings{Endpoint: "https://sts.example.com"},
			"arn:aws-cn:iam::111122223333:role/x", "cn-north-1",
			"sts.example.com",
		},
	} {
		client, err := NewClient(t.Context(), test.settings)
		if err != nil {
			t.Fatal(err)
		}
		region := ""
		if client.endpoint == nil {
			region = client.region.name
		}
		options := client.service(region).Options()
		for _, change := range []func(*sts.Options){client.signedBy(Credentials{}, test.role)} {
			change(&options)
		}
		host, err := resolveHost(t.Context(), options)
		if options.Region != test.region || host != test.host || err != nil {
			t.Errorf("%s: it is signed for %s and goes to %s (%v)", name, options.Region, host, err)
		}
	}
}
