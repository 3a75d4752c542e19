package explain_test

import (
	"strings"
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// TestChapters: the page has every failure that is explained, each with something to do about it.
func TestChapters(t *testing.T) {
	t.Parallel()
	summaries := map[string]bool{}
	for _, chapter := range explain.Chapters() {
		seen := map[string]bool{}
		for _, topic := range chapter.Topics {
			if topic.Summary == "" || seen[topic.Summary] || len(topic.Causes)+len(topic.Paragraphs) == 0 {
				t.Errorf("%s: %+v", chapter.Title, topic)
			}
			seen[topic.Summary], summaries[topic.Summary] = true, true
			for _, cause := range topic.Causes {
				if strings.Contains(cause, "%!") || strings.Contains(cause, "(none)") {
					t.Errorf("%s: %s", topic.Summary, cause)
				}
			}
		}
	}
	for name, answer := range goldens {
		summary := answer.explanation().Summary
		if !summaries[summary] && !strings.HasPrefix(summary, "The value of ") {
			t.Errorf("%s: %q isn't among them", name, summary)
		}
	}
	for _, summary := range explain.TroubleSummaries() {
		if !summaries[summary] {
			t.Errorf("%q isn't among them", summary)
		}
	}
}
