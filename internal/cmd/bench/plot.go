package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// The plot's measures, in pixels. The legend is below the axes, one line per curve.
const (
	plotWidth   = 720
	plotLeft    = 56
	plotRight   = 24
	plotTop     = 40
	axesHeight  = 280
	legendTop   = plotTop + axesHeight + 72
	legendLine  = 22
	sampleWidth = 36 // of a curve in the legend
	mostTicks   = 8
)

// curve is a provider's ratios to the inevitable time, by the number of roles.
type curve struct {
	name   string
	dashed bool
	ratios map[int]float64
}

// style has a dark version, and a background of its own: a page may be dark where the system is light.
const style = `<style>
    .page { fill: #ffffff; } .ink { fill: #1f2328; } .axis { stroke: #59636e; } .grid { stroke: #d1d9e0; }
    .curve { fill: none; stroke-width: 2; } .dashed { stroke-dasharray: 7 4; }
    .c0 { stroke: #0969da; } .c1 { stroke: #bc4c00; } .c2 { stroke: #1a7f37; } .c3 { stroke: #8250df; }
    .d0 { fill: #0969da; } .d1 { fill: #bc4c00; } .d2 { fill: #1a7f37; } .d3 { fill: #8250df; }
    text { font: 13px system-ui, sans-serif; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; } .ink { fill: #f0f6fc; } .axis { stroke: #9198a1; } .grid { stroke: #3d444d; }
      .c0 { stroke: #4493f8; } .c1 { stroke: #f0883e; } .c2 { stroke: #3fb950; } .c3 { stroke: #ab7df8; }
      .d0 { fill: #4493f8; } .d1 { fill: #f0883e; } .d2 { fill: #3fb950; } .d3 { fill: #ab7df8; }
    }
  </style>
`

// colors is how many the style has.
const colors = 4

// plot draws the ratios to the inevitable time as an SVG.
func (r *report) plot() string {
	curves, roles := r.curves()
	height := legendTop + len(curves)*legendLine
	var b strings.Builder
	fmt.Fprintf(
		&b,
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" role="img" aria-labelledby="title">
  <title id="title">Time of a run divided by its inevitable time, by the number of roles</title>
  %s  <rect class="page" width="100%%" height="100%%"/>
`,
		plotWidth,
		height,
		style,
	)
	scale := newScale(curves, roles)
	scale.drawAxes(&b)
	colorOf := map[string]int{}
	for i, curve := range curves {
		if _, ok := colorOf[curve.name]; !ok {
			colorOf[curve.name] = len(colorOf) % colors
		}
		scale.draw(&b, curve, colorOf[curve.name])
		drawLegend(&b, curve, colorOf[curve.name], legendTop+i*legendLine)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// curves takes the plot's values from the table, and gives the numbers of roles, too.
func (r *report) curves() ([]*curve, []int) {
	var curves []*curve
	var roles []int
	byKey := map[string]*curve{}
	for _, row := range r.rows {
		if row.name == noopName || row.cell.kind == schema {
			continue
		}
		name := fmt.Sprintf("%s, %s", row.name, row.cell.kind)
		key := fmt.Sprintf("%s, %s", name, row.cell.latency)
		if byKey[key] == nil {
			byKey[key] = &curve{name: name, dashed: row.cell.latency > 0, ratios: map[int]float64{}}
			curves = append(curves, byKey[key])
		}
		byKey[key].ratios[row.cell.roles] = row.inevitableRatio
		roles = append(roles, row.cell.roles)
	}
	slices.SortStableFunc(
		curves,
		func(a, b *curve) int { return strings.Compare(rank(a.name)+a.name, rank(b.name)+b.name) },
	)
	slices.Sort(roles)
	return curves, slices.Compact(roles)
}

// rank has this repository's provider come first.
func rank(name string) string {
	if strings.HasPrefix(name, stsName+",") {
		return "0"
	}
	return "1"
}

// scale places values on the plot. Numbers of roles are evenly spaced: each is a multiple of the one before.
type scale struct {
	roles []int
	top   float64 // the largest ratio on the axis
	step  float64
}

func newScale(curves []*curve, roles []int) scale {
	largest := 1.0
	for _, curve := range curves {
		for _, ratio := range curve.ratios {
			largest = max(largest, ratio)
		}
	}
	step := 0.25
	for _, wider := range []float64{0.5, 1, 2, 5, 10, 20, 50} {
		if largest/step <= mostTicks {
			break
		}
		step = wider
	}
	return scale{roles: roles, top: math.Ceil(largest/step) * step, step: step}
}

func (s scale) x(roles int) float64 {
	width := float64(plotWidth - plotLeft - plotRight)
	if len(s.roles) < 2 {
		return plotLeft + width/2
	}
	// Room for a mark at both ends.
	return plotLeft + 24 + (width-48)*float64(slices.Index(s.roles, roles))/float64(len(s.roles)-1)
}

func (s scale) y(ratio float64) float64 { return plotTop + axesHeight*(1-ratio/s.top) }

func (s scale) drawAxes(b *strings.Builder) {
	right := plotWidth - plotRight
	fmt.Fprintf(b, "  <text class=\"ink\" x=\"8\" y=\"22\">time of the run / inevitable time</text>\n")
	for tick := 0.0; tick <= s.top; tick += s.step {
		class := "grid"
		if tick == 0 || tick == 1 {
			class = "axis"
		}
		fmt.Fprintf(
			b,
			"  <line class=\"%s\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1[3]f\"/>\n",
			class,
			plotLeft,
			s.y(tick),
			right,
		)
		fmt.Fprintf(
			b,
			"  <text class=\"ink\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
			plotLeft-8,
			s.y(tick)+4,
			tick,
		)
	}
	for _, roles := range s.roles {
		fmt.Fprintf(
			b,
			"  <text class=\"ink\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>\n",
			s.x(roles),
			plotTop+axesHeight+20,
			roles,
		)
	}
	fmt.Fprintf(
		b,
		"  <text class=\"ink\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">roles</text>\n",
		plotLeft+(right-plotLeft)/2,
		plotTop+axesHeight+40,
	)
}

func (s scale) draw(b *strings.Builder, c *curve, color int) {
	var points []string
	for _, roles := range s.roles {
		if ratio, ok := c.ratios[roles]; ok {
			points = append(points, fmt.Sprintf("%.1f,%.1f", s.x(roles), s.y(ratio)))
		}
	}
	fmt.Fprintf(b, "  <polyline class=\"curve c%d%s\" points=\"%s\"/>\n", color, c.class(), strings.Join(points, " "))
	for _, point := range points {
		x, y, _ := strings.Cut(point, ",")
		fmt.Fprintf(b, "  <circle class=\"d%d\" cx=\"%s\" cy=\"%s\" r=\"3.5\"/>\n", color, x, y)
	}
}

func (c *curve) class() string {
	if c.dashed {
		return " dashed"
	}
	return ""
}

func drawLegend(b *strings.Builder, c *curve, color, y int) {
	text := c.name + ", answers at once"
	if c.dashed {
		text = fmt.Sprintf("%s, answers after %d ms", c.name, plottedLatency.Milliseconds())
	}
	fmt.Fprintf(
		b,
		"  <line class=\"curve c%d%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%[4]d\"/>\n",
		color,
		c.class(),
		plotLeft,
		y-4,
		plotLeft+sampleWidth,
	)
	fmt.Fprintf(b, "  <text class=\"ink\" x=\"%d\" y=\"%d\">%s</text>\n", plotLeft+sampleWidth+10, y, text)
}

// plottedLatency is the one of the dashed curves.
const plottedLatency = 50 * time.Millisecond
