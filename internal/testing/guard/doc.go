// Package guard holds the provider to its cost, without a clock: what a read and a validation allocate, what a read
// keeps, how often a run calls STS and over how many connections, how large the executable is, and what the process
// writes to its log. The tests are all there is.
package guard
