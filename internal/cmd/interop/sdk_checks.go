package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sdkChecks run SDKs on a profile, before and after a wait that is longer than two sessions.
func (b *bench) sdkChecks() []check {
	var all []check
	for _, s := range []sdk{boto3, commandLine, javaScriptV3} {
		all = append(all, check{s.name + ": profile, with a refresh", b.useSDK(s)})
	}
	return all
}

func (b *bench) useSDK(s sdk) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := b.requireSDK(ctx, s); err != nil {
			return err
		}
		a, configuration, err := b.exchange(true)
		if err != nil {
			return err
		}
		configuration.Refreshable, configuration.Command = true, s.command
		out, err := os.MkdirTemp(b.workspace.Path("tmp"), "printed-*")
		if err != nil {
			return err
		}
		cli := b.cli.With(
			"OUT="+out,
			"SDKS="+filepath.Join(b.root, sdkFolder),
			"STS="+a.server.URL(),
			"AWS_REGION="+region,
			"AWS_DEFAULT_REGION="+region,
		)
		earlier := len(a.server.Requests())
		if _, err := b.apply(ctx, cli, "sdk.tf.tmpl", configuration); err != nil {
			return errors.Join(err, errors.New(read(out, "stderr")))
		}
		if err := s.prints(a.server.Secrets(), read(out, "before"), read(out, "after")); err != nil {
			return err
		}
		if s.name != commandLine.name {
			return nil // it makes no call
		}
		signers, err := a.signers(earlier)
		return errors.Join(err, refreshed(signers))
	}
}

func read(folder, name string) string {
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}

// printsSession wants the ARN of the session each time.
func printsSession(_ []string, before, after string) error {
	return errors.Join(
		same("the caller before the wait", before, briefSession),
		same("the caller after the wait", after, briefSession),
	)
}

// printsCredentials wants an access key ID and a session token that the emulator gave, and others after the wait.
func printsCredentials(secrets []string, before, after string) error {
	for _, printed := range []string{before, after} {
		id, token, _ := strings.Cut(printed, " ")
		if !strings.HasPrefix(id, "ASIA") || !slices.Contains(secrets, token) {
			return errors.New("the SDK doesn't use the credentials of the session")
		}
	}
	if before == after {
		return errors.New("the SDK has the same credentials after the wait: nothing was refreshed")
	}
	return nil
}
