package main

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/testing/terraformcli"
)

// verdict is how an example came off. Its text is what is printed.
type verdict string

const (
	valid        verdict = "ok"
	notValidated verdict = "not validated here" // its syntax is right, and more can't be said without what it needs
	failed       verdict = "FAILED"
)

// result is what there is to say of an example.
type result struct {
	example string // the folder's path below that of the examples, with forward slashes
	verdict verdict
	reason  string // why it wasn't validated, or failed, in words
	output  string // what the CLI wrote about it
}

// line is the result for a person: a line, and below it the output if the example failed.
func (r result) line(folder string) string {
	text := fmt.Sprintf("%-18s  %s", r.verdict, path.Join(folder, r.example))
	if r.reason != "" {
		text += ": " + r.reason
	}
	if r.output != "" {
		text += "\n\n" + strings.TrimSpace(terraformcli.Scrubbed(r.output)) + "\n"
	}
	return text
}

func count(results []result, wanted verdict) int {
	n := 0
	for _, r := range results {
		if r.verdict == wanted {
			n++
		}
	}
	return n
}

// summary counts the results.
func summary(results []result) string {
	return fmt.Sprintf("examples: %d; ok: %d, not validated here: %d, failed: %d",
		len(results), count(results, valid), count(results, notValidated), count(results, failed))
}

// verdictOf is an error unless every example came off well. That there is none isn't well: the check looked elsewhere.
func verdictOf(results []result, standIn bool) error {
	switch n := count(results, failed); {
	case len(results) == 0:
		return errors.New("there is no example")
	case n > 0 && standIn:
		return fmt.Errorf("%d failed (the stand-in for hashicorp/aws knows only the arguments in "+
			"internal/testing/consumer: "+
			"one that it refuses in a block of aws may be right)", n)
	case n > 0:
		return fmt.Errorf("%d failed", n)
	}
	return nil
}
