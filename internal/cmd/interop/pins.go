package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The names of the pins that this program reads.
const (
	minioPin    = "minio"
	dexPin      = "dex"
	awsutilsPin = "awsutils"
	awsPin      = "aws"
)

// kind is where a program comes from.
type kind string

const (
	goModule kind = "go"
	registry kind = "registry"
	onPath   kind = "path"
)

// pin is a program and its version.
type pin struct {
	name    string
	kind    kind
	source  string // a module, a provider's source address, or a page about the installation
	version string
}

// readPins reads tools/interop/pins.txt below the root of the source tree.
func readPins(root string) (map[string]pin, error) {
	text, err := os.ReadFile(filepath.Join(root, "tools", "interop", "pins.txt"))
	if err != nil {
		return nil, err
	}
	pins, err := parsePins(string(text))
	if err != nil {
		return nil, fmt.Errorf("tools/interop/pins.txt: %w", err)
	}
	for _, name := range replaceable {
		if _, ok := pins[name]; !ok {
			return nil, fmt.Errorf("tools/interop/pins.txt has no line for %s", name)
		}
	}
	return pins, nil
}

func parsePins(text string) (map[string]pin, error) {
	pins := map[string]pin{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parsed, err := parsePin(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if _, twice := pins[parsed.name]; twice {
			return nil, fmt.Errorf("line %d: %s is pinned twice", number, parsed.name)
		}
		pins[parsed.name] = parsed
	}
	return pins, nil
}

func parsePin(line string) (pin, error) {
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return pin{}, fmt.Errorf("want NAME KIND SOURCE@VERSION, not %d words", len(fields))
	}
	source, version, ok := strings.Cut(fields[2], "@")
	if !ok || source == "" || version == "" {
		return pin{}, fmt.Errorf("%q has no version: want SOURCE@VERSION", fields[2])
	}
	p := pin{name: fields[0], kind: kind(fields[1]), source: source, version: version}
	switch p.kind {
	case goModule, registry, onPath:
		return p, nil
	default:
		return pin{}, fmt.Errorf("%q isn't a kind: want %s, %s, or %s", fields[1], goModule, registry, onPath)
	}
}
