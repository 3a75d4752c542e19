package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// machine describes what the measurements were made on, without what would identify it.
func machine() string {
	parts := []string{fmt.Sprintf("%s on %s", counted(runtime.NumCPU(), "CPU core"), runtime.GOOS+"/"+runtime.GOARCH)}
	if model := field("/proc/cpuinfo", "model name"); model != "" {
		parts = append(parts, model)
	}
	kilobytes, err := strconv.Atoi(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"))
	if err == nil {
		parts = append(parts, fmt.Sprintf("%.0f GiB of memory", float64(kilobytes)/(1<<20)))
	}
	return strings.Join(parts, ", ")
}

// field is the value of the first line of that name in a file of Linux's; empty on other systems.
func field(path, name string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func counted(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// frameworkVersion is that of the plugin framework, which all builds of this module share.
func frameworkVersion() string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return "unknown"
	}
	for _, module := range info.Deps {
		if module.Path == "github.com/hashicorp/terraform-plugin-framework" {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "unknown"
}
