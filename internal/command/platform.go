package command

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/webidentity"
)

// platformOptions are a flag for each platform, and one for each of their arguments. Platforms share the arguments that
// have the same name.
func platformOptions() []option {
	var options []option
	var arguments []string
	for _, platform := range webidentity.Platforms {
		options = append(options, option{
			name: dashed(platform.Name), text: plain(platform.Description),
			set: func(s *settings, value string) error {
				var chosen *bool
				err := boolean(value, &chosen)
				if err == nil && *chosen {
					s.platforms = append(s.platforms, platform)
				}
				return err
			},
		})
		for _, argument := range platform.Arguments {
			if !slices.Contains(arguments, argument.Name) {
				arguments = append(arguments, argument.Name)
			}
		}
	}
	for _, name := range arguments {
		options = append(options, platformArgument(name))
	}
	return options
}

// platformArgument is the flag for an argument of the platforms that have it.
func platformArgument(name string) option {
	var of []string
	var first webidentity.Argument
	for _, platform := range webidentity.Platforms {
		if found, ok := argumentNamed(platform, name); ok {
			first = found
			of = append(of, "--"+dashed(platform.Name))
		}
	}
	text := plain(first.Description)
	if first.IsAudience {
		text = "Audience of the token. Default: sts.amazonaws.com, if the platform has a default."
	}
	placeholder := map[webidentity.Kind]string{
		webidentity.Text:        "TEXT",
		webidentity.WholeNumber: "N",
		webidentity.Names:       "NAME",
	}
	if first.Kind == webidentity.Names {
		text += " Repeat the flag for more."
	}
	return option{
		name: dashed(name), value: placeholder[first.Kind],
		text: fmt.Sprintf("For %s. %s", strings.Join(of, ", "), text),
		set:  func(s *settings, value string) error { return s.setPlatformValue(first, value) },
	}
}

func argumentNamed(platform webidentity.Platform, name string) (webidentity.Argument, bool) {
	n := slices.IndexFunc(platform.Arguments, func(a webidentity.Argument) bool { return a.Name == name })
	if n < 0 {
		return webidentity.Argument{}, false
	}
	return platform.Arguments[n], true
}

func (s *settings) setPlatformValue(argument webidentity.Argument, value string) error {
	if err := notEmpty(value); err != nil {
		return err
	}
	if s.values == nil {
		s.values = webidentity.Values{}
	}
	switch argument.Kind {
	case webidentity.WholeNumber:
		read, err := strconv.ParseInt(value, 10, 64)
		if err != nil || read < argument.Least || read > argument.Most {
			return wrong("must be a whole number from %d to %d", argument.Least, argument.Most)
		}
		s.values[argument.Name] = read
	case webidentity.Names:
		names, _ := s.values[argument.Name].([]string)
		names = append(names, value)
		slices.Sort(names)
		s.values[argument.Name] = slices.Compact(names)
	case webidentity.Text:
		s.values[argument.Name] = value
	}
	return nil
}

// checkPlatform checks that there is one platform at most, and that it has the arguments that are set.
func (s *settings) checkPlatform() error {
	if len(s.platforms) == 0 {
		for name := range s.values {
			return &usageError{"--" + dashed(name) + " needs the flag of a platform, such as --github-actions."}
		}
		return nil
	}
	platform := s.platforms[0]
	for name := range s.values {
		if _, ok := argumentNamed(platform, name); !ok {
			return &usageError{fmt.Sprintf("--%s isn't for --%s.", dashed(name), dashed(platform.Name))}
		}
	}
	for _, argument := range platform.Arguments {
		if _, ok := s.values[argument.Name]; argument.Required && !ok {
			return &usageError{fmt.Sprintf("--%s needs --%s.", dashed(platform.Name), dashed(argument.Name))}
		}
	}
	return nil
}

// dashed is the name of the flag for an argument.
func dashed(argument string) string { return strings.ReplaceAll(argument, "_", "-") }

// plain is a text without the marks of Markdown, in one paragraph.
func plain(markdown string) string {
	first, _, _ := strings.Cut(markdown, "\n\n")
	return strings.ReplaceAll(first, "`", "")
}
