// Package refresh keeps temporary credentials fresh for programs that outlive them.
//
// The AWS SDKs ask the credential_process of a shared config file whenever the credentials they have are about to
// expire. A Server writes such a file, naming this very executable, and answers on a Unix socket with credentials that
// it renews in time. CredentialProcess is the other end: it asks the socket and prints what the SDKs expect.
//
// Nothing secret is ever on disk: the folder holds the config file, the executable and the socket.
package refresh

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	// mintTimeout is shorter than the 60 s that the Go SDK gives the process, because the SDK then hides the reason.
	mintTimeout = 50 * time.Second
)

var (
	errUnsupported = errors.New("refreshable credentials aren't available on Windows. Remove refreshable, and set " +
		"duration_seconds to at least the length of the run. The role's maximum session duration limits it. For a " +
		"longer run, use a profile whose credential_process is the command \"terraform-provider-sts credentials\". " +
		"The guide \"Long applies\" has an example")

	errEnded = errors.New("the Terraform run that these credentials belong to has ended: " +
		"they are refreshed only as long as the ephemeral resource is open")
)

// Options are the credentials that a Server answers with, and how it gets new ones.
type Options struct {
	// Executable is the absolute path of the executable that answers "credential-process SOCKET" with
	// CredentialProcess: that of RunningExecutable. It may hold any characters.
	Executable string

	// First are the credentials until shortly before they expire. They need an access key ID and a secret access key.
	First Credentials

	// Mint fetches new credentials. Its context ends within 50 seconds, and at Close. The client shows the text of its
	// error unchanged. The text may have several lines.
	Mint func(ctx context.Context) (Credentials, error)

	// Failed is called after each refresh that failed, also if the current credentials are still valid. It may be nil.
	Failed func(err error)

	// Clock returns the time that expirations are compared with. Nil stands for time.Now.
	Clock func() time.Time
}

// check returns an error if the options can't be used. It sets the optional ones.
func (o *Options) check() error {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Mint == nil {
		return errors.New("refreshable credentials need a function that fetches new ones")
	}
	if err := o.First.check(); err != nil {
		return fmt.Errorf("these credentials can't be made refreshable: %w", err)
	}
	if !filepath.IsAbs(o.Executable) {
		return fmt.Errorf("refreshable credentials need the absolute path of the executable that answers with them, "+
			"not %q", o.Executable)
	}
	info, err := os.Stat(o.Executable)
	if err != nil {
		return fmt.Errorf("finding the executable that answers with refreshable credentials: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0 {
		return fmt.Errorf(
			"%q, which should answer with refreshable credentials, isn't an executable file",
			o.Executable,
		)
	}
	return nil
}

// serverSettings are what a Server takes from the machine that it runs on.
type serverSettings struct {
	baseFolders []string      // base folders for its own, the likeliest first
	mint        time.Duration // the longest that one Mint may take
}

// Start makes the private folder, writes the config file and answers on the socket until Close. It also removes the
// folders that killed runs of the same user have left behind.
//
// It fails on Windows, where no folder for temporary files will do, and on unusable options.
func Start(options Options) (*Server, error) {
	return start(options, serverSettings{baseFolders: baseFolders(), mint: mintTimeout})
}

func start(options Options, settings serverSettings) (*Server, error) {
	if !supported {
		return nil, errUnsupported
	}
	if err := options.check(); err != nil {
		return nil, err
	}
	sweep(settings.baseFolders, time.Now())
	home, listener, err := createFolder(settings.baseFolders, options.Executable)
	if err != nil {
		return nil, err
	}
	server := newServer(options, settings, home, listener)
	register(server)
	server.begin()
	return server, nil
}
