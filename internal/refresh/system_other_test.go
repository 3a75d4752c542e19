//go:build !unix

package refresh

import (
	"errors"
	"testing"
)

func TestStartWithoutUnix(t *testing.T) {
	if _, err := Start(Options{}); !errors.Is(err, errUnsupported) {
		t.Errorf("got %v", err)
	}
}
