package webidentity

import (
	"context"
	"fmt"
	"strconv"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// PlatformRequest asks a platform for a token. It is a RequestSource.
type PlatformRequest struct {
	Requester

	Platform Platform
	Values   Values
}

// maxName is the length of the longest value that an error repeats from an answer. A UUID and most audiences fit. A
// token in the place of a value doesn't.
const maxName = 64

// Key identifies equal requests. Arguments that aren't set are in it with their defaults.
func (r PlatformRequest) Key() string {
	values := make([]string, 0, len(r.Platform.Arguments))
	for _, argument := range r.Platform.Arguments {
		switch argument.Kind {
		case Text:
			values = append(values, r.text(argument.Name))
		case WholeNumber:
			values = append(values, strconv.FormatInt(r.number(argument.Name), 10))
		case Names:
			values = append(values, fmt.Sprintf("%q", r.names(argument.Name)))
		}
	}
	return fmt.Sprintf("%s %q", r.Platform.Name, values) // the quotes separate the values, whatever they are
}

// Audience is the audience that the token is requested for. It reports whether the request says for whom the token is.
func (r PlatformRequest) Audience() (string, bool) {
	argument, found := r.Platform.Audience()
	return r.text(argument.Name), found
}

// Token requests a token, once. Its errors are *Error, or the context's.
func (r PlatformRequest) Token(ctx context.Context) (secret.Text, error) {
	question, err := r.Platform.inquiry(r)
	if err != nil {
		return secret.Text{}, err
	}
	for _, argument := range r.Platform.Arguments {
		if value := r.text(argument.Name); argument.Kind == Text && value != "" && len(value) <= maxName {
			question.names = append(question.names, value)
		}
	}
	return question.send(ctx)
}

// text is the value of an argument of the kind Text, or its default. It is empty if there is neither.
func (r PlatformRequest) text(name string) string {
	if value, _ := r.Values[name].(string); value != "" {
		return value
	}
	for _, argument := range r.Platform.Arguments {
		if argument.Name == name {
			return argument.Default
		}
	}
	return ""
}

// number is the value of an argument of the kind WholeNumber. It is 0 if the argument isn't set.
func (r PlatformRequest) number(name string) int64 {
	value, _ := r.Values[name].(int64)
	return value
}

// names is the value of an argument of the kind Names. It is nil if the argument isn't set.
func (r PlatformRequest) names(name string) []string {
	value, _ := r.Values[name].([]string)
	return value
}
