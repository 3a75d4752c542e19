package provider

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/refresh"
)

// sessionKey is where Open leaves a session's profile for Close.
const sessionKey = "profile"

// sessions are the open ones, by their profile's name. Terraform opens and closes a block in the same process, but not
// by the same instance of the resource.
var sessions sync.Map

// refresh starts to serve fresh credentials, of the same request as those at hand.
func (e *exchanger) refresh(
	ctx context.Context,
	first assumerole.Exchange,
	diagnostics *diag.Diagnostics,
) *refresh.Server {
	executable, err := refresh.RunningExecutable()
	if err == nil {
		logging := context.WithoutCancel(ctx) // it has Terraform's logger, and outlives Open
		var server *refresh.Server
		server, err = refresh.Start(refresh.Options{
			Executable: executable,
			First:      toRefresh(first.Result.Credentials),
			Mint: func(ctx context.Context) (refresh.Credentials, error) {
				return e.mint(ctx, logging, first.Request)
			},
			Failed: func(err error) {
				tflog.Warn(logging, "Refreshing the credentials failed", map[string]any{"reason": err.Error()})
			},
		})
		if err == nil {
			sessions.Store(server.Profile(), server)
			return server
		}
	}
	addError(diagnostics, explain.Explanation{
		Argument: "refreshable",
		Summary:  "The credentials can't be made refreshable",
		Detail:   err.Error(),
	})
	return nil
}

// mint makes the same exchange again with a new token. If the deadline of the refresh is earlier than that of the
// block, it applies.
func (e *exchanger) mint(ctx, logging context.Context, request assumerole.Request) (refresh.Credentials, error) {
	request.Fresh, request.PropagationTimeout = true, 0
	if deadline, ok := ctx.Deadline(); ok {
		request.Timeout = min(request.Timeout, time.Until(deadline))
	}
	exchange, err := e.loggedExchange(ctx, logging, request)
	if err != nil {
		explanation := explain.Refresh(exchange, err)
		return refresh.Credentials{}, fmt.Errorf("%s: %s", explanation.Summary, explanation.Detail)
	}
	return toRefresh(exchange.Result.Credentials), nil
}

// closeSession ends a session that refresh started. If the last refresh failed, it adds a warning, because most SDKs
// hide the error. If a run fails, Terraform closes nothing, and only the log has the reason.
func closeSession(profile string, diagnostics *diag.Diagnostics) {
	value, found := sessions.LoadAndDelete(profile)
	server, ok := value.(*refresh.Server)
	if !found || !ok {
		return // the process isn't the one that opened it; that one has closed it
	}
	if err := server.Close(); err != nil {
		diagnostics.AddWarning("Refreshing the credentials failed",
			"Programs that used the profile after that might have failed with expired credentials. Their errors might "+
				"not say why. This was the last reason:\n\n"+err.Error())
	}
}

func toRefresh(credentials assumerole.Credentials) refresh.Credentials {
	fresh := refresh.Credentials{
		AccessKeyID:     credentials.AccessKeyID,
		SecretAccessKey: credentials.SecretAccessKey,
		SessionToken:    credentials.SessionToken,
	}
	if credentials.Expiration != nil {
		fresh.Expiration = *credentials.Expiration
	}
	return fresh
}

// withSession is a block with the attributes that lead to a session.
func (v values) withSession(session *refresh.Server) values {
	file, profile := session.ConfigFile(), session.Profile()
	v["shared_config_file"] = text(&file)
	v["profile"] = text(&profile)
	v["environment"] = textMap(profileEnvironment(session))
	return v
}
