package main

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// report is all that was measured.
type report struct {
	machine  string
	versions string
	runs     string
	missing  []string
	rows     []row
}

func (b *bench) newReport() *report {
	return &report{
		machine: machine(),
		versions: fmt.Sprintf(
			"%s %s, terraform-plugin-framework %s, %s",
			b.cli.Product,
			b.cli.Version,
			frameworkVersion(),
			runtime.Version(),
		),
		runs:    b.options.runsText(),
		missing: b.missing,
	}
}

func (o options) runsText() string {
	roles := o.roles()
	few, many := o.runsFor(roles[0]), o.runsFor(roles[len(roles)-1])
	if few == many {
		return fmt.Sprintf("%d for each line of the table", few)
	}
	return fmt.Sprintf("%d for each line of the table, and %d for %d roles", few, many, roles[len(roles)-1])
}

// facts are what a reader needs to judge the numbers.
func (r *report) facts() string {
	var b strings.Builder
	fmt.Fprintf(&b, "* Command: `make bench`\n")
	fmt.Fprintf(&b, "* Machine: %s\n", r.machine)
	fmt.Fprintf(&b, "* Versions: %s\n", r.versions)
	fmt.Fprintf(&b, "* Runs: %s\n", r.runs)
	for _, what := range r.missing {
		fmt.Fprintf(&b, "* Not compared: %s\n", what)
	}
	return b.String()
}

// text is the report for a terminal, which is the page's, too.
func (r *report) text() string { return r.facts() + "\n" + r.table() }

var columns = []string{
	"run", "STS latency", "roles", "provider", "time", "ratio to the no-op", "inevitable time", "ratio to it",
	"CPU of the CLI", "CPU of the provider", "peak memory of the provider", "requests", "connections",
}

// table is one line per row, in Markdown, with columns of an even width.
func (r *report) table() string {
	lines := [][]string{columns}
	for _, row := range r.rows {
		lines = append(lines, row.cells())
	}
	widths := make([]int, len(columns))
	for _, line := range lines {
		for i, text := range line {
			widths[i] = max(widths[i], len(text))
		}
	}
	var b strings.Builder
	for n, line := range lines {
		for i, text := range line {
			fmt.Fprintf(&b, "| %-*s ", widths[i], text)
		}
		b.WriteString("|\n")
		if n == 0 {
			for _, width := range widths {
				fmt.Fprintf(&b, "| %s ", strings.Repeat("-", width))
			}
			b.WriteString("|\n")
		}
	}
	return b.String()
}

func (r row) cells() []string {
	latency, roles, inevitable, ratio := fmt.Sprintf(
		"%d ms",
		r.cell.latency.Milliseconds(),
	), strconv.Itoa(
		r.cell.roles,
	), inSeconds(
		r.inevitable,
	), inRatio(
		r.inevitableRatio,
	)
	if r.cell.kind == schema {
		latency, roles = "", ""
	}
	if r.name == noopName || r.cell.kind == schema {
		inevitable, ratio = "", ""
	}
	cells := []string{
		string(r.cell.kind),
		latency,
		roles,
		r.name,
		inSeconds(r.time),
		inRatio(r.ratio),
		inevitable,
		ratio,
	}
	return append(
		append(cells, r.usage.cells()...),
		strconv.Itoa(r.counts.Requests),
		strconv.Itoa(r.counts.Connections),
	)
}

func (u *usage) cells() []string {
	if u == nil {
		return []string{"not measured", "not measured", "not measured"}
	}
	return []string{inSeconds(u.cli), inSeconds(u.provider), fmt.Sprintf("%.0f MiB", float64(u.peakMemory)/(1<<20))}
}

func inSeconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func inRatio(ratio float64) string { return fmt.Sprintf("%.2f", ratio) }
