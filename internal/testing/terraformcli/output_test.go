package terraformcli

import (
	"testing"

	"github.com/webidentity/terraform-provider-sts/internal/secret"
)

func TestScrubbedKeepsLinesAndHidesSecrets(t *testing.T) {
	token := secret.New("header-of-it.claims-of-it.signature-of-it")
	output := "╷\n│ Error: no\n│\n│   on main.tf line 3:\n│    3:   token = " +
		"\"header-of-it.claims-of-it.signature-of-it\"\n\x1b[31mred\x1b[0m and claims-of-it alone\n"
	want := "╷\n│ Error: no\n│\n│   on main.tf line 3:\n│    3: token = \"(redacted)\"\n" +
		"\uFFFD[31mred\uFFFD[0m and (redacted) alone\n"
	if got := Scrubbed(output, token); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
