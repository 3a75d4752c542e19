package provider

import (
	"context"
	"fmt"
	"math"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// wholeNumber is the validator for whole numbers in a range. Their attributes are Number, not Int64, because the
// framework's error for a value that Int64 can't hold isn't for users. The type on the wire is the same.
type wholeNumber struct {
	least, most int64
}

func (w wholeNumber) Description(context.Context) string {
	return fmt.Sprintf("must be a whole number from %d to %d", w.least, w.most)
}

func (w wholeNumber) MarkdownDescription(ctx context.Context) string { return w.Description(ctx) }

func (w wholeNumber) ValidateNumber(
	ctx context.Context,
	request validator.NumberRequest,
	response *validator.NumberResponse,
) {
	if request.ConfigValue.IsNull() || request.ConfigValue.IsUnknown() {
		return
	}
	value := request.ConfigValue.ValueBigFloat()
	if number, accuracy := value.Int64(); accuracy == big.Exact && number >= w.least && number <= w.most {
		return
	}
	requirement := w.Description(ctx)
	if w.most == math.MaxInt32 && value.IsInt() && value.Cmp(big.NewFloat(float64(w.least))) < 0 {
		requirement = fmt.Sprintf("must be %d or more", w.least)
	}
	response.Diagnostics.AddAttributeError(
		argumentOf(request.Path),
		"Invalid number",
		fmt.Sprintf("%s %s.%s", request.Path, requirement, shownNumber(value)),
	)
}

// argumentOf is the whole argument that a path leads into. Terraform shows no line for a longer path.
func argumentOf(nested path.Path) path.Path {
	if steps := nested.Steps(); len(steps) > 0 {
		if name, ok := steps[0].(path.PathStepAttributeName); ok {
			return path.Root(string(name))
		}
	}
	return nested
}

// shownNumber is a sentence with the value, or nothing if the value has many digits.
func shownNumber(value *big.Float) string {
	const maxBits, maxCharacters = 128, 40
	if size := value.MantExp(nil); size < -maxBits || size > maxBits {
		return "" // all its zeros would be written first
	}
	text := value.Text('f', -1)
	if len(text) > maxCharacters {
		return ""
	}
	return " The value is " + text + "."
}

// whole is a number that wholeNumber has checked. It is 0 if there is none.
func whole(number types.Number) int64 {
	if number.IsNull() || number.IsUnknown() {
		return 0
	}
	value, _ := number.ValueBigFloat().Int64()
	return value
}
