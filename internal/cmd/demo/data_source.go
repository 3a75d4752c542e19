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

// dataSourcePart exchanges one token for sessions in two accounts, and reaches a third account from the second.
func (d *demo) dataSourcePart() []step {
	return []step{
		{d.command("init"), d.initialise(dataSource)},
		{d.command("plan"), d.plan},
		{d.command("apply"), d.apply},
		{"check the credentials", d.check},
		{"look for secrets on disk", d.findSecrets},
		{"call STS for other roles", d.checkDenial},
	}
}

func (d *demo) plan(ctx context.Context) (string, error) {
	_, err := d.cli.Run(ctx, d.folder(dataSource), d.planRoles(production.roleARN, shared.roleARN, "-out="+planFile)...)
	return "STS exchanges the token here", err
}

// planRoles are the arguments of a plan that exchanges the token for two roles. From the second, a hop goes to the
// partner's role.
func (d *demo) planRoles(productionRoleARN, sharedRoleARN string, further ...string) []string {
	return d.planArguments(append(further,
		"-var=production_role_arn="+productionRoleARN,
		"-var=shared_role_arn="+sharedRoleARN,
		"-var=partner_role_arn="+partner.roleARN,
		"-var=partner_external_id="+externalID,
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
	d.calls, err = sortRequests(d.scene.server.Requests())
	if err != nil {
		return "", err
	}
	if err := d.calls.check(); err != nil {
		return "", err
	}
	return "all three accounts know them", d.scene.unexpectedRequests()
}

// findSecrets shows that a data source stores the secrets of all sessions, and that the search of the other part finds
// secrets if there are any.
func (d *demo) findSecrets(context.Context) (string, error) {
	counts, err := search(d.folder(dataSource), d.secrets())
	if err != nil {
		return "", err
	}
	return "in its state and its plan, as the guide says", wantSecrets(counts, secretsPerSession*len(targets))
}

// checkDenial shows that STS checks the trust policies. A plan that exchanges the token for roles that don't trust it
// must fail for that reason.
func (d *demo) checkDenial(ctx context.Context) (string, error) {
	_, err := d.cli.Run(ctx, d.folder(dataSource), d.planRoles(refusals[0].roleARN, refusals[1].roleARN)...)
	if err == nil {
		return "", errors.New("STS gave sessions for roles that don't trust the token")
	}
	failure, ok := errors.AsType[*terraformcli.CommandError](err)
	if ctx.Err() != nil || !ok {
		return "", err
	}
	requests := d.scene.server.Requests()
	for _, want := range refusals {
		if !want.isAmong(requests) || !strings.Contains(failure.Output, want.code) {
			return "", fmt.Errorf("the plan failed, but not because STS refuses %s: %w", want.roleARN, err)
		}
	}
	return "refused", nil
}
