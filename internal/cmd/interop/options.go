package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// options are what the command line says.
type options struct {
	require bool              // a skipped check is a failure
	only    *regexp.Regexp    // names of checks; nil: all
	given   map[string]string // executables to use, by the names of their pins
}

// replaceable are the names that -use takes.
var replaceable = []string{minioPin, dexPin, awsutilsPin, awsPin}

// parseOptions writes the usage to out if it is asked for, or if an argument is wrong.
func parseOptions(out io.Writer, arguments []string) (options, error) {
	o := options{given: map[string]string{}}
	flags := flag.NewFlagSet("interop", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.BoolVar(&o.require, "require", false, "exit with status 1 if a check is skipped")
	flags.Func(
		"run",
		"regular expression for the names of the checks to run, in any case",
		func(value string) (err error) {
			o.only, err = regexp.Compile("(?i)" + value)
			return err
		},
	)
	flags.Func("use", "NAME=PATH of an executable to use instead of the pinned version; NAME is "+
		strings.Join(replaceable, ", ")+"; may be repeated", o.give)
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return o, nil
}

func (o options) give(value string) error {
	name, path, ok := strings.Cut(value, "=")
	if !ok || path == "" {
		return errors.New("want NAME=PATH, such as dex=/usr/local/bin/dex")
	}
	if !slices.Contains(replaceable, name) {
		return fmt.Errorf("want one of %s, not %q", strings.Join(replaceable, ", "), name)
	}
	if _, err := os.Stat(path); err != nil {
		return err
	}
	executable, err := filepath.Abs(path)
	o.given[name] = executable
	return err
}

// selected are the checks that -run names.
func (o options) selected(all []check) []check {
	if o.only == nil {
		return all
	}
	return slices.DeleteFunc(all, func(c check) bool { return !o.only.MatchString(c.name) })
}
