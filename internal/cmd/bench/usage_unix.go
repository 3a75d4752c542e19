//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
	"time"
)

// canMeasureUsage reports whether the system accounts a process's CPU time to its parent.
const canMeasureUsage = true

// ownCPU is the CPU time of this process without its children.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// peakMemory is the largest resident set of a process that has ended, in bytes.
func peakMemory(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	size := int64(usage.Maxrss) //nolint:unconvert // it is an int32 on some systems
	if runtime.GOOS == "darwin" {
		return size
	}
	return size * 1024
}
