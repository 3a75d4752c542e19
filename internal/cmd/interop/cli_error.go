package main

import "strings"

// firstError is the sentence of the first diagnostic in the output of a CLI, without its frame.
func firstError(output string) string {
	var words []string
	found := false
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(strings.TrimLeft(line, "│╷╵ \t"))
		switch {
		case !found:
			found = strings.HasPrefix(line, "Error:")
		case line == "" && len(words) > 0:
			return strings.Join(words, " ")
		case line != "":
			words = append(words, line)
		}
	}
	if len(words) == 0 {
		return lastLine(output)
	}
	return strings.Join(words, " ")
}
