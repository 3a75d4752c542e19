package command

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// inFlags is an explanation for people who set flags instead of arguments.
func inFlags(explanation explain.Explanation) string {
	return explanation.Summary + ".\n" + withFlags(explanation.Detail)
}

// forms are how explanations name arguments. The first group of each is the name.
func forms() []form {
	names := flagNames()
	return []form{
		{regexp.MustCompile(`web_identity_token_request = \{ (\w+) = \{[^}]*\} \}`), dashed},
		{regexp.MustCompile(`web_identity_token_request\.(\w+)`), dashed},
		{regexp.MustCompile(`assume_role\[\d+\]\.(\w+)`), func(name string) string { return hopFlag(names, name) }},
		{regexp.MustCompile(`(assume_role)\[\d+\]`), func(string) string { return "assume-role-arn" }},
		{regexp.MustCompile(`the provider's argument (\w+)`), dashed},
		{regexp.MustCompile(`\b(` + strings.Join(withUnderscores(names), "|") + `)\b`), dashed},
	}
}

type form struct {
	pattern *regexp.Regexp
	flag    func(name string) string // without the dashes at the beginning
}

// withFlags replaces the names of arguments.
func withFlags(text string) string {
	for _, form := range forms() {
		text = form.pattern.ReplaceAllStringFunc(text, func(found string) string {
			return "--" + form.flag(form.pattern.FindStringSubmatch(found)[1])
		})
	}
	return text
}

// hopFlag is the flag for an argument of a hop.
func hopFlag(names map[string]bool, argument string) string {
	for _, name := range []string{"assume-" + dashed(argument), "assume-role-" + dashed(argument)} {
		if names[name] { // the first is for role_arn
			return name
		}
	}
	return dashed(argument)
}

// flagNames are the names of all flags.
func flagNames() map[string]bool {
	names := map[string]bool{}
	for _, group := range []group{roleOptions(), tokenOptions(), hopOptions(), limitOptions(), transportOptions()} {
		for _, option := range group.options {
			names[option.name] = true
		}
	}
	return names
}

// withUnderscores are the arguments whose names can't be mistaken for a word, the longest first.
func withUnderscores(names map[string]bool) []string {
	var arguments []string
	for name := range names {
		if strings.Contains(name, "-") {
			arguments = append(arguments, strings.ReplaceAll(name, "-", "_"))
		}
	}
	slices.SortFunc(arguments, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return arguments
}
