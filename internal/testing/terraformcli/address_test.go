package terraformcli

import "testing"

func TestParseAddress(t *testing.T) {
	tests := map[string]struct {
		source string
		want   Address // the zero value: an error
	}{
		"a host of one's own": {"terraform.local/webidentity/sts", Address{
			Host: "terraform.local", Namespace: "webidentity", Type: "sts",
		}},
		"a host with a port": {"registry.example.com:8443/a/b-c", Address{
			Host: "registry.example.com:8443", Namespace: "a", Type: "b-c",
		}},
		"no host":                  {"hashicorp/aws", Address{}},
		"a type alone":             {"aws", Address{}},
		"an empty part":            {"terraform.local//sts", Address{}},
		"too many parts":           {"terraform.local/a/b/c", Address{}},
		"a way out of the mirror":  {"terraform.local/../sts", Address{}},
		"a folder of this machine": {"terraform.local/a/.", Address{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseAddress(test.source)
			if got != test.want || (err == nil) != (test.want != Address{}) {
				t.Fatalf("got %v, %v; want %v", got, err, test.want)
			}
			if err == nil && got.String() != test.source {
				t.Errorf("as text: got %q, want %q", got, test.source)
			}
		})
	}
}

func TestSTSAddress(t *testing.T) {
	if address, err := STSAddress(); err != nil || address.Type != "sts" {
		t.Errorf("got %v, %v; want a provider of type sts", address, err)
	}
}
