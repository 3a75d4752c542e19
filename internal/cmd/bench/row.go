package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/webidentity/terraform-provider-sts/internal/testing/stsstub"
)

// parallelism is how many blocks Terraform reads at once, unless it is told otherwise.
const parallelism = 10

// measured is what was measured of a subject in a cell.
type measured struct {
	subject *subject
	samples []sample
	usages  []usage // none where the system doesn't tell
}

// row is one line of the table. Times are medians, and ratios are medians of the ratios within a turn.
type row struct {
	cell            cell
	name            string
	runs            int
	time            time.Duration
	ratio           float64       // to the no-op's time
	inevitable      time.Duration // the no-op's time, and the answers that are awaited one after the other
	inevitableRatio float64       // to the inevitable time
	counts          stsstub.Counts
	usage           *usage
}

// String names the cell.
func (c cell) String() string {
	if c.kind == schema {
		return "the schema"
	}
	return fmt.Sprintf("%s, %d roles, latency %s", c.kind, c.roles, c.latency)
}

// rowsOf compares the subjects of a cell with the no-op, which is the first.
func rowsOf(c cell, series []*measured) []row {
	rows := make([]row, 0, len(series))
	for _, m := range series {
		rows = append(rows, compare(c, m, series[0].samples))
	}
	return rows
}

func compare(c cell, m *measured, noop []sample) row {
	var times, waits, ratios, inevitableRatios []float64
	var requests, connections []int
	for i, run := range m.samples {
		inevitable := noop[i].wall + c.waiting(run.counts.Requests)
		times = append(times, run.wall.Seconds())
		waits = append(waits, inevitable.Seconds())
		ratios = append(ratios, run.wall.Seconds()/noop[i].wall.Seconds())
		inevitableRatios = append(inevitableRatios, run.wall.Seconds()/inevitable.Seconds())
		requests, connections = append(requests, run.counts.Requests), append(connections, run.counts.Connections)
	}
	return row{
		cell:            c,
		name:            m.subject.name,
		runs:            len(m.samples),
		time:            seconds(median(times)),
		ratio:           median(ratios),
		inevitable:      seconds(median(waits)),
		inevitableRatio: median(inevitableRatios),
		counts:          stsstub.Counts{Requests: slices.Max(requests), Connections: slices.Max(connections)},
		usage:           m.usage(),
	}
}

// usage is what a run in the middle has used; nil when none was measured.
func (m *measured) usage() *usage {
	if len(m.usages) == 0 {
		return nil
	}
	middle := func(of func(usage) float64) float64 {
		var values []float64
		for _, run := range m.usages {
			values = append(values, of(run))
		}
		return median(values)
	}
	return &usage{
		cli:        seconds(middle(func(u usage) float64 { return u.cli.Seconds() })),
		provider:   seconds(middle(func(u usage) float64 { return u.provider.Seconds() })),
		peakMemory: int64(middle(func(u usage) float64 { return float64(u.peakMemory) })),
	}
}

// waiting is how long the answers to so many requests take, when as many at once are awaited as Terraform reads blocks.
// A run that asks for each role twice, in its plan and in its apply, waits twice.
func (c cell) waiting(requests int) time.Duration {
	if c.roles == 0 {
		return 0
	}
	rounds := requests / c.roles
	return time.Duration(rounds*((c.roles+parallelism-1)/parallelism)) * c.latency
}

func seconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }

// median is the middle of the values, or the mean of the two in the middle.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	switch {
	case len(sorted) == 0:
		return 0
	case len(sorted)%2 == 0:
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
