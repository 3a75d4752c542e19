package provider

import (
	"fmt"
	"log/slog"
	"math/big"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// values are the arguments and attributes of a block, by their names, as Terraform sends and receives them. Reading and
// writing them directly spares what the framework's reflection does for each tag of a struct: it compiles a regular
// expression.
type values map[string]tftypes.Value

func valuesOf(raw tftypes.Value) (values, error) {
	var members map[string]tftypes.Value
	err := raw.As(&members)
	return members, err
}

// text is a string argument, or null.
func (v values) text(name string) types.String {
	var text *string
	if value := v[name]; !value.IsKnown() || value.As(&text) != nil {
		return types.StringNull()
	}
	return types.StringPointerValue(text)
}

// number is a number argument, or null.
func (v values) number(name string) types.Number {
	var number *big.Float
	if value := v[name]; !value.IsKnown() || value.As(&number) != nil || number == nil {
		return types.NumberNull()
	}
	return types.NumberValue(number)
}

// isTrue reports whether an argument is set to true.
func (v values) isTrue(name string) bool {
	var flag *bool
	value := v[name]
	return value.IsKnown() && value.As(&flag) == nil && flag != nil && *flag
}

// duration is an argument that the schema's validator has checked.
func (v values) duration(name string, unset time.Duration) time.Duration {
	parsed, err := time.ParseDuration(v.text(name).ValueString())
	if err != nil {
		return unset
	}
	return parsed
}

// texts are the elements of a set of strings.
func (v values) texts(name string) []string {
	var elements []tftypes.Value
	if value := v[name]; !value.IsKnown() || value.As(&elements) != nil {
		return nil
	}
	var list []string
	for _, element := range elements {
		var text string
		if element.As(&text) == nil {
			list = append(list, text)
		}
	}
	return list
}

// textMap is a map of strings.
func (v values) textMap(name string) map[string]string {
	var elements map[string]tftypes.Value
	if value := v[name]; !value.IsKnown() || value.As(&elements) != nil {
		return nil
	}
	members := make(map[string]string, len(elements))
	for key, element := range elements {
		var text string
		if element.As(&text) == nil {
			members[key] = text
		}
	}
	return members
}

// objects are the elements of a list of objects.
func (v values) objects(name string) []values {
	var elements []tftypes.Value
	if value := v[name]; !value.IsKnown() || value.As(&elements) != nil {
		return nil
	}
	objects := make([]values, 0, len(elements))
	for _, element := range elements {
		if object, err := valuesOf(element); err == nil {
			objects = append(objects, object)
		}
	}
	return objects
}

// Format redacts: a block has a token and credentials.
func (v values) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(redactedModel)) }

// LogValue redacts in slog.
func (v values) LogValue() slog.Value { return slog.StringValue(redactedModel) }

// MarshalText redacts in JSON.
func (v values) MarshalText() ([]byte, error) { return []byte(redactedModel), nil }

// text is a string for Terraform, or null.
func text(value *string) tftypes.Value {
	if value == nil {
		return tftypes.NewValue(tftypes.String, nil)
	}
	return tftypes.NewValue(tftypes.String, *value)
}

// size is a number for Terraform, or null.
func size(value *int32) tftypes.Value {
	if value == nil {
		return tftypes.NewValue(tftypes.Number, nil)
	}
	return tftypes.NewValue(tftypes.Number, int64(*value))
}

// object is an object of strings for Terraform.
func object(members map[string]*string) tftypes.Value {
	types, values := make(map[string]tftypes.Type, len(members)), make(map[string]tftypes.Value, len(members))
	for name, member := range members {
		types[name], values[name] = tftypes.String, text(member)
	}
	return tftypes.NewValue(tftypes.Object{AttributeTypes: types}, values)
}

// textMap is a map of strings for Terraform.
func textMap(members map[string]string) tftypes.Value {
	values := make(map[string]tftypes.Value, len(members))
	for name, member := range members {
		values[name] = text(&member)
	}
	return tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, values)
}

// revealed is a secret for Terraform, whose schema marks it as sensitive.
func revealed(value secret.Text) *string {
	text := value.Reveal()
	return &text
}
