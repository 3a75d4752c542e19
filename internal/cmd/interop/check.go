package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// check is one use of the provider with a program that isn't this project's.
type check struct {
	name string
	run  func(context.Context) error
}

// unavailableError is what a check returns if it can't run on this machine.
type unavailableError struct {
	what   string // isn't here, and why
	remedy string // how to get it
}

// Error has both parts.
func (e *unavailableError) Error() string { return e.what + ". " + e.remedy }

// verdict is how a check ended. Its text is printed.
type verdict string

const (
	passed  verdict = "passed"
	skipped verdict = "SKIPPED"
	failed  verdict = "FAILED"
)

// verdictOf is the verdict of a check that returned an error, or nil.
func verdictOf(err error) verdict {
	if err == nil {
		return passed
	}
	if _, ok := errors.AsType[*unavailableError](err); ok {
		return skipped
	}
	return failed
}

// outcome is how one check ended.
type outcome struct {
	name     string
	verdict  verdict
	err      error
	duration time.Duration
}

func count(outcomes []outcome, wanted verdict) int {
	n := 0
	for _, o := range outcomes {
		if o.verdict == wanted {
			n++
		}
	}
	return n
}

// summary counts the outcomes.
func summary(outcomes []outcome) string {
	return fmt.Sprintf("interop: %d passed, %d failed, %d skipped",
		count(outcomes, passed), count(outcomes, failed), count(outcomes, skipped))
}

// exitStatus is 1 if a check failed, or if none ran. With require, it is also 1 if a check was skipped.
func exitStatus(outcomes []outcome, require bool) int {
	if len(outcomes) == 0 || count(outcomes, failed) > 0 || require && count(outcomes, skipped) > 0 {
		return failure
	}
	return 0
}
