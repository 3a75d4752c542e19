package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Quiet gives the plugin framework contexts without values, for a run that wants no log. The values are loggers, which
// the framework prepares lines for. It also keeps the context of every call until the process ends, and with the values
// all that a call was sent.
func Quiet(server tfprotov6.ProviderServer) tfprotov6.ProviderServer { return quietServer{server} }

type quietServer struct {
	tfprotov6.ProviderServer
}

func (s quietServer) ValidateDataResourceConfig(
	ctx context.Context, request *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return quietly(ctx, request, s.ProviderServer.ValidateDataResourceConfig)
}

func (s quietServer) ReadDataSource(
	ctx context.Context, request *tfprotov6.ReadDataSourceRequest,
) (*tfprotov6.ReadDataSourceResponse, error) {
	return quietly(ctx, request, s.ProviderServer.ReadDataSource)
}

func (s quietServer) ValidateEphemeralResourceConfig(
	ctx context.Context, request *tfprotov6.ValidateEphemeralResourceConfigRequest,
) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return quietly(ctx, request, s.ProviderServer.ValidateEphemeralResourceConfig)
}

func (s quietServer) OpenEphemeralResource(
	ctx context.Context, request *tfprotov6.OpenEphemeralResourceRequest,
) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return quietly(ctx, request, s.ProviderServer.OpenEphemeralResource)
}

func (s quietServer) CloseEphemeralResource(
	ctx context.Context, request *tfprotov6.CloseEphemeralResourceRequest,
) (*tfprotov6.CloseEphemeralResourceResponse, error) {
	return quietly(ctx, request, s.ProviderServer.CloseEphemeralResource)
}

// quietly makes a call whose context ends with the caller's, and has no values.
func quietly[Request, Response any](
	ctx context.Context, request Request, call func(context.Context, Request) (Response, error),
) (Response, error) {
	quiet, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	defer stop()
	return call(quiet, request) //nolint:contextcheck // it must not have the caller's values
}
