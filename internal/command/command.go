// Package command is the provider's executable outside a run of Terraform: it prints credentials for a
// credential_process, or a web identity token.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/refresh"
	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
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

// defaultFile is the default of a source of the token.
const defaultFile = "Default: " + webidentity.FileVariable + "."

func credentials() command {
	return command{
		name: "credentials",
		summary: "Exchanges a web identity token for temporary AWS credentials, and prints them for a " +
			"credential_process.",
		options: []group{roleOptions(), tokenOptions(defaultFile), hopOptions(), limitOptions(), transportOptions()},
		run: func(ctx context.Context, s *settings, p Process) ([]byte, error) {
			client, request, err := s.complete(ctx, p)
			if err != nil {
				return nil, err
			}
			exchange, err := client.Exchange(ctx, request)
			s.warnings = append(s.warnings, explain.Warnings(exchange)...)
			if err != nil {
				return nil, failed(exchange, err)
			}
			return refresh.Output(refresh.Reported(fromResult(exchange.Result), time.Now())), nil
		},
	}
}

// Run runs the subcommand of a name, one of Names, and returns the exit status. It writes to stdout once, and only if
// it succeeds. It writes nothing else, and asks nothing.
func Run(ctx context.Context, name string, arguments []string, process Process) int {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)   // a second signal ends the process at once
	signal.Ignore(syscall.SIGPIPE) // a warning that nobody reads must not end the process
	return commandNamed(name).start(ctx, arguments, process)
}

// Unknown answers a subcommand that doesn't exist, and returns the exit status. It doesn't repeat the name, which might
// be a secret.
func Unknown(name, usage string, stdout, stderr io.Writer) int {
	if name == "help" {
		_, _ = io.WriteString(stdout, usage)
		return success
	}
	var text strings.Builder
	text.WriteString("There is no such command.")
	for _, existing := range Names {
		if trustpolicy.Distance(strings.ToLower(name), existing) <= 2 {
			fmt.Fprintf(&text, " Did you mean %q?", existing)
		}
	}
	_, _ = fmt.Fprintf(stderr, "%s\n\n%s", text.String(), usage)
	return wrongUsage
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
	if given != nil {
		given.warn(process.Stderr) // after the result, because nobody might read standard error
	}
	switch failed := err.(type) { //nolint:errorlint // this package makes them
	case nil:
		return success
	case *usageError:
		_, _ = fmt.Fprintf(process.Stderr, "%s\nRun \"terraform-provider-sts %s -h\" for the flags.\n", failed, c.name)
		return wrongUsage
	case *failedError:
		_, _ = fmt.Fprintf(process.Stderr, "%s\n", failed)
		return failed.status
	default:
		_, _ = fmt.Fprintf(process.Stderr, "%s\n", secret.Scrub(failed.Error()))
	}
	return failure
}

// recovered makes an error of a panic. Its value might contain a secret, so it isn't shown.
func (c command) recovered(ctx context.Context, given *settings, process Process) (output []byte, err error) {
	defer func() {
		if bug := assumerole.Bug(recover()); bug != nil {
			err = failed(assumerole.Exchange{}, bug)
		}
	}()
	return c.run(ctx, given, process)
}

// failedError is a failure in words.
type failedError struct {
	explanation explain.Explanation
	status      int
}

// failed explains a failure of the core. An invalid value is a mistake in the flags.
func failed(exchange assumerole.Exchange, err error) *failedError {
	status := failure
	if _, ok := errors.AsType[*assumerole.ValueError](err); ok {
		status = wrongUsage
	}
	return &failedError{explain.Failure(exchange, err), status}
}

func (e *failedError) Error() string { return inFlags(e.explanation) }

// warn writes the warnings.
func (s *settings) warn(stderr io.Writer) {
	for _, warning := range s.warnings {
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
