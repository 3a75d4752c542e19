package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// dataSource is the folder of the first part's configuration.
const dataSource = "data-source"

// dataSourcePart exchanges one token for sessions in two accounts.
func (d *demo) dataSourcePart() []step {
	return []step{
		{d.command("init"), d.initialise(dataSource)},
		{d.command("plan"), d.plan},
		{d.command("apply"), d.apply},
		{"check the credentials", d.check},
		{"look for secrets on disk", d.findSecrets},
		{"call STS for a role that denies the token", d.checkDenial},
	}
}

func (d *demo) plan(ctx context.Context) (string, error) {
	_, err := d.cli.Run(ctx, d.folder(dataSource), d.twoRoles(production.roleARN, "-out="+planFile)...)
	return "STS exchanges the token here", err
}

// twoRoles are the arguments of a plan for both accounts.
func (d *demo) twoRoles(productionRoleARN string, further ...string) []string {
	return d.planArguments(append(further,
		"-var=production_role_arn="+productionRoleARN,
		"-var=shared_role_arn="+shared.roleARN,
	)...)
}

func (d *demo) apply(ctx context.Context) (string, error) {
	_, err := d.cli.Run(ctx, d.folder(dataSource), "apply", "-no-color", "-input=false", planFile)
	return "", err
}

// check compares the CLI's outputs and the requests that STS received with the scene.
func (d *demo) check(ctx context.Context) (string, error) {
	text, err := d.cli.Run(ctx, d.folder(dataSource), "output", "-no-color", "-json")
	if err != nil {
		return "", err
	}
	d.outputs, err = parseOutputs(text)
	if err != nil {
		return "", err
	}
	if err := checkOutputs(d.outputs, time.Now()); err != nil {
		return "", err
	}
	if err := checkRequests(d.scene.server.Requests()); err != nil {
		return "", err
	}
	return "both accounts know them", d.scene.unexpectedRequests()
}

// findSecrets shows that a data source stores secrets, and that the search of the other part finds secrets if there are
// any.
func (d *demo) findSecrets(context.Context) (string, error) {
	counts, err := search(d.folder(dataSource), d.secrets())
	if err != nil {
		return "", err
	}
	return "in its state and its plan, as the guide says", wantSecrets(counts)
}

// checkDenial shows that STS checks the trust policy: a plan for a role whose trust policy allows another subject must
// fail for that reason.
func (d *demo) checkDenial(ctx context.Context) (string, error) {
	_, err := d.cli.Run(ctx, d.folder(dataSource), d.twoRoles(breakGlassARN)...)
	if err == nil {
		return "", fmt.Errorf(
			"STS gave a session for %s, although its trust policy doesn't allow the token",
			breakGlassARN,
		)
	}
	failure, ok := errors.AsType[*terraformcli.CommandError](err)
	if ctx.Err() != nil || !ok {
		return "", err
	}
	if !wasRefused(d.scene.server.Requests(), breakGlassARN) || !strings.Contains(failure.Output, accessDenied) {
		return "", fmt.Errorf("the plan failed, but not because STS denies the role: %w", err)
	}
	return "denied", nil
}
