package command

import (
	"fmt"
	"strings"
)

// columns is the width of a terminal.
const columns = 80

// usage is the help for people.
func (c command) usage() string {
	var text strings.Builder
	fmt.Fprintf(&text, "Usage: terraform-provider-sts %s [flags]\n\n%s\n", c.name, wrapped(c.summary, ""))
	for _, group := range c.options {
		fmt.Fprintf(&text, "\n%s:\n", group.title)
		for _, option := range group.options {
			heading := "  --" + option.name
			if option.value != "" {
				heading += " " + option.value
			}
			fmt.Fprintf(&text, "%s\n%s\n", heading, wrapped(option.text, "        "))
		}
	}
	text.WriteString(
		"\n" + wrapped("The exit status is 0 on success, 1 if there is no result, and 2 for wrong flags. The "+
			"result is on standard output, and the reason for a failure is on standard error. The command writes no "+
			"file. "+
			"The flags have the names of the provider's arguments.", "") + "\n",
	)
	return text.String()
}

// wrapped breaks a text into lines that begin with the indent.
func wrapped(text, indent string) string {
	var lines []string
	line := indent
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == indent:
			line += word
		case len(line)+1+len(word) > columns:
			lines = append(lines, line)
			line = indent + word
		default:
			line += " " + word
		}
	}
	return strings.Join(append(lines, line), "\n")
}
