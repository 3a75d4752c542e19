package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	pageFile = "performance.md.tmpl"
	plotFile = "performance.svg"
)

// The marks between which the page has what was measured.
const (
	beginMark = "<!-- measurements: make bench -->\n"
	endMark   = "<!-- end of the measurements -->\n"
)

// publish writes the plot, and puts the report between the page's marks.
func (r *report) publish(folder string) error {
	if folder == "" {
		return nil
	}
	path := filepath.Join(folder, pageFile)
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	completed, err := r.complete(string(page))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.WriteFile(filepath.Join(folder, plotFile), []byte(r.plot()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(completed), 0o644)
}

func (r *report) complete(page string) (string, error) {
	before, rest, began := strings.Cut(page, beginMark)
	_, after, ended := strings.Cut(rest, endMark)
	if !began || !ended {
		return "", fmt.Errorf("it lacks the lines %q and %q", strings.TrimSpace(beginMark), strings.TrimSpace(endMark))
	}
	image := fmt.Sprintf(
		"![Plot of the time of a run divided by its inevitable time, by the number of roles](%s)\n",
		plotFile,
	)
	return before + beginMark + "\n" + r.facts() + "\n" + image + "\n" + r.table() + "\n" + endMark + after, nil
}
