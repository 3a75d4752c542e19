// Package command is the provider's executable outside a run of Terraform: it prints credentials for a
// credential_process, or a web identity token.
package command

import (
	"context"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/refresh"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// The exit statuses.
const (
	success    = 0
	failure    = 1 // there are no credentials, or there is no token. The reason is on stderr
	wrongUsage = 2
)

// Process is what a command has of the process that runs it.
type Process struct {
	Version string // of the provider, for the user agent
	Getenv  func(string) string
	Stdout  io.Writer
	Stderr  io.Writer
}

// command is a subcommand.
type command struct {
	name    string
	summary string
	options []group
	run     func(context.Context, *settings, Process) (output []byte, err error)
}

// Names are the names of the subcommands.
var Names = []string{"credentials", "token"}

func commandNamed(name string) command {
	if name == "token" {
		return token()
	}
	return credentials()
}

func credentials() command {
	return command{
		name: "credentials",
		summary: "Exchanges a web identity token for temporary AWS credentials, and prints them for a " +
			"credential_process.",
		options: []group{roleOptions(), tokenOptions(), hopOptions(), limitOptions(), transportOptions()},
		run: func(ctx context.Context, s *settings, p Process) ([]byte, error) {
			client, request, err := s.complete(ctx, p)
			if err != nil {
				return nil, err
			}
			exchange, err := client.Exchange(ctx, request)
			s.warn(explain.Warnings(exchange), p.Stderr)
			if err != nil {
				return nil, &failedError{explain.Failure(exchange, err)}
			}
			return refresh.Output(fromResult(exchange.Result)), nil
		},
	}
}

// Run runs the subcommand of a name, one of Names, and returns the exit status. It writes to stdout once, and only if
// it succeeds. It writes nothing else, and asks nothing.
func Run(ctx context.Context, name string, arguments []string, process Process) int {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	return commandNamed(name).start(ctx, arguments, process)
}

func (c command) start(ctx context.Context, arguments []string, process Process) int {
	given, err := c.parse(arguments)
	if err == nil && given.help {
		_, _ = io.WriteString(process.Stdout, c.usage())
		return success
	}
	var output []byte
	if err == nil {
		output, err = c.recovered(ctx, given, process)
	}
	if err == nil {
		// One Write, because a program that reads half an answer prints it in its error.
		_, err = process.Stdout.Write(append(output, '\n'))
	}
	switch failed := err.(type) { //nolint:errorlint // this package makes them
	case nil:
		return success
	case *usageError:
		_, _ = fmt.Fprintf(process.Stderr, "%s\nRun \"terraform-provider-sts %s -h\" for the flags.\n", failed, c.name)
		return wrongUsage
	case *failedError:
		_, _ = fmt.Fprintf(process.Stderr, "%s\n", failed)
	default:
		_, _ = fmt.Fprintf(process.Stderr, "%s\n", secret.Scrub(failed.Error()))
	}
	return failure
}

// recovered makes an error of a panic. Its value might contain a secret, so it isn't shown.
func (c command) recovered(ctx context.Context, given *settings, process Process) (output []byte, err error) {
	defer func() {
		if bug := assumerole.Bug(recover()); bug != nil {
			err = &failedError{explain.Failure(assumerole.Exchange{}, bug)}
		}
	}()
	return c.run(ctx, given, process)
}

// failedError is a failure in words.
type failedError struct{ explanation explain.Explanation }

func (e *failedError) Error() string { return inFlags(e.explanation) }

// warn writes warnings for people.
func (s *settings) warn(warnings []explain.Explanation, stderr io.Writer) {
	for _, warning := range warnings {
		_, _ = fmt.Fprintf(stderr, "Warning: %s\n\n", inFlags(warning))
	}
}

func fromResult(result *assumerole.Result) refresh.Credentials {
	printed := refresh.Credentials{
		AccessKeyID:     result.Credentials.AccessKeyID,
		SecretAccessKey: result.Credentials.SecretAccessKey,
		SessionToken:    result.Credentials.SessionToken,
	}
	if result.Credentials.Expiration != nil {
		printed.Expiration = *result.Credentials.Expiration
	}
	return printed
}
