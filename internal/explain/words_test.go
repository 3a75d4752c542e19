package explain_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// The bounds of a diagnostic. A reader has the first fix in view at once, and all of the text on one screen.
const (
	maxWordsBeforeFix = 60  // before the first numbered cause
	maxWords          = 110 // of the whole text
	maxWordsOfDenial  = 160 // of a denial by a trust policy, before the statement to paste
	maxCheckLines     = 20  // of columns characters, up to the end of the causes
	columns           = 78  // Terraform puts a bar and a blank before each line of a terminal with 80 columns
)

// longer are failures whose texts are longer than the bounds. Each entry needs a reason.
var longer = map[string]string{}

// isDenial reports whether a text compares the trust policy with the token, or has a statement for it.
func isDenial(detail string) bool {
	return strings.Contains(detail, "\n  {\n") || strings.Contains(detail, "     Federated  ")
}

// explanations are those of all golden files, by their names.
func explanations() map[string]explain.Explanation {
	all := map[string]explain.Explanation{}
	for name, answer := range goldens {
		all[name] = answer.explanation()
	}
	for name, failed := range unanswered {
		exchange := ordinary()
		if failed.change != nil {
			failed.change(&exchange)
		}
		all[name] = explain.FailureAt(exchange, failed.err, now)
	}
	return all
}

// TestWords bounds how much there is to read.
func TestWords(t *testing.T) {
	t.Parallel()
	all := explanations()
	sum, most, longest := 0, 0, ""
	for _, name := range slices.Sorted(maps.Keys(all)) {
		detail := all[name].Detail
		if n := words(detail); !isDenial(detail) {
			sum += n
			if n > most {
				most, longest = n, name
			}
		}
		if problem := tooLong(all[name]); (problem != "") != (longer[name] != "") {
			t.Errorf("%s: %q, want an entry in longer: %q\n%s", name, problem, longer[name], detail)
		}
	}
	t.Logf("%d failures, at most %d words (%s), %d in all", len(all), most, longest, sum)
	for name := range longer {
		if _, ok := all[name]; !ok {
			t.Errorf("there is no failure %s", name)
		}
	}
}

// tooLong says which bound a text exceeds. It is empty if there is none.
func tooLong(explanation explain.Explanation) string {
	detail := explanation.Detail
	beforeFix, checks, numbered := strings.Cut(detail, "\n1. ")
	beforeStatement, _, _ := strings.Cut(detail, "\n  {\n")
	causes, _, _ := strings.Cut(checks, "\n\n")
	switch {
	case words(explanation.Summary) > 10:
		return "the summary has more than 10 words"
	case numbered && words(beforeFix) >= maxWordsBeforeFix:
		return "the first cause comes late"
	case isDenial(detail) && words(beforeStatement) > maxWordsOfDenial, !isDenial(detail) && words(detail) > maxWords:
		return "it has too many words"
	case numbered && strings.Count(wrapped(beforeFix+"\n1. "+causes), "\n") >= maxCheckLines:
		return "the causes don't fit on the screen"
	}
	return ""
}

func words(text string) int { return len(strings.Fields(text)) }

// wrapped is a text as Terraform wraps it: not the lines that begin with whitespace.
func wrapped(text string) string {
	var wrapped []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, " ") {
			wrapped = append(wrapped, line)
			continue
		}
		current := ""
		for word := range strings.FieldsSeq(line) {
			switch {
			case current == "":
				current = word
			case utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > columns:
				wrapped, current = append(wrapped, current), word
			default:
				current += " " + word
			}
		}
		wrapped = append(wrapped, current)
	}
	return strings.Join(wrapped, "\n")
}
