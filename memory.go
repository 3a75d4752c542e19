package main

import (
	"os"
	"runtime/debug"
)

// The settings of the garbage collector. They use more memory to save time. The process runs only once, and most of its
// garbage is completed requests.
const (
	garbagePercent = 400      // of the live heap, before a collection: Go's default is 100
	memoryLimit    = 96 << 20 // bytes from which Go collects more often all the same
)

// collectLess has the garbage collector run less often, unless the user's own GOGC or GOMEMLIMIT says how often.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
