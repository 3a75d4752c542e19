package main

import (
	"context"
	"errors"
	"fmt"
)

// consumerChecks use the credentials in an aliased block of another provider.
func (b *bench) consumerChecks() []check {
	var all []check
	for _, name := range []string{awsutilsPin, awsPin} {
		source := b.pins[name].source
		all = append(all,
			check{source + ": static keys", b.useKeys(name)},
			check{source + ": profile, with a refresh", b.useProfile(name)},
		)
	}
	return all
}

func (b *bench) useKeys(name string) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := b.consumerFor(ctx, name)
		if err != nil {
			return err
		}
		a, configuration, err := b.exchange(false)
		if err != nil {
			return err
		}
		configuration.Consumer = c
		earlier := len(a.server.Requests())
		outputs, err := b.apply(ctx, b.cli, "consumer_keys.tf.tmpl", configuration)
		if err != nil {
			return err
		}
		signers, err := a.signers(earlier)
		if err == nil && len(signers) == 0 {
			err = errors.New("the provider made no call to STS")
		}
		return errors.Join(err, same("the caller", outputs["caller"], deploySession))
	}
}

// useProfile has the provider call STS before and after a wait that is longer than two sessions.
func (b *bench) useProfile(name string) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := b.consumerFor(ctx, name)
		if err != nil {
			return err
		}
		a, configuration, err := b.exchange(true)
		if err != nil {
			return err
		}
		configuration.Consumer, configuration.Refreshable = c, true
		earlier := len(a.server.Requests())
		outputs, err := b.apply(ctx, b.cli, "consumer_profile.tf.tmpl", configuration)
		if err != nil {
			return err
		}
		signers, err := a.signers(earlier)
		return errors.Join(
			err,
			refreshed(signers),
			same("the caller before the wait", outputs["before"], briefSession),
			same("the caller after the wait", outputs["after"], briefSession),
		)
	}
}

// refreshed is an error if all calls were signed with the same credentials.
func refreshed(signers []string) error {
	if len(signers) < 2 {
		return fmt.Errorf("the calls were signed with %d different credentials: nothing was refreshed", len(signers))
	}
	return nil
}
