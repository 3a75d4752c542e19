package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/assumerole"
	"github.com/webidentity/terraform-provider-sts/internal/explain"
	"github.com/webidentity/terraform-provider-sts/internal/trustpolicy"
	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// settings are what the flags say.
type settings struct {
	help           bool
	warnings       []explain.Explanation // for people, after the result
	core           assumerole.Settings
	request        assumerole.Request
	roleARN        *string
	sessionName    *string
	file, variable *string
	platforms      []webidentity.Platform
	values         webidentity.Values // of the platform's arguments
}

// usageError is a mistake in the flags, as a sentence or more. It doesn't repeat values, which might be secret.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// inlineFlag would be the flag for the token itself.
const inlineFlag = "web-identity-token"

// parse reads the flags. Its error is a *usageError. The errors of the flag package repeat values, so that none of them
// comes from a value.
func (c command) parse(arguments []string) (*settings, error) {
	given := &settings{}
	var problem error
	already := map[string]bool{} // set, of the flags that can be set once
	flags := flag.NewFlagSet(c.name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, group := range c.options {
		for _, option := range group.options {
			set := func(value string) error {
				err := c.checkUse(option, value, already)
				if err == nil {
					err = option.set(given, value)
				}
				if err != nil && problem == nil {
					problem = atFlag(option.name, err)
				}
				return nil
			}
			if option.value == "" {
				flags.BoolFunc(option.name, option.text, set)
			} else {
				flags.Func(option.name, option.text, set)
			}
		}
	}
	flags.Func(inlineFlag, "", func(string) error {
		problem = &usageError{"There is no --" + inlineFlag + " with the token itself, because other users can see " +
			"the arguments of a process. Use --web-identity-token-file or --web-identity-token-env."}
		return nil
	})
	err := flags.Parse(arguments)
	switch {
	case errors.Is(err, flag.ErrHelp):
		given.help = true
		return given, nil
	case problem != nil:
		return nil, problem
	case err != nil:
		return nil, c.flagError(err)
	case flags.NArg() > 0:
		return nil, &usageError{afterFlag(arguments, flags.NArg()) + " is an argument that isn't a flag or the value " +
			"of a flag. It isn't shown, because it might be a secret."}
	}
	return given, nil
}

// checkUse finds a flag that is set again, and one whose value is missing, so that the next flag is in its place.
func (c command) checkUse(used option, value string, already map[string]bool) error {
	if name, _, _ := strings.Cut(value, "="); strings.HasPrefix(name, "--") && flagNames()[name[2:]] {
		return wrong("has no value, because a flag follows it")
	}
	again := already[used.name]
	already[used.name] = !slices.Contains(repeatable, used.name)
	switch {
	case used.name == hopOption:
		for _, option := range hopOptions().options {
			delete(already, option.name)
		}
	case again && used.name == "role-arn":
		return wrong("is set twice. For a further role, set --%s", hopOption)
	case again && slices.ContainsFunc(hopOptions().options, func(o option) bool { return o.name == used.name }):
		return wrong("is set twice for the same role. Set it after the --%s that it is for", hopOption)
	case again:
		return wrong("is set twice")
	}
	return nil
}

// afterFlag says where the rest of the arguments begins.
func afterFlag(arguments []string, rest int) string {
	for _, before := range slices.Backward(arguments[:len(arguments)-rest]) {
		if name, _, _ := strings.Cut(strings.TrimLeft(before, "-"), "="); flagNames()[name] {
			return "After --" + name + ", there"
		}
	}
	return "There"
}

// atFlag says which flag has a value that can't be used.
func atFlag(name string, err error) error {
	if value, ok := errors.AsType[*assumerole.ValueError](err); ok {
		return &usageError{fmt.Sprintf("--%s: %s", name, inFlags(explain.Failure(assumerole.Exchange{}, value)))}
	}
	if source, ok := errors.AsType[*webidentity.SourceError](err); ok {
		return &usageError{fmt.Sprintf("--%s: %s", name, inFlags(explain.Failure(assumerole.Exchange{}, source)))}
	}
	return &usageError{fmt.Sprintf("--%s %s.", name, err)}
}

// The errors of the flag package, which have no types.
const (
	unknownFlag  = "flag provided but not defined: -"
	missingValue = "flag needs an argument: -"
)

// flagError explains an error of the flag package. It shows only the name of the flag.
func (c command) flagError(err error) error {
	if name, ok := strings.CutPrefix(err.Error(), unknownFlag); ok {
		text := "The flag " + shownFlag(name) + " doesn't exist."
		if nearest := c.nearest(name); nearest != "" {
			text += " Did you mean --" + nearest + "?"
		} else if flagNames()[name] {
			text += " It is a flag of the command credentials."
		}
		return &usageError{text}
	}
	if name, ok := strings.CutPrefix(err.Error(), missingValue); ok {
		return &usageError{"--" + name + " needs a value."}
	}
	return &usageError{"A flag must have the form --name VALUE or --name=VALUE."}
}

// likeFlag is what is shown as the name of a flag. A token or a key might be in its place.
var likeFlag = regexp.MustCompile(`^[A-Za-z][A-Za-z_-]{0,29}$`)

func shownFlag(name string) string {
	if !likeFlag.MatchString(name) {
		return "that you set"
	}
	return "--" + name
}

// nearest is the flag that is most like a name, or empty if none is like it.
func (c command) nearest(name string) string {
	name = dashed(strings.ToLower(name))
	best, least := "", max(len(name)/3, 2)+1
	for _, group := range c.options {
		for _, option := range group.options {
			distance := trustpolicy.Distance(name, option.name)
			if strings.HasSuffix(name, "-"+option.name) || strings.HasSuffix(option.name, "-"+name) {
				distance = 1
			}
			if distance < least {
				best, least = option.name, distance
			}
		}
	}
	return best
}
