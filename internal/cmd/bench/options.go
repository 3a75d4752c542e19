package main

import (
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// options are what the command line says.
type options struct {
	quick bool
	runs  int    // of each measurement; 0 leaves it to runsFor
	page  string // folder of the page and the plot; empty: neither is written
	peers []peer
}

// peer is an executable of another provider to compare with.
type peer struct {
	name, version, executable string
}

// defaultPage is the folder that `make generate` renders the page from, and copies the plot from.
const defaultPage = "templates/guides"

func parseOptions(arguments []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&o.quick, "quick", false, "try it out: 1 and 100 roles, one run each, and no page unless -page is "+
		"set")
	flags.IntVar(&o.runs, "runs", 0, "runs of each measurement (default 5, and 3 for 1000 roles)")
	flags.StringVar(&o.page, "page", defaultPage, "folder to write the page and the plot into; empty for none")
	flags.Func("peer", "NAME@VERSION=PATH of a built hashicorp/http or hashicorp/external, instead of a download; "+
		"may be repeated", func(value string) error {
		parsed, err := parsePeer(value)
		o.peers = append(o.peers, parsed)
		return err
	})
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	pageIsSet := false
	flags.Visit(func(f *flag.Flag) { pageIsSet = pageIsSet || f.Name == "page" })
	if o.quick && !pageIsSet {
		o.page = ""
	}
	return o, nil
}

func parsePeer(value string) (peer, error) {
	label, path, hasPath := strings.Cut(value, "=")
	name, version, hasVersion := strings.Cut(label, "@")
	if !hasPath || !hasVersion || path == "" || version == "" {
		return peer{}, errors.New("want NAME@VERSION=PATH, such as http@3.6.0=/tmp/terraform-provider-http")
	}
	if _, ok := peerBlocks[name]; !ok {
		return peer{}, fmt.Errorf("want http or external, not %q", name)
	}
	executable, err := filepath.Abs(path)
	return peer{name, version, executable}, err
}

// roles are how many roles are measured.
func (o options) roles() []int {
	if o.quick {
		return []int{1, 100}
	}
	return []int{1, 10, 100, manyRoles}
}

// manyRoles take long to measure.
const manyRoles = 1000

// latencies are how long STS takes to answer.
func (o options) latencies() []time.Duration { return []time.Duration{0, plottedLatency} }

// runsFor is how many times a number of roles is measured.
func (o options) runsFor(roles int) int {
	switch {
	case o.runs > 0:
		return o.runs
	case o.quick:
		return 1
	case roles >= manyRoles:
		return 3
	}
	return 5
}
