package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// addError adds an explanation to a block's diagnostics, at the argument at fault.
func addError(diagnostics *diag.Diagnostics, explanation explain.Explanation) {
	add(diagnostics.AddAttributeError, diagnostics.AddError, explanation.Argument, explanation)
}

// addWarning is addError for a warning.
func addWarning(diagnostics *diag.Diagnostics, explanation explain.Explanation) {
	add(diagnostics.AddAttributeWarning, diagnostics.AddWarning, explanation.Argument, explanation)
}

// addProviderError adds an explanation to the provider block's diagnostics.
func addProviderError(diagnostics *diag.Diagnostics, explanation explain.Explanation) {
	add(diagnostics.AddAttributeError, diagnostics.AddError, explanation.ProviderArgument, explanation)
}

func add(
	at func(path.Path, string, string),
	anywhere func(string, string),
	argument string,
	explanation explain.Explanation,
) {
	if argument == "" || mayShowSecret(argument, explanation) {
		anywhere(explanation.Summary, explanation.Detail)
		return
	}
	// The argument as a whole, even for a part of a nested one: Terraform finds no line for a longer path.
	at(path.Root(argument), explanation.Summary, explanation.Detail)
}

// mayShowSecret reports whether an error must not point at an argument. Terraform shows the line that an error points
// at, and with it a token that stands in the configuration itself.
func mayShowSecret(argument string, explanation explain.Explanation) bool {
	return argument == explain.InlineArgument || explanation.Misplaced
}

// checkedBy makes a validator of a check of the core's, so that each rule and its text stand in one place. Unlike the
// framework's own validators, it never repeats the value: some are secret.
func checkedBy(description string, check func(string) error) validator.String {
	return stringCheck{description, check}
}

type stringCheck struct {
	description string
	check       func(string) error
}

// argumentError is an error of a check that only this package makes.
type argumentError struct{ summary, detail string }

func (e *argumentError) Error() string { return e.summary + ": " + e.detail }

// eachCheckedBy is checkedBy for the elements of a set. Its errors are at the set: the path of an element would hold
// the value.
func eachCheckedBy(description string, check func(string) error) validator.Set {
	return setCheck{stringCheck{description, check}}
}

type setCheck struct{ stringCheck }

// atArgument has the errors of the framework's validator at the whole argument, if the set is a part of one. Terraform
// shows no line for a longer path.
type atArgument struct{ validator.Set }

func (a atArgument) ValidateSet(ctx context.Context, request validator.SetRequest, response *validator.SetResponse) {
	var found validator.SetResponse
	a.Set.ValidateSet(ctx, request, &found)
	for _, problem := range found.Diagnostics {
		addValueError(&response.Diagnostics, request.Path, &argumentError{problem.Summary(), problem.Detail()})
	}
}

func (c setCheck) ValidateSet(ctx context.Context, request validator.SetRequest, response *validator.SetResponse) {
	for _, element := range request.ConfigValue.Elements() {
		text, ok := element.(types.String)
		if !ok {
			continue
		}
		elementResponse := validator.StringResponse{}
		c.ValidateString(
			ctx,
			validator.StringRequest{
				Path:           request.Path,
				PathExpression: request.PathExpression,
				Config:         request.Config,
				ConfigValue:    text,
			},
			&elementResponse,
		)
		response.Diagnostics.Append(elementResponse.Diagnostics...)
	}
}

func (c stringCheck) Description(context.Context) string { return "value must be " + c.description }
func (c stringCheck) MarkdownDescription(context.Context) string {
	return "value must be " + c.description
}

func (c stringCheck) ValidateString(
	_ context.Context,
	request validator.StringRequest,
	response *validator.StringResponse,
) {
	if request.ConfigValue.IsNull() || request.ConfigValue.IsUnknown() {
		return
	}
	if err := c.check(request.ConfigValue.ValueString()); err != nil {
		addValueError(&response.Diagnostics, request.Path, err)
	}
}

// addValueError adds an error about a value at a path.
func addValueError(diagnostics *diag.Diagnostics, at path.Path, err error) {
	explanation := explain.Failure(assumerole.Exchange{}, err)
	if own, ok := errors.AsType[*argumentError](err); ok {
		explanation = explain.Explanation{Summary: own.summary, Detail: own.detail}
	}
	argument := argumentOf(at)
	if !argument.Equal(at) {
		explanation = explanation.In(at.String())
	}
	if mayShowSecret(argument.String(), explanation) {
		diagnostics.AddError(explanation.Summary, explanation.Detail)
		return
	}
	diagnostics.AddAttributeError(argument, explanation.Summary, explanation.Detail)
}
