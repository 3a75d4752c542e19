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
	return withFlags(explanation.Summary) + ".\n" + withFlags(explanation.Detail)
}

// forms are how explanations name arguments. The first group of each is the name.
func forms() []form {
	names := flagNames()
	return []form{
		{regexp.MustCompile(`web_identity_token_request = \{ (\w+) = \{[^}]*\} \}`), dashed},
		{regexp.MustCompile(`web_identity_token_request\.(\w+)`), dashed},
		{regexp.MustCompile(`assume_role\[\d+\]\.(\w+)`), func(name string) string { return hopFlag(names, name) }},
		{regexp.MustCompile(`\b(assume_role)\b(?:\[\d+\])?`), func(string) string { return hopOption }},
		{regexp.MustCompile(`[Tt]he provider's argument (\w+)`), dashed},
		{regexp.MustCompile(`\b(` + strings.Join(withUnderscores(names), "|") + `)\b`), dashed},
	}
}

type form struct {
	pattern *regexp.Regexp
	flag    func(name string) string // without the dashes at the beginning
}

// phrases are what only people who write a configuration understand, each with what the commands say instead.
var phrases = strings.NewReplacer(
	"If it is a token, set web_identity_token to it instead.", "If it is a token, write it to a file, or use "+
		"--web-identity-token-env.",
	"Set web_identity_token to the token instead.", "Write the token to a file, or use --web-identity-token-env.",
	"or use pathexpand.", "or let the shell expand it.",
	"Set timeout to a longer time. The default is 1m.", "Set --timeout to a longer time. The default is 50s.",
	"Add the tag to tags", "Set the tag with --tags",
	"use the ephemeral resource with refreshable = true", "run the command again, as AWS SDKs do",
	"where Terraform runs", "in the environment of the command",
	"argument of that name, which is in snake case here", "flag of that name",
	", in the configuration's folder (Terraform", ", in a folder with a configuration (Terraform",
)

// oneWord finds an argument whose name is also a word.
var oneWord = regexp.MustCompile(`\b([Ss]et|[Uu]se|[Rr]emove) (endpoint|policy|timeout|region|tags|audience)\b`)

// withFlags replaces the names of arguments.
func withFlags(text string) string {
	text = oneWord.ReplaceAllString(phrases.Replace(text), "$1 --$2")
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
	for _, group := range []group{roleOptions(), tokenOptions(""), hopOptions(), limitOptions(), transportOptions()} {
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
