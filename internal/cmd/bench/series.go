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
	err := inTurn(series, b.options.runsFor(c.roles), func(m *measured) error {
		run, err := b.time(ctx, m.subject, c)
		m.samples = append(m.samples, run)
		return err
	})
	if err != nil {
		return nil, err
	}
	if canMeasureUsage {
		err = inTurn(series, b.options.usageRunsFor(c.roles), func(m *measured) error {
			used, err := b.usage(ctx, m.subject, c)
			m.usages = append(m.usages, used)
			return err
		})
	}
	return rowsOf(c, series), err
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
