// Package guard has tests of the provider's cost, without a clock: the allocations of a read, the calls and connections
// to STS in a run, the size of the executable, and the log.
package guard
