package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// markdown writes the chapters.
func markdown(chapters []explain.Chapter) string {
	var text strings.Builder
	contents(&text, chapters)
	for n, chapter := range chapters {
		if n > 0 {
			text.WriteString("\n")
		}
		fmt.Fprintf(&text, "## %s\n", escaped(chapter.Title))
		for _, topic := range chapter.Topics {
			write(&text, topic)
		}
	}
	return text.String()
}

// contents writes the table of contents.
func contents(text *strings.Builder, chapters []explain.Chapter) {
	text.WriteString("## Contents\n\n")
	for _, chapter := range chapters {
		fmt.Fprintf(text, "- [%s](#%s)\n", escaped(chapter.Title), explain.Anchor(chapter.Title))
		for _, topic := range chapter.Topics {
			fmt.Fprintf(text, "  - [%s](#%s)\n", escaped(headingOf(topic)), explain.Anchor(headingOf(topic)))
		}
	}
	text.WriteString("\n")
}

func headingOf(topic explain.Topic) string { return cmp.Or(topic.Heading, topic.Summary) }

func write(text *strings.Builder, topic explain.Topic) {
	fmt.Fprintf(text, "\n### %s\n", escaped(headingOf(topic)))
	if headingOf(topic) != topic.Summary {
		fmt.Fprintf(text, "\nThe error's summary is \"%s\".\n", escaped(topic.Summary))
	}
	if sign := signOf(topic); sign != "" {
		fmt.Fprintf(text, "\n%s\n", sign)
	}
	for _, paragraph := range topic.Paragraphs {
		fmt.Fprintf(text, "\n%s\n", escaped(paragraph))
	}
	if len(topic.Causes) > 0 {
		text.WriteString("\n")
	}
	for n, cause := range topic.Causes {
		fmt.Fprintf(text, "%d. %s\n", n+1, escaped(cause))
	}
	if topic.Proposal != "" {
		fmt.Fprintf(text, "\n%s\n", proposal(topic.Proposal))
	}
}

// signOf is what a user sees of the failure, beside its heading.
func signOf(topic explain.Topic) string {
	var signs []string
	if len(topic.Codes) > 0 {
		signs = append(signs, "Code: `"+strings.Join(topic.Codes, "`, `")+"`.")
	}
	if len(topic.Messages) > 0 {
		messages := make([]string, len(topic.Messages))
		for n, message := range topic.Messages {
			messages[n] = code("... " + message + " ...")
		}
		signs = append(signs, "Message: "+strings.Join(messages, " or "))
	}
	if topic.Argument != "" {
		signs = append(signs, "At `"+topic.Argument+"`.")
	}
	return strings.Join(signs, " ")
}

// code marks a text as code. Two backticks enclose a text that has one itself.
func code(text string) string {
	if strings.Contains(text, "`") {
		return "`` " + text + " ``"
	}
	return "`" + text + "`"
}

// proposal puts the JSON of a trust policy, which a diagnostic indents, into a block of code.
func proposal(text string) string {
	var paragraphs []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if strings.HasPrefix(paragraph, "  {") {
			paragraph = "```json\n" + strings.ReplaceAll(strings.TrimPrefix(paragraph, "  "), "\n  ", "\n") + "\n```"
		} else {
			paragraph = escaped(paragraph)
		}
		paragraphs = append(paragraphs, paragraph)
	}
	return strings.Join(paragraphs, "\n\n")
}

// escaped keeps a text as it is when it is rendered.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "<", `\<`, "[", `\[`, "{{", `\{{`).Replace(text)
}
