package main

import (
	"testing"
)

func TestFirstError(t *testing.T) {
	for name, test := range map[string]struct{ output, want string }{
		"a framed diagnostic": {
			"\nInitializing...\n╷\n│ Error: Failed to query available provider packages\n│ \n│ " +
				"Could not retrieve the list of\n│ versions for provider hashicorp/aws: no such host\n│ \n│ " +
				"To see more, run\n╵\n",
			"Could not retrieve the list of versions for provider hashicorp/aws: no such host",
		},
		"a diagnostic that ends with the output": {"Error: no\n\nIt isn't there.\n", "It isn't there."},
		"no diagnostic":                          {"first\nsecond\n", "second"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := firstError(test.output); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestRefreshed(t *testing.T) {
	for signers, want := range map[int]bool{0: false, 1: false, 2: true, 3: true} {
		if err := refreshed(make([]string, signers)); (err == nil) != want {
			t.Errorf("%d signers: got %v", signers, err)
		}
	}
}

func TestAccessKeyID(t *testing.T) {
	for header, want := range map[string]string{
		"AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20260101/us-east-1/sts/aws4_request": "ASIAEXAMPLE",
		"Bearer abc": "",
		"":           "",
	} {
		if got := accessKeyID(header); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}
