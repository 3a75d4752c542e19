package main

import (
	"context"
	"time"
)

// measure makes all measurements.
func (b *bench) measure(ctx context.Context) (*report, error) {
	began := time.Now()
	r := b.newReport()
	for _, c := range b.cells() {
		b.tell("%5.0f s  %s", time.Since(began).Seconds(), c)
		rows, err := b.fill(ctx, c)
		if err != nil {
			return nil, err
		}
		r.rows = append(r.rows, rows...)
	}
	b.tell("%5.0f s  done", time.Since(began).Seconds())
	return r, nil
}

// cells are the measurements, in the order of the table.
func (b *bench) cells() []cell {
	cells := []cell{{kind: schema}}
	for _, kind := range []kind{dataSource, ephemeralResource} {
		for _, latency := range b.options.latencies() {
			for _, roles := range b.options.roles() {
				cells = append(cells, cell{kind: kind, latency: latency, roles: roles})
			}
		}
	}
	return cells
}

// fill measures all subjects of a cell in turn, and then again: what else the machine does meets all of them.
func (b *bench) fill(ctx context.Context, c cell) ([]row, error) {
	var series []*measured
	for _, s := range b.subjects {
		if s.takesPart(c) {
			series = append(series, &measured{subject: s})
		}
	}
	if err := b.run(ctx, c, series); err != nil {
		return nil, err
	}
	return rowsOf(c, series), nil
}

func (b *bench) run(ctx context.Context, c cell, series []*measured) error {
	runs := b.options.runsFor(c.roles)
	if canMeasureUsage && c.isLong() {
		return inTurn(series, runs, func(m *measured) error { return b.addUsage(ctx, m, c, true) })
	}
	err := inTurn(series, runs, func(m *measured) error { return b.addTime(ctx, m, c) })
	if err != nil || !canMeasureUsage {
		return err
	}
	return inTurn(series, min(runs, usageRuns), func(m *measured) error { return b.addUsage(ctx, m, c, false) })
}

// usageRuns are the further runs that measure CPU time and memory, which vary less than times do.
const usageRuns = 3

// isLong reports whether the launcher's few milliseconds don't matter, so that one run measures everything.
func (c cell) isLong() bool { return c.roles >= manyRoles }

func (b *bench) addTime(ctx context.Context, m *measured, c cell) error {
	run, err := b.time(ctx, m.subject, c)
	m.samples = append(m.samples, run)
	return err
}

func (b *bench) addUsage(ctx context.Context, m *measured, c cell, timed bool) error {
	run, used, err := b.usage(ctx, m.subject, c)
	m.usages = append(m.usages, used)
	if timed {
		m.samples = append(m.samples, run)
	}
	return err
}

func inTurn(series []*measured, turns int, do func(*measured) error) error {
	for range turns {
		for _, m := range series {
			if err := do(m); err != nil {
				return err
			}
		}
	}
	return nil
}
