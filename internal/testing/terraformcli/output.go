package terraformcli

import (
	"regexp"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

// margin is what stands before the text of a line: whitespace, and the frame that a CLI draws around its diagnostics.
var margin = regexp.MustCompile(`^[ \t│]*`)

// Scrubbed is a command's output, fit to be shown: without the secrets named and whatever looks like one. Lines and
// their indentation stay.
func Scrubbed(output string, secrets ...secret.Text) string {
	var text strings.Builder
	for line := range strings.Lines(output) {
		indentation := margin.FindString(line)
		text.WriteString(strings.TrimRight(indentation+secret.Scrub(line[len(indentation):], secrets...), " \t"))
		text.WriteByte('\n')
	}
	return text.String()
}
