package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/stsstub"
)

// wallTimes makes the samples of runs that took so long, in seconds.
func wallTimes(requests int, times ...float64) []sample {
	var samples []sample
	for _, time := range times {
		samples = append(
			samples,
			sample{wall: seconds(time), counts: stsstub.Counts{Requests: requests, Connections: 10}},
		)
	}
	return samples
}

// slow is a cell whose answers take 0.5 s in all.
var slow = cell{kind: dataSource, latency: 50 * time.Millisecond, roles: 100}

func exampleRows() []row {
	noop := &measured{subject: &subject{name: noopName}, samples: wallTimes(0, 1, 1, 2)}
	sts := &measured{
		subject: &subject{name: stsName}, samples: wallTimes(100, 1.5, 3, 3),
		usages: []usage{{cli: time.Second, provider: 2 * time.Second, peakMemory: 3 << 20}},
	}
	return rowsOf(slow, []*measured{noop, sts})
}

func TestRowsComparePairsOfRuns(t *testing.T) {
	t.Parallel()
	rows := exampleRows()
	sts := rows[1]
	if rows[0].ratio != 1 || sts.ratio != 1.5 { // of 1.5, 3 and 1.5
		t.Errorf("the ratios are %v and %v", rows[0].ratio, sts.ratio)
	}
	// of 1, 2 and 1.2
	if sts.time != 3*time.Second || sts.inevitable != 1500*time.Millisecond || sts.inevitableRatio != 1.2 {
		t.Errorf("it took %s, inevitably %s, which is %v", sts.time, sts.inevitable, sts.inevitableRatio)
	}
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		roles, requests int
		want            time.Duration
	}{
		"one role":                      {roles: 1, requests: 1, want: 50 * time.Millisecond},
		"a few more than at once":       {roles: 11, requests: 11, want: 100 * time.Millisecond},
		"many roles":                    {roles: 1000, requests: 1000, want: 5 * time.Second},
		"in the plan and in the apply":  {roles: 1000, requests: 2000, want: 10 * time.Second},
		"a provider that asks nothing":  {roles: 1000},
		"a run that isn't about a role": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := cell{roles: test.roles, latency: 50 * time.Millisecond}
			if got := c.waiting(test.requests); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for want, values := range map[float64][]float64{0: nil, 2: {3, 1, 2}, 2.5: {4, 1, 2, 3}} {
		if got := median(values); got != want {
			t.Errorf("the median of %v is %v, want %v", values, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace((&report{rows: exampleRows()}).table()), "\n")
	if len(lines) != 4 {
		t.Fatalf("it has %d lines", len(lines))
	}
	for n, wants := range map[int][]string{
		2: {"no-op", "not measured"},
		3: {
			"data source", "50 ms", "100", "sts", "3.00 s", "1.50", "1.50 s", "1.20", "1.00 s", "2.00 s", "3 MiB",
			"100", "10",
		},
	} {
		for _, want := range wants {
			if !strings.Contains(lines[n], "| "+want+" ") {
				t.Errorf("%q isn't in %q", want, lines[n])
			}
		}
	}
}

func TestPlotHasCurveForEachProvider(t *testing.T) {
	t.Parallel()
	rows := exampleRows()
	fewer := rows[1]
	fewer.cell.roles = 1
	plot := (&report{rows: append(rows, fewer)}).plot()
	decoder := xml.NewDecoder(strings.NewReader(plot))
	count := map[string]int{}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			count[start.Name.Local]++
		}
	}
	if count["polyline"] != 1 || count["circle"] != 2 {
		t.Errorf("it has %d curves and %d marks", count["polyline"], count["circle"])
	}
	if strings.Contains(plot, "%!") {
		t.Error("a format isn't right")
	}
	if want := "sts, data source, answers after 50 ms"; !strings.Contains(plot, want) {
		t.Errorf("the legend lacks %q", want)
	}
}

func TestPublishReplacesOnlyTextBetweenMarks(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, pageFile)
	if err := os.WriteFile(path, []byte("Before.\n\n"+beginMark+"Old.\n"+endMark+"\nAfter.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &report{machine: "a machine", rows: exampleRows()}
	for range 2 { // the second time, it replaces what it wrote itself
		if err := r.publish(folder); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	if !strings.HasPrefix(page, "Before.\n\n"+beginMark) || !strings.HasSuffix(page, endMark+"\nAfter.\n") ||
		strings.Contains(page, "Old.") {
		t.Errorf("it is\n%s", page)
	}
	if strings.Count(page, "a machine") != 1 || strings.Count(page, "| sts ") != 1 ||
		!strings.Contains(page, plotFile) {
		t.Errorf("it lacks something, or has it twice:\n%s", page)
	}
	if _, err := r.complete("a page without marks"); err == nil {
		t.Error("no error for a page without marks")
	}
}

// TestPageHasMarks is for the page of this repository.
func TestPageHasMarks(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "..", filepath.FromSlash(defaultPage), pageFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&report{}).complete(string(page)); err != nil {
		t.Error(err)
	}
}
