package main

import (
	"context"
	"fmt"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// ephemeral is the folder of the second part's configuration.
const ephemeral = "ephemeral"

// skipReason says why the second part can't be shown with a CLI on an operating system (as in runtime.GOOS). It is
// empty if the part can be shown.
func skipReason(cli *terraformcli.CLI, system string) (string, error) {
	reason, err := cli.Lacks(terraformcli.EphemeralResources)
	if err == nil && reason == "" && system == "windows" {
		reason = "credentials that refresh (refreshable = true) aren't supported on Windows"
	}
	return reason, err
}

// ephemeralPart has one apply call before and after a wait that is longer than two sessions.
func (d *demo) ephemeralPart() []step {
	return []step{
		{d.command("init"), d.initialise(ephemeral)},
		{d.command("plan"), d.planLong},
		{d.command("apply"), d.applyLong},
		{"check the calls", d.checkLong},
		{"look for secrets on disk", d.findNoSecrets},
	}
}

func (d *demo) planLong(ctx context.Context) (string, error) {
	_, err := d.cli.Run(ctx, d.folder(ephemeral), d.planArguments("-out="+planFile,
		"-var=shared_role_arn="+shortLivedHubARN,
		"-var=partner_role_arn="+shortLived.roleARN,
		fmt.Sprintf("-var=wait_seconds=%.0f", longWait.Seconds()),
	)...)
	return "STS exchanges the token here", err
}

func (d *demo) applyLong(ctx context.Context) (string, error) {
	earlier := len(d.scene.server.Requests())
	began := time.Now()
	_, err := d.cli.Run(ctx, d.folder(ephemeral), "apply", "-no-color", "-input=false", planFile)
	if err != nil {
		return "", err
	}
	d.longApply, err = newLongApply(time.Since(began), d.scene.server.Requests()[earlier:])
	return "and here again, as often as needed", err
}

// checkLong compares the CLI's outputs and the requests that STS received with the expected ones.
func (d *demo) checkLong(ctx context.Context) (string, error) {
	text, err := d.cli.Run(ctx, d.folder(ephemeral), "output", "-no-color", "-json")
	if err != nil {
		return "", err
	}
	if err := checkCallers(text); err != nil {
		return "", err
	}
	if err := d.longApply.check(); err != nil {
		return "", err
	}
	return "signed with different keys", d.scene.unexpectedRequests()
}

func (d *demo) findNoSecrets(context.Context) (string, error) {
	counts, err := search(d.folder(ephemeral), d.secrets())
	if err != nil {
		return "", err
	}
	return "none", wantNoSecrets(counts)
}
