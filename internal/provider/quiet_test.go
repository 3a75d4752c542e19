package provider_test

import (
	"context"
	"errors"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/webidentity/terraform-provider-sts/internal/provider"
)

type contextKey struct{}

// waitingServer reads until its context ends, and tells how.
type waitingServer struct {
	tfprotov6.ProviderServer

	called chan struct{}
}

func (s waitingServer) ReadDataSource(
	ctx context.Context, _ *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	if ctx.Value(contextKey{}) != nil {
		return nil, errors.New("the context has a value")
	}
	close(s.called)
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

// TestQuietCallEndsWithItsCaller holds that an interrupted run interrupts a call that has none of its context's values.
func TestQuietCallEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	interrupted := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(context.WithValue(t.Context(), contextKey{}, "value"))
	called, done := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := provider.Quiet(waitingServer{called: called}).ReadDataSource(ctx, nil)
		done <- err
	}()
	select {
	case <-called:
	case err := <-done:
		t.Fatal(err)
	}
	cancel(interrupted)
	if err := <-done; !errors.Is(err, interrupted) {
		t.Errorf("the call ends with %v", err)
	}
}
