// Package emulatortest starts the emulator for a test. Only tests import it.
package emulatortest

import (
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/testing/emulator"
)

// Start starts an emulator for the time of the test. A request that no correct client sends fails the test, unless the
// options have their own Unexpected.
func Start(t *testing.T, options emulator.Options) *emulator.Server {
	t.Helper()
	if options.Unexpected == nil {
		options.Unexpected = func(message string) { t.Error("unexpected request:", message) }
	}
	server, err := emulator.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}
