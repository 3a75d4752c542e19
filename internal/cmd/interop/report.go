package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// try runs a check, and prints how it ended.
func (b *bench) try(ctx context.Context, c check) outcome {
	began := time.Now()
	err := c.run(ctx)
	o := outcome{name: c.name, verdict: verdictOf(err), err: err, duration: time.Since(began)}
	if ctx.Err() == nil {
		b.say("%s", o.text(b.secrets()...))
	}
	return o
}

// text is a line, and the reason below it if the check didn't pass.
func (o outcome) text(secrets ...secret.Text) string {
	line := fmt.Sprintf("%-8s %-46s %6.1f s", o.verdict, o.name, o.duration.Seconds())
	if o.err == nil {
		return line
	}
	reason := o.err.Error()
	if command, ok := errors.AsType[*terraformcli.CommandError](o.err); ok {
		reason += "\n" + strings.TrimSpace(command.Output)
	}
	return line + "\n" + indented(terraformcli.Scrubbed(reason, secrets...))
}

func indented(text string) string {
	return "         " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n         ")
}

// say prints a line.
func (b *bench) say(format string, arguments ...any) {
	_, _ = fmt.Fprintf(b.out, format+"\n", arguments...)
}
