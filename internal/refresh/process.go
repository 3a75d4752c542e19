package refresh

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"syscall"
	"time"
)

// Subcommand is the first argument of the executable that stands for CredentialProcess.
const Subcommand = "credential-process"

const (
	// askTimeout is longer than a refresh, and shorter than the 60 s that the Go SDK gives the process.
	askTimeout = 55 * time.Second

	// connectTries and connectPause are for a server that has more clients at once than the system can queue.
	connectTries = 10
	connectPause = 50 * time.Millisecond
)

const usage = "usage: terraform-provider-sts " + Subcommand + " SOCKET\n\n" +
	"Prints the credentials of a Terraform run that is under way, for the AWS SDKs and the AWS CLI: they run it " +
	"because the\nshared config file of an ephemeral resource with refreshable = true says so.\n"

// CredentialProcess asks the socket of a running Server for credentials and writes them to stdout, as the AWS SDKs
// expect of a credential_process. The arguments are those that follow Subcommand: the path of the socket.
//
// It returns the process's exit status: 0; 1 when there are no credentials, with nothing on stdout and the reason on
// stderr; 2 for wrong arguments. It takes no longer than 55 seconds.
func CredentialProcess(ctx context.Context, arguments []string, stdout, stderr io.Writer) int {
	if len(arguments) != 1 || arguments[0] == "" || arguments[0][0] == '-' {
		_, _ = io.WriteString(stderr, usage)
		return 2
	}
	credentials, err := ask(ctx, arguments[0], askTimeout)
	if err == nil {
		// This is one Write, because an SDK that reads half an answer prints it in its error.
		_, err = stdout.Write(append(Output(credentials), '\n'))
	}
	if err != nil {
		_, _ = io.WriteString(stderr, err.Error()+"\n")
		return 1
	}
	return 0
}

// ask gets the answer of the server on a socket, within timeout.
func ask(ctx context.Context, socket string, timeout time.Duration) (Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	connection, err := connect(ctx, socket)
	if err != nil {
		return Credentials{}, connectionError(ctx, err, timeout)
	}
	defer func() { _ = connection.Close() }()
	if !isSameUser(connection) {
		return Credentials{}, errors.New(
			"another user's process answers on the socket of these credentials: " + errEnded.Error(),
		)
	}
	stop := context.AfterFunc(ctx, func() { _ = connection.SetDeadline(time.Now()) })
	defer stop()
	raw, err := io.ReadAll(io.LimitReader(connection, maxAnswer+1))
	switch {
	case err != nil:
		return Credentials{}, connectionError(ctx, err, timeout)
	case len(raw) == 0:
		return Credentials{}, errEnded
	}
	return decodeAnswer(raw)
}

// connect connects to the server. If the server's queue is full, it tries again.
func connect(ctx context.Context, socket string) (*net.UnixConn, error) {
	var dialer net.Dialer
	for try := 1; ; try++ {
		connection, err := dialer.DialUnix(ctx, "unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
		// Linux returns EAGAIN. Other systems reject the connection, as without a server.
		busy := errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.ECONNREFUSED)
		if err == nil || !busy || try == connectTries {
			return connection, err
		}
		select {
		case <-time.After(connectPause):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// connectionError explains why there is no answer.
func connectionError(ctx context.Context, err error, timeout time.Duration) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("the Terraform run that these credentials belong to didn't answer within %s", timeout)
	case ctx.Err() != nil:
		return errors.New("interrupted while asking the Terraform run for credentials")
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET):
		return errEnded
	}
	return fmt.Errorf("asking the Terraform run for credentials: %w", err)
}
