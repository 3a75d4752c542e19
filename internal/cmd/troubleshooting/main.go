// Command troubleshooting completes the page of that name in docs/, from the texts of the diagnostics themselves. `make
// generate` runs it, after tfplugindocs has rendered the page's beginning.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/webidentity/terraform-provider-sts/internal/explain"
)

// page is the file to complete, below the module's root.
const page = "docs/guides/troubleshooting.md"

// marker stands in the template where the texts belong.
const marker = "<!-- texts of the diagnostics: internal/cmd/troubleshooting -->\n"

func main() {
	if err := complete(page); err != nil {
		fmt.Fprintln(os.Stderr, "troubleshooting:", err)
		os.Exit(1)
	}
}

func complete(path string) error {
	rendered, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, after, ok := strings.Cut(string(rendered), marker)
	if !ok {
		return errors.New(path + " has no place for the texts: render it by make generate")
	}
	return os.WriteFile(path, []byte(before+markdown(explain.Chapters())+after), 0o644)
}
